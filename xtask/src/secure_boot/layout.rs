//! Where what stands in a signature sector.
//!
//! Follows `ets_secure_boot_sig_block_t` and `ets_secure_boot_signature_t` of ESP-IDF, and "Signature Block Format" of
//! its guide to Secure Boot v2 (RSA).

pub use crate::image::accounting::signature_sector::{
    BLOCK_LENGTH, BLOCK_START, CRC, END, EXPONENT, IMAGE_DIGEST, KEY, LENGTH as SECTOR_LENGTH,
    MAGIC, MAX_BLOCKS, MODULUS, MONTGOMERY_M, MONTGOMERY_R, RESERVED, SIGNATURE, VERSION, block,
    block_name, erased, field, fields,
};

/// Bytes of a modulus, of R and of a signature: 3072 bits.
pub const NUMBER_LENGTH: usize = 384;
