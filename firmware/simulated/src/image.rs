//! What the bootloader of the ESP32-C3 checks of an application image.
//!
//! Follows ESP-IDF's `esp_image_format.h`: a header of 24 bytes, segments, a checksum that ends a block of 16 bytes, and
//! the SHA-256 of all before it.

use std::fmt;

use sha2::{Digest as _, Sha256};

const MAGIC: u8 = 0xE9;
const CHIP_ESP32C3: u16 = 5;
const HEADER: usize = 24;
const SEGMENT_HEADER: usize = 8;
const MAX_SEGMENTS: usize = 16;
const CHECKSUM_BLOCK: usize = 16;
const HASH: usize = 32;

/// Why the bootloader does not start an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImageDefect {
    /// The checksum is not that of the segments.
    Checksum,
    /// It is for another chip, or for none.
    Chip(u16),
    /// The hash is not that of the image, or there is none.
    Hash,
    /// It does not begin as an image does.
    Magic(u8),
    /// It has more segments than it may.
    Segments(usize),
    /// It does not end within the slot.
    TooLong,
}

/// The length of the image with which `slot` begins, when the bootloader would start it.
///
/// # Errors
/// The first defect in the order of the bytes.
pub fn check(slot: &[u8]) -> Result<usize, ImageDefect> {
    let header = slot.get(..HEADER).ok_or(ImageDefect::TooLong)?;
    if header[0] != MAGIC {
        return Err(ImageDefect::Magic(header[0]));
    }
    let (segments, chip) = (
        usize::from(header[1]),
        u16::from_le_bytes([header[12], header[13]]),
    );
    if chip != CHIP_ESP32C3 {
        return Err(ImageDefect::Chip(chip));
    }
    if segments > MAX_SEGMENTS {
        return Err(ImageDefect::Segments(segments));
    }
    let (end, checksum) = walk(slot, segments)?;
    let end = padded(end);
    let image = slot.get(..end).ok_or(ImageDefect::TooLong)?;
    if image[end - 1] != checksum {
        return Err(ImageDefect::Checksum);
    }
    let hash = slot.get(end..end + HASH).ok_or(ImageDefect::TooLong)?;
    if header[23] != 1 || Sha256::digest(image)[..] != *hash {
        return Err(ImageDefect::Hash);
    }
    Ok(end + HASH)
}

/// Where the segments end, and the checksum of their data.
fn walk(slot: &[u8], segments: usize) -> Result<(usize, u8), ImageDefect> {
    let (mut at, mut sum) = (HEADER, checksum(&[]));
    for _ in 0..segments {
        let data = at + SEGMENT_HEADER;
        let header = slot.get(at..data).ok_or(ImageDefect::TooLong)?;
        let length = u32::from_le_bytes([header[4], header[5], header[6], header[7]]);
        let end = data + length as usize;
        sum ^= checksum(slot.get(data..end).ok_or(ImageDefect::TooLong)?) ^ checksum(&[]);
        at = end;
    }
    Ok((at, sum))
}

/// Where the checksum ends that comes after `length` bytes.
const fn padded(length: usize) -> usize {
    (length + 1).next_multiple_of(CHECKSUM_BLOCK)
}

fn checksum(data: &[u8]) -> u8 {
    data.iter().fold(0xEF, |sum, byte| sum ^ byte)
}

impl fmt::Display for ImageDefect {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Checksum => formatter.write_str("the checksum is wrong"),
            Self::Chip(chip) => write!(formatter, "the image is for chip {chip}"),
            Self::Hash => formatter.write_str("the hash is wrong"),
            Self::Magic(magic) => write!(formatter, "an image does not begin with {magic:#04x}"),
            Self::Segments(count) => write!(formatter, "the image has {count} segments"),
            Self::TooLong => formatter.write_str("the image does not end within its slot"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{ImageDefect, check};
    use crate::application::Application;

    fn image() -> Vec<u8> {
        Application::small("1.0.0").image()
    }

    #[test]
    fn any_changed_byte_is_found_and_what_follows_is_none_of_it() {
        let image = image();
        assert_eq!(check(&image), Ok(image.len()));
        let mut slot = image.clone();
        slot.resize(4096, 0xFF);
        assert_eq!(check(&slot), Ok(image.len()));
        for at in 0..image.len() {
            let mut damaged = slot.clone();
            damaged[at] ^= 0x40;
            assert!(check(&damaged).is_err(), "byte {at}");
        }
        for length in 0..image.len() {
            assert_eq!(check(&image[..length]), Err(ImageDefect::TooLong));
        }
    }

    #[test]
    fn each_defect() {
        let changed = |at: usize, byte: u8| {
            let mut image = image();
            image[at] = byte;
            check(&image)
        };
        assert_eq!(changed(0, 0xFF), Err(ImageDefect::Magic(0xFF)));
        assert_eq!(changed(1, 17), Err(ImageDefect::Segments(17)));
        assert_eq!(changed(12, 9), Err(ImageDefect::Chip(9)));
        assert_eq!(changed(23, 0), Err(ImageDefect::Hash));
        assert_eq!(changed(32, b'j'), Err(ImageDefect::Checksum));
        let last = image().len() - 1;
        let other = image()[last] ^ 1;
        assert_eq!(changed(last, other), Err(ImageDefect::Hash));
    }
}
