//! The bytes of a rescue store, format version 1.
//!
//! All numbers are little-endian. Nothing may follow the payload, but in a flash partition.
//!
//! | offset | bytes | field |
//! | --- | --- | --- |
//! | 0 | 8 | magic, `PRNLRESC` |
//! | 8 | 2 | format version, 1 |
//! | 10 | 8 | sequence, that of the payload |
//! | 18 | 8 | when it was issued, signed seconds since 1970-01-01T00:00:00Z, within the years 1 to 9999 |
//! | 26 | 4 | payload length, 80 to 16384 |
//! | 30 | 32 | SHA-256 of the payload |
//! | 62 | 1 | product length, 1 to 64 |
//! | 63 | … | product, UTF-8 without control characters, that of the payload |
//! | … | 1 | number of signatures, 0 to 16 |
//! | … | 72 each | signatures, by key identifier, ascending, no identifier twice |
//! | … | … | payload: a trust store, [`crate::store::layout`] |
//!
//! A signature is the identifier of its key (8), as in a minisign key, and an ed25519 signature (64) of RFC 8032 over
//! [`SIGNED_BEFORE`] and all bytes before the number of signatures. So each key signs the same bytes, in any order, and
//! none signs for another product, sequence or payload; a signature of a release is none of these.
//!
//! With no signature it is what is given to the signers; no device accepts it. Signatures of keys that the image does not
//! have are not counted: one file serves releases with different keys.
//!
//! The payload stays in memory as long as it is in force, beside a TLS connection: that is why it is bounded, and by less than
//! flash could hold. Sixteen kilobytes are some thirty anchors.
//!
//! `issued` is for people. It decides nothing: a date that is mistyped must not keep the next rescue store out.

use crate::flash_layout::TRUST_STORE_COPY_SIZE;
use crate::store::layout::{KEY_ID_LENGTH, MAX_KEYS, MAX_PRODUCT};

/// What an envelope begins with.
pub const MAGIC: [u8; 8] = *b"PRNLRESC";
/// The format version that this crate reads and writes.
pub const FORMAT_VERSION: u16 = 1;
/// What stands before the header in the message that is signed: nothing else that these keys sign begins so.
pub const SIGNED_BEFORE: &[u8; 26] = b"Perennial rescue store v1\0";
/// The name of the file, beside the manifest of an endpoint.
pub const FILE_NAME: &str = "rescue.bin";

/// Bytes of the header before the product.
pub const FIXED_HEADER_LENGTH: usize = 63;
/// Bytes of a hash.
pub const HASH_LENGTH: usize = 32;
/// Bytes of an ed25519 signature.
pub const SIGNATURE_LENGTH: usize = 64;
/// Bytes of a signature with the identifier of its key.
pub const SIGNATURE_RECORD_LENGTH: usize = KEY_ID_LENGTH + SIGNATURE_LENGTH;
/// Most signatures: as many as a set has keys.
pub const MAX_SIGNATURES: usize = MAX_KEYS;
/// Most bytes before the first signature: with them it is known how long the envelope is.
pub const MAX_HEAD_LENGTH: usize = FIXED_HEADER_LENGTH + MAX_PRODUCT + 1;
/// Longest payload: what a device has memory for, as long as it is in force.
pub const MAX_PAYLOAD_LENGTH: usize = 16 * 1024;
/// Most bytes before the payload.
pub const MAX_OPENING_LENGTH: usize = MAX_HEAD_LENGTH + MAX_SIGNATURES * SIGNATURE_RECORD_LENGTH;
/// Longest envelope.
pub const MAX_LENGTH: usize = MAX_OPENING_LENGTH + MAX_PAYLOAD_LENGTH;

// One copy of the `trust-store` partition holds it.
const _: () = assert!(MAX_LENGTH <= TRUST_STORE_COPY_SIZE as usize);
