//! The signature sector of Secure Boot v2.
//!
//! Follows `ets_secure_boot_sig_block_t` of ESP-IDF. What is checked is that the first block is one and for this image. The
//! signatures are the bootloader's to verify, with the keys in eFuses: it starts nothing else, and then the other slot.

use super::error::ImageError;

/// Bytes of the sector.
pub const SIGNATURE_SECTOR_LENGTH: u32 = 4096;
/// What a signed image is padded to: the page of the flash cache.
pub(super) const PADDED_TO: u32 = 64 * 1024;
/// Magic, version, two reserved bytes and the digest, with which the first block begins.
pub(super) const SECTOR_HEAD_LENGTH: usize = 36;

/// Demands that the sector which begins with `head` is for an image with this SHA-256.
pub(super) fn check(head: &[u8; SECTOR_HEAD_LENGTH], computed: [u8; 32]) -> Result<(), ImageError> {
    let [magic, version, _, _, found @ ..] = *head;
    if [magic, version] != MAGIC_AND_VERSION {
        return Err(ImageError::SignatureMagic([magic, version]));
    }
    if found != computed {
        return Err(ImageError::SignatureDigest { found, computed });
    }
    Ok(())
}

const MAGIC_AND_VERSION: [u8; 2] = [0xE7, 0x02];
