//! The header of an image: 24 bytes.
//!
//! Follows `esp_image_header_t` of ESP-IDF (`esp_app_format.h`) and "Firmware Image Format" of esptool.

use super::bytes::{u8_at, u16_at, u32_at};
use super::fault::{Fault, Faults, Field};

/// Bytes of the header.
pub const LENGTH: usize = 24;
/// What an image begins with.
pub const MAGIC: u8 = 0xE9;
/// Most segments, `ESP_IMAGE_MAX_SEGMENTS`.
pub const MAX_SEGMENTS: u8 = 16;
/// Flash mode: dual I/O, which every module with an ESP32-C3 can do.
pub const FLASH_MODE_DIO: u8 = 2;
/// 4 MiB (high nibble 2) at 40 MHz (low nibble 0).
pub const FLASH_4_MIB_40_MHZ: u8 = 0x20;
/// Write-protect pin: none.
pub const WP_PIN_NONE: u8 = 0xEE;
/// The number of the chip.
pub const CHIP_ESP32C3: u16 = 5;
/// Oldest chip that starts the image, `major * 100 + minor`: v0.3, which the bundled bootloader needs and
/// which is the first with Secure Boot v2.
pub const MIN_REVISION: u16 = 3;
/// Newest chip that starts the image: v1.99, as ESP-IDF has it for this chip.
pub const MAX_REVISION: u16 = 199;

/// Offset, length and name of each field.
const FIELDS: [(usize, usize, &str); 12] = [
    (0, 1, "magic"),
    (1, 1, "segment count"),
    (2, 1, "flash mode"),
    (3, 1, "flash size and frequency"),
    (4, 4, "entry point"),
    (8, 1, "write-protect pin"),
    (9, 3, "pin drive settings"),
    (12, 2, "chip"),
    (14, 3, "minimum chip revision"),
    (17, 2, "maximum chip revision"),
    (19, 4, "reserved"),
    (23, 1, "digest flag"),
];

/// What a header says that is not the same in every image.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Header {
    /// How many segments follow.
    pub segment_count: u8,
    /// Where the program starts.
    pub entry: u32,
}

impl Header {
    /// Reads the header with which `bytes` begin; `faults` gets what is wrong with it.
    ///
    /// # Errors
    ///
    /// The fault after which nothing that follows can be understood: too few bytes, another magic, or an
    /// impossible number of segments.
    pub fn read(bytes: &[u8], faults: &mut Faults) -> Result<Self, Fault> {
        if bytes.len() < LENGTH {
            let problem = format!("has {LENGTH} bytes, {} are there", bytes.len());
            return Err(Fault::new(0..bytes.len(), "header", problem));
        }
        let magic = u8_at(bytes, 0);
        if magic != MAGIC {
            return Err(fault(0, format!("is 0x{magic:02x}, must be 0x{MAGIC:02x}")));
        }
        let segment_count = u8_at(bytes, 1);
        if !(1..=MAX_SEGMENTS).contains(&segment_count) {
            let problem = format!("is {segment_count}, must be 1 to {MAX_SEGMENTS}");
            return Err(fault(1, problem));
        }
        check_fixed_fields(bytes, faults);
        Ok(Self {
            segment_count,
            entry: u32_at(bytes, 4),
        })
    }

    /// A fault of the entry point.
    pub fn entry_fault(problem: impl Into<String>) -> Fault {
        fault(4, problem.into())
    }
}

/// The fields of a header.
pub fn fields() -> impl Iterator<Item = Field> {
    FIELDS.into_iter().map(field)
}

/// The fields that are the same in every image for this chip, flash and bootloader.
fn check_fixed_fields(bytes: &[u8], faults: &mut Faults) {
    // The revision stands twice: as a minor version in one byte, as ESP-IDF before 4.4 read it, and in full.
    let minimum = u32::from(u8_at(bytes, 14)) | u32::from(u16_at(bytes, 15)) << 8;
    let minimum_expected = u32::from(MIN_REVISION) | u32::from(MIN_REVISION) << 8;
    let drive = u32_at(bytes, 9) & 0x00FF_FFFF;
    for (offset, found, expected) in [
        (2, u32::from(u8_at(bytes, 2)), u32::from(FLASH_MODE_DIO)),
        (3, u32::from(u8_at(bytes, 3)), u32::from(FLASH_4_MIB_40_MHZ)),
        (8, u32::from(u8_at(bytes, 8)), u32::from(WP_PIN_NONE)),
        (9, drive, 0),
        (12, u32::from(u16_at(bytes, 12)), u32::from(CHIP_ESP32C3)),
        (14, minimum, minimum_expected),
        (17, u32::from(u16_at(bytes, 17)), u32::from(MAX_REVISION)),
        (19, u32_at(bytes, 19), 0),
        (23, u32::from(u8_at(bytes, 23)), 1),
    ] {
        if found != expected {
            let problem = format!("is 0x{found:x}, must be 0x{expected:x}");
            faults.add(fault(offset, problem));
        }
    }
}

fn fault(offset: usize, problem: String) -> Fault {
    let known = FIELDS.into_iter().find(|(start, ..)| *start == offset);
    let field = field(known.unwrap_or((offset, 1, "byte")));
    Fault { field, problem }
}

fn field((offset, length, name): (usize, usize, &str)) -> Field {
    Field::new(offset..offset + length, format!("header: {name}"))
}
