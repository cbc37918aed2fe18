//! Application images for the ESP32-C3, read piece by piece: what the bootloader checks before it starts one, and what the
//! image says of itself.
//!
//! Follows `esp_image_header_t`, `esp_image_segment_header_t` and `esp_app_desc_t` of ESP-IDF (`esp_app_format.h`,
//! `esp_app_desc.h`) and its `esp_image_format.c`. Where segments are loaded is not checked: that is the builder's, which
//! signs.
//!
//! | offset | bytes | |
//! | --- | --- | --- |
//! | 0 | 24 | header: magic, number of segments, chip, digest flag, … |
//! | 24 | 8 + n | each segment: address, length, data |
//! | 0x20 | 256 | app descriptor, with which the first segment begins |
//! | | 0 to 15 | zeros, so that the checksum ends a block of 16 bytes |
//! | | 1 | checksum: 0xEF and all data of the segments, exclusive-or |
//! | | 32 | SHA-256 of everything before |
//! | | 4096 | signature sector of Secure Boot v2, where it is signed, after a multiple of 64 KiB |

mod descriptor;
mod error;
mod header;
mod piece;
mod reader;
mod signature_sector;

pub use descriptor::{Descriptor, DescriptorField};
pub use error::ImageError;
pub use header::{CHIP_ESP32C3, MAX_SEGMENTS};
pub use reader::{Form, ImageFacts, ImageReader};
pub use signature_sector::SIGNATURE_SECTOR_LENGTH;
