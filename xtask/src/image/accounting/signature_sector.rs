//! The signature sector of Secure Boot v2: 4096 bytes behind the padded image, up to three blocks of 1216 bytes.
//!
//! Follows `ets_secure_boot_sig_block` of ESP-IDF (`secure_boot.h` of the ESP32-C3's ROM) for RSA-3072.

use std::ops::Range;

use sha2::{Digest as _, Sha256};

use super::super::bytes::{ERASED, slice};
use super::super::fault::Field;
use super::{Class, Part};

/// Bytes of the sector; it begins at such a boundary.
pub const LENGTH: usize = 4096;
/// Bytes of a block.
pub const BLOCK_LENGTH: usize = 1216;
/// Most blocks: one for each key digest that the eFuses can hold.
pub const MAX_BLOCKS: usize = 3;
/// What a block begins with: magic, version 2 (RSA), two bytes that are reserved.
pub const BLOCK_START: [u8; 4] = [0xE7, 2, 0, 0];
/// What the CRC is of, from the start of the block.
const CHECKED: Range<usize> = 0..CRC.start;
/// The part of a block that the eFuse digest of the key is the SHA-256 of: modulus, exponent, R and M'.
pub const KEY: Range<usize> = MODULUS.start..MONTGOMERY_M.end;

// Where a block has its fields, from its start. Numbers are little-endian, the long ones too.
/// 0xE7.
pub const MAGIC: Range<usize> = 0..1;
/// 2: RSA.
pub const VERSION: Range<usize> = 1..2;
/// Zeros.
pub const RESERVED: Range<usize> = 2..4;
/// SHA-256 of the padded image.
pub const IMAGE_DIGEST: Range<usize> = 4..36;
/// n of the key.
pub const MODULUS: Range<usize> = 36..420;
/// The public exponent, 65537.
pub const EXPONENT: Range<usize> = 420..424;
/// 2^6144 mod n.
pub const MONTGOMERY_R: Range<usize> = 424..808;
/// -n^-1 mod 2^32.
pub const MONTGOMERY_M: Range<usize> = 808..812;
/// RSA-PSS (RFC 8017) of the padded image.
pub const SIGNATURE: Range<usize> = 812..1196;
/// Of the bytes before it.
pub const CRC: Range<usize> = 1196..1200;
/// Zeros.
pub const END: Range<usize> = 1200..1216;

/// Place and name of each field of a block, in order, without gap or overlap.
pub const FIELDS: [(Range<usize>, &str); 11] = [
    (MAGIC, "magic"),
    (VERSION, "version"),
    (RESERVED, "reserved"),
    (IMAGE_DIGEST, "SHA-256 of the padded image"),
    (MODULUS, "RSA modulus"),
    (EXPONENT, "RSA exponent"),
    (MONTGOMERY_R, "Montgomery R"),
    (MONTGOMERY_M, "Montgomery M'"),
    (SIGNATURE, "RSA-PSS signature"),
    (CRC, "CRC-32"),
    (END, "reserved at the end"),
];

/// The field at `range` of block `index`, counted from the start of the sector.
pub fn field(index: usize, range: &Range<usize>) -> Field {
    let known = FIELDS.iter().find(|(known, _)| known == range);
    let name = known.map_or("content", |(_, name)| name);
    let start = block(index).start;
    Field::new(
        start + range.start..start + range.end,
        format!("{}: {name}", block_name(index)),
    )
}

/// The fields of block `index`, counted from the start of the sector.
pub fn fields(index: usize) -> impl Iterator<Item = Field> {
    FIELDS.iter().map(move |(range, _)| field(index, range))
}

/// What a block is called.
pub fn block_name(index: usize) -> String {
    format!("signature block {index}")
}

/// Whether a signature sector stands at `start`.
pub fn is_at(bytes: &[u8], start: usize) -> bool {
    slice(bytes, start..start.saturating_add(LENGTH)).len() == LENGTH
        && slice(bytes, start..start + BLOCK_START.len()) == BLOCK_START
}

/// The numbers of the blocks that are there.
fn blocks(sector: &[u8]) -> impl Iterator<Item = usize> {
    (0..MAX_BLOCKS).filter(|index| slice(sector, block(*index)).starts_with(&BLOCK_START))
}

/// Where a block stands in the sector.
pub const fn block(index: usize) -> Range<usize> {
    index * BLOCK_LENGTH..(index + 1) * BLOCK_LENGTH
}

/// What must be erased flash, counted from the start of the sector: the blocks that are not `used`, and the end.
pub fn erased(used: &[usize]) -> impl Iterator<Item = Field> {
    let unused = (0..MAX_BLOCKS).filter(|index| !used.contains(index));
    let blocks =
        unused.map(|index| Field::new(block(index), format!("{}: erased", block_name(index))));
    let end = MAX_BLOCKS * BLOCK_LENGTH..LENGTH;
    blocks.chain([Field::new(end, "signature sector: erased")])
}

/// The parts of the sector that stands at `start`.
pub(super) fn parts(bytes: &[u8], start: usize) -> Vec<Part> {
    let used: Vec<usize> = blocks(slice(bytes, start..start + LENGTH)).collect();
    let place = |field: Field| {
        let Range { start: from, end } = field.range;
        Field::new(start + from..start + end, field.name)
    };
    let signatures = used.iter().flat_map(|index| fields(*index));
    let signatures = signatures.map(|field| Part::new(place(field), Class::Signature));
    let fillers = erased(&used).map(|field| Part::new(place(field), Class::Padding).filled(ERASED));
    let mut parts: Vec<Part> = signatures.chain(fillers).collect();
    parts.sort_by_key(|part| part.field.range.start);
    parts
}

/// What the CRC of `block` must be: that of zip.
pub fn crc(block: &[u8]) -> u32 {
    crc32(u32::MAX, slice(block, CHECKED))
}

/// CRC-32 with its register at `initial`; the result is inverted.
pub fn crc32(initial: u32, bytes: &[u8]) -> u32 {
    let mut crc = initial;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = (crc >> 1) ^ (0xEDB8_8320 & (crc & 1).wrapping_neg());
        }
    }
    !crc
}

/// The digest of the key of `block`, as it stands in an eFuse.
pub fn key_digest(block: &[u8]) -> [u8; 32] {
    Sha256::digest(slice(block, KEY)).into()
}

#[cfg(test)]
mod tests {
    use super::crc32;

    /// The check value of the catalogue of CRC algorithms.
    #[test]
    fn is_that_of_zlib() {
        assert_eq!(crc32(u32::MAX, b"123456789"), 0xCBF4_3926);
        assert_eq!(crc32(u32::MAX, b""), 0);
    }
}
