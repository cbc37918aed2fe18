//! The bytes of a trust store, format version 1.
//!
//! All numbers are little-endian. Every byte is accounted for, and one set of contents has one encoding.
//!
//! | offset | bytes | field |
//! | --- | --- | --- |
//! | 0 | 16 | magic: the first 16 bytes of the SHA-256 of [`MAGIC_LABEL`] |
//! | 16 | 2 | format version, 1 |
//! | 18 | 2 | header length, where the first record stands: 48 + product length |
//! | 20 | 4 | total length, digest included, at most 65536 |
//! | 24 | 8 | sequence; a store replaces one with a lower sequence only |
//! | 32 | 1 | dates that are checked: bit 0 leaf, bit 1 intermediates, bit 2 anchor; others 0 |
//! | 33 | 1 | number of anchors, 1 to 255 |
//! | 34 | 1 | number of pins, 0 to 64 |
//! | 35 | 1 | number of endpoints, 0 to 16 |
//! | 36 | 1 | number of release keys, 0 to 16 |
//! | 37 | 1 | threshold of the release keys, 1 to their number; 1 when there are none |
//! | 38 | 1 | number of rescue keys, 0 to 16 |
//! | 39 | 1 | threshold of the rescue keys, as above |
//! | 40 | 1 | product length, 1 to 64 |
//! | 41 | 7 | reserved, 0 |
//! | 48 | … | product, text |
//! | … | … | anchors, by certificate fingerprint, ascending |
//! | … | … | pins, by host and then pin, ascending |
//! | … | … | endpoints, in the order in which they are tried |
//! | … | … | release keys, by key identifier, ascending |
//! | … | … | rescue keys, by key identifier, ascending |
//! | last 32 | 32 | SHA-256 of all bytes before it |
//!
//! Text is UTF-8 without control characters and has at least one byte. A *day* is a signed 24-bit number of
//! whole UTC days since 1970-01-01, within the years 1 to 9999. A record begins with its type:
//!
//! | record | fields |
//! | --- | --- |
//! | 1 anchor | name length (1), name; certificate SHA-256 (32); notBefore, notAfter, effective end (a day each); subject; SPKI |
//! | 2 pin | host length (1), host; SHA-256 of the SPKI (32); expiry (a day, inclusive); after expiry (1): 0 roots only, 1 refuse |
//! | 3 endpoint | name length (1), name; URL length (1), URL; number of redirects (1), 0 to 8; for each, ascending: length (1), URL |
//! | 4 release key | key identifier (8); ed25519 public key (32) |
//! | 5 rescue key | key identifier (8); ed25519 public key (32) |
//!
//! Subject and SPKI are DER with their outer SEQUENCE, which says how long they are; no other length is
//! written. With a name of 26 bytes, the mean of the Mozilla roots, an anchor takes 61 bytes more than in an
//! ESP-IDF certificate bundle (format of IDF 5.4).
//!
//! No two anchors have one fingerprint, no two pins one host and SPKI, no two endpoints one name. No two keys
//! have one identifier, and no public key stands twice, in either set: one signer must not count as two,
//! and a release key must not rescue.

use sha2::{Digest as _, Sha256};

/// What the magic is the hash of.
///
/// The magic must stand once in a firmware image: where the store is. So the code must not hold it. A
/// constant that is masked with another is undone by the compiler when it folds constants; a hash is not.
pub const MAGIC_LABEL: &str = "Perennial trust store";
/// The format version that this crate reads and writes.
pub const FORMAT_VERSION: u16 = 1;

/// Bytes of the magic.
pub const MAGIC_LENGTH: usize = 16;
/// Bytes of the header before the product.
pub const FIXED_HEADER_LENGTH: usize = 48;
/// Where the header length stands.
pub const HEADER_LENGTH_OFFSET: usize = 18;
/// Where the total length stands.
pub const TOTAL_LENGTH_OFFSET: usize = 20;
/// Reserved bytes at the end of the fixed header.
pub const RESERVED_LENGTH: usize = 7;
/// Bytes of the digest at the end.
pub const DIGEST_LENGTH: usize = 32;
/// Shortest store there could be, so that a total length can be refused early.
pub const MIN_STORE_LENGTH: usize = FIXED_HEADER_LENGTH + DIGEST_LENGTH;
/// Longest store: one of the two copies in the `trust-store` partition.
pub const MAX_STORE_LENGTH: usize = 64 * 1024;

/// Bytes of an ed25519 public key.
pub const PUBLIC_KEY_LENGTH: usize = 32;
/// Bytes of a key identifier, as in a minisign key.
pub const KEY_ID_LENGTH: usize = 8;

/// Most anchors in a store.
pub const MAX_ANCHORS: usize = 255;
/// Most pins in a store.
pub const MAX_PINS: usize = 64;
/// Most endpoints in a store.
pub const MAX_ENDPOINTS: usize = 16;
/// Most redirect targets of an endpoint.
pub const MAX_REDIRECTS: usize = 8;
/// Most keys in one set.
pub const MAX_KEYS: usize = 16;
/// Longest product name in bytes.
pub const MAX_PRODUCT: usize = 64;
/// Longest name of an anchor in bytes.
pub const MAX_ANCHOR_NAME: usize = 255;
/// Longest name of an endpoint in bytes.
pub const MAX_ENDPOINT_NAME: usize = 64;

/// Dates-checked bit: the certificate of the server.
pub(super) const DATES_LEAF: u8 = 1 << 0;
/// Dates-checked bit: certificates between server and anchor.
pub(super) const DATES_INTERMEDIATES: u8 = 1 << 1;
/// Dates-checked bit: the anchor.
pub(super) const DATES_ANCHOR: u8 = 1 << 2;
/// Dates-checked bits that have a meaning.
pub(super) const DATES_KNOWN: u8 = DATES_LEAF | DATES_INTERMEDIATES | DATES_ANCHOR;

/// After-expiry rule: the anchors alone decide.
pub(super) const AFTER_EXPIRY_ROOTS_ONLY: u8 = 0;
/// After-expiry rule: nothing is trusted.
pub(super) const AFTER_EXPIRY_REFUSE: u8 = 1;

/// Record type of an anchor.
pub(super) const TYPE_ANCHOR: u8 = 1;
/// Record type of a pin.
pub(super) const TYPE_PIN: u8 = 2;
/// Record type of an endpoint.
pub(super) const TYPE_ENDPOINT: u8 = 3;
/// Record type of a release key.
pub(super) const TYPE_RELEASE_KEY: u8 = 4;
/// Record type of a rescue key.
pub(super) const TYPE_RESCUE_KEY: u8 = 5;

/// The magic, computed: see [`MAGIC_LABEL`].
pub fn magic() -> [u8; MAGIC_LENGTH] {
    let digest: [u8; DIGEST_LENGTH] = Sha256::digest(MAGIC_LABEL).into();
    digest.first_chunk().copied().unwrap_or_default()
}
