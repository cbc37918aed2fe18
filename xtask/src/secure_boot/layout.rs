//! Where what stands in a signature sector.
//!
//! Follows `ets_secure_boot_sig_block_t` and `ets_secure_boot_signature_t` of ESP-IDF, and "Signature Block Format" of
//! its guide to Secure Boot v2 (RSA). Numbers are little-endian, the long ones too.

use std::ops::Range;

use crate::image::Field;

// One block for each key digest that the eFuses can hold.
pub use crate::image::accounting::signature_sector::{
    BLOCK_LENGTH, BLOCK_START, KEY, LENGTH as SECTOR_LENGTH, MAX_BLOCKS, block,
};

/// Bytes of a modulus, of R and of a signature: 3072 bits.
pub const NUMBER_LENGTH: usize = 384;
pub const MAGIC: Range<usize> = 0..1;
pub const VERSION: Range<usize> = 1..2;
pub const RESERVED: Range<usize> = 2..4;
pub const IMAGE_DIGEST: Range<usize> = 4..36;
pub const MODULUS: Range<usize> = 36..420;
pub const EXPONENT: Range<usize> = 420..424;
pub const MONTGOMERY_R: Range<usize> = 424..808;
pub const MONTGOMERY_M: Range<usize> = 808..812;
pub const SIGNATURE: Range<usize> = 812..1196;
pub const CRC: Range<usize> = 1196..1200;
pub const END: Range<usize> = 1200..1216;
/// The fields of a block, in order, without gap or overlap.
const FIELDS: [(Range<usize>, &str); 11] = [
    (MAGIC, "magic"),
    (VERSION, "version"),
    (RESERVED, "reserved"),
    (IMAGE_DIGEST, "image digest"),
    (MODULUS, "modulus"),
    (EXPONENT, "exponent"),
    (MONTGOMERY_R, "R"),
    (MONTGOMERY_M, "M'"),
    (SIGNATURE, "signature"),
    (CRC, "CRC-32"),
    (END, "padding"),
];

/// The field at `range` of block `index`, counted from the start of the sector.
pub fn field(index: usize, range: &Range<usize>) -> Field {
    let known = FIELDS.iter().find(|(known, _)| known == range);
    let name = known.map_or("content", |(_, name)| name);
    let start = block(index).start;
    Field::new(
        start + range.start..start + range.end,
        format!("signature block {index}: {name}"),
    )
}

/// The fields of block `index`, counted from the start of the sector.
pub fn fields(index: usize) -> impl Iterator<Item = Field> {
    FIELDS.iter().map(move |(range, _)| field(index, range))
}
