//! The provisioning partition: which network to join, and static addresses for the lab.
//!
//! Nothing in it decides trust: a host's address may be false, its certificate must still verify.
//!
//! | offset | bytes | field |
//! | --- | --- | --- |
//! | 0 | 8 | magic, `PRNLPROV` |
//! | 8 | 2 | format version, 1, little-endian |
//! | 10 | 2 | total length, digest included, little-endian |
//! | 12 | 1 | SSID length, 1 to 32 |
//! | 13 | … | SSID, UTF-8 without control characters |
//! | … | 1 | password length: 0 for an open network, else 8 to 63 |
//! | … | … | password, printable ASCII, IEEE 802.11-2020, annex J.4 |
//! | … | 1 | number of static hosts, 0 to 16 |
//! | … | … | hosts, by name and then address, ascending |
//! | last 32 | 32 | SHA-256 of all bytes before it |
//!
//! A host is: name length (1), name, family (1; 4 or 6), address (4 or 16, in network order). The rest of the
//! partition is erased: every byte 0xFF.

mod error;
mod read;
#[cfg(feature = "write")]
mod write;

pub use error::{ProvisionError, ProvisionField};
pub use read::Provisioning;
#[cfg(feature = "write")]
pub use write::{HostContents, ProvisionContents, ProvisionWriteError};

use crate::host::MAX_HOST;

/// The format version that this crate reads and writes.
pub const FORMAT_VERSION: u16 = 1;
/// What the partition begins with.
pub const MAGIC: [u8; 8] = *b"PRNLPROV";
/// Longest SSID in bytes.
pub const MAX_SSID: usize = 32;
/// Shortest WPA2 password in bytes.
pub const MIN_PASSWORD: usize = 8;
/// Longest WPA2 password in bytes.
pub const MAX_PASSWORD: usize = 63;
/// Most static hosts.
pub const MAX_HOSTS: usize = 16;
/// Bytes of the digest at the end.
pub const DIGEST_LENGTH: usize = 32;
/// Shortest provisioning there could be.
pub const MIN_LENGTH: usize = 12 + 3 + DIGEST_LENGTH;
/// Longest provisioning there could be.
pub const MAX_LENGTH: usize =
    MIN_LENGTH + MAX_SSID + MAX_PASSWORD + MAX_HOSTS * (2 + MAX_HOST + 16);

/// Family of an IPv4 address.
const FAMILY_IPV4: u8 = 4;
/// Family of an IPv6 address.
const FAMILY_IPV6: u8 = 6;
/// What an erased byte of flash reads as.
const ERASED: u8 = 0xFF;
