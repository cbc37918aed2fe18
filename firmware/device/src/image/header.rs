//! The header of an image: 24 bytes.

use super::error::ImageError;

/// Most segments, `ESP_IMAGE_MAX_SEGMENTS`.
pub const MAX_SEGMENTS: u8 = 16;
/// The number of the chip in a header.
pub const CHIP_ESP32C3: u16 = 5;

pub(super) const HEADER_LENGTH: usize = 24;
/// Address and length of a segment.
pub(super) const SEGMENT_HEADER_LENGTH: usize = 8;

/// What is needed of a header.
pub(super) struct Header {
    pub(super) segments: u8,
}

impl Header {
    /// Reads a header, of which the other fields say how the bootloader reads flash, and from which revision of the chip on
    /// the image runs.
    pub(super) fn read(bytes: &[u8; HEADER_LENGTH]) -> Result<Self, ImageError> {
        #[rustfmt::skip]
        let [magic, segments, _, _, _, _, _, _, _, _, _, _, chip_low, chip_high, .., digest_flag] = *bytes;
        if magic != MAGIC {
            return Err(ImageError::Magic(magic));
        }
        if !(1..=MAX_SEGMENTS).contains(&segments) {
            return Err(ImageError::SegmentCount(segments));
        }
        let chip = u16::from_le_bytes([chip_low, chip_high]);
        if chip != CHIP_ESP32C3 {
            return Err(ImageError::Chip(chip));
        }
        if digest_flag != DIGEST_APPENDED {
            return Err(ImageError::NoDigest);
        }
        Ok(Self { segments })
    }
}

/// What an image begins with.
const MAGIC: u8 = 0xE9;
const DIGEST_APPENDED: u8 = 1;
