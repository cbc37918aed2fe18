//! Why bytes are not an image that the bootloader starts.

use core::fmt;

use super::descriptor::DescriptorField;
use super::header::{CHIP_ESP32C3, MAX_SEGMENTS};
use crate::hex::Hex;
use crate::text::TextProblem;

/// Why bytes are not an image that the bootloader starts.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ImageError {
    /// The checksum is not that of the segments.
    Checksum {
        /// The one in the image.
        found: u8,
        /// That of the segments.
        computed: u8,
    },
    /// It is for another chip.
    Chip(u16),
    /// The app descriptor does not begin with its magic.
    DescriptorMagic(u32),
    /// A text of the app descriptor cannot be read.
    DescriptorText {
        /// Which.
        field: DescriptorField,
        /// What is wrong with it.
        problem: TextProblem,
    },
    /// The digest is not that of the bytes before it.
    Digest {
        /// The one in the image.
        found: [u8; 32],
        /// That of the bytes.
        computed: [u8; 32],
    },
    /// It does not begin with the magic of an image.
    Magic(u8),
    /// The first segment is too short for an app descriptor.
    NoDescriptor {
        /// Bytes of the segment.
        length: u32,
    },
    /// No digest follows: the bootloader would start it damaged.
    NoDigest,
    /// Checksum and digest would end beyond the end.
    NoRoomForDigest {
        /// Bytes of the file that follow the last segment.
        available: u32,
    },
    /// A segment ends beyond the end.
    SegmentBeyondEnd {
        /// From 0.
        index: u8,
        /// Bytes of the segment.
        length: u32,
        /// Bytes of the file that follow.
        available: u32,
    },
    /// An impossible number of segments.
    SegmentCount(u8),
    /// A segment is not made of words.
    SegmentLength {
        /// From 0.
        index: u8,
        /// Bytes of the segment.
        length: u32,
    },
    /// It ends before its end.
    Short {
        /// Bytes there are.
        found: u32,
        /// Bytes there must be.
        expected: u32,
    },
    /// The signature sector signs another image.
    SignatureDigest {
        /// The digest in the sector.
        found: [u8; 32],
        /// That of the image.
        computed: [u8; 32],
    },
    /// What follows the image is no signature sector of Secure Boot v2 with RSA.
    SignatureMagic([u8; 2]),
    /// Bytes follow its end.
    Trailing {
        /// How many.
        count: u32,
    },
}

impl core::error::Error for ImageError {}

impl fmt::Display for ImageError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Checksum { found, computed } => write!(
                formatter,
                "its checksum is 0x{found:02x}, its segments have 0x{computed:02x}"
            ),
            Self::Chip(found) => write!(
                formatter,
                "it is for chip {found}, this one has number {CHIP_ESP32C3}"
            ),
            Self::DescriptorMagic(found) => {
                write!(formatter, "no app descriptor begins with 0x{found:08x}")
            }
            Self::DescriptorText { field, problem } => {
                write!(formatter, "{field} in the app descriptor: {problem}")
            }
            Self::Digest { found, computed } => write!(
                formatter,
                "its digest is {}, its bytes have {}",
                Hex(found),
                Hex(computed)
            ),
            Self::Magic(found) => write!(formatter, "no image begins with 0x{found:02x}"),
            Self::NoDescriptor { length } => write!(
                formatter,
                "its first segment has {length} bytes, too few for an app descriptor"
            ),
            Self::NoDigest => formatter.write_str("it has no digest"),
            Self::NoRoomForDigest { available } => write!(
                formatter,
                "{available} bytes follow the last segment, too few for checksum and digest"
            ),
            Self::SegmentBeyondEnd {
                index,
                length,
                available,
            } => write!(
                formatter,
                "segment {index} has {length} bytes, {available} are left"
            ),
            Self::SegmentCount(found) => {
                write!(
                    formatter,
                    "it has {found} segments, must be 1 to {MAX_SEGMENTS}"
                )
            }
            Self::SegmentLength { index, length } => write!(
                formatter,
                "segment {index} has {length} bytes, which are no whole words"
            ),
            Self::Short { found, expected } => {
                write!(formatter, "it ends after {found} of {expected} bytes")
            }
            Self::SignatureDigest { found, computed } => write!(
                formatter,
                "its signature sector is for the image {}, this is {}",
                Hex(found),
                Hex(computed)
            ),
            Self::SignatureMagic(found) => {
                write!(formatter, "no signature sector begins with {}", Hex(found))
            }
            Self::Trailing { count } => write!(formatter, "{count} bytes follow its end"),
        }
    }
}
