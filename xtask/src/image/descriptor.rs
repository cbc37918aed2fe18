//! The application descriptor: 256 bytes at the start of the first segment.
//!
//! Follows `esp_app_desc_t` of ESP-IDF (`esp_app_desc.h`), as `esp-bootloader-esp-idf` fills it.

use std::ops::Range;

use super::bytes::{array_at, other_than, slice, u8_at, u16_at, u32_at};
use super::fault::{Fault, Faults, Field};

/// Where the descriptor stands in every image: after the header and the header of the first segment.
pub const OFFSET: usize = 0x20;
/// Bytes of the descriptor.
pub const LENGTH: usize = 256;

const MAGIC: u32 = 0xABCD_5432;
/// 2^16 bytes: the only page of the flash cache that an ESP32-C3 has.
const MMU_PAGE_SIZE_LOG_2: u8 = 16;

/// Offset, length and name of each field, from the start of the descriptor.
const FIELDS: [(usize, usize, &str); 14] = [
    (0, 4, "magic"),
    (4, 4, "secure version"),
    (8, 8, "reserved 1"),
    (16, 32, VERSION),
    (48, 32, PROJECT),
    (80, 16, TIME),
    (96, 16, DATE),
    (112, 32, IDF_VERSION),
    (144, 32, ELF_SHA256),
    (176, 2, "minimum eFuse block revision"),
    (178, 2, "maximum eFuse block revision"),
    (180, 1, "flash cache page size"),
    (181, 3, "reserved 3"),
    (184, 72, "reserved 2"),
];
const VERSION: &str = "version";
const PROJECT: &str = "project";
const TIME: &str = "time";
const DATE: &str = "date";
const IDF_VERSION: &str = "ESP-IDF version";
const ELF_SHA256: &str = "SHA-256 of the ELF file";

/// What the descriptor says.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Descriptor {
    /// Counts up when older images must never run again. Anti-rollback is not in the bundled bootloader.
    pub secure_version: u32,
    /// Version of the application.
    pub version: String,
    /// Name of the application.
    pub project: String,
    /// Time of the release, `HH:MM:SS`, UTC.
    pub time: String,
    /// Date of the release, `YYYY-MM-DD`, UTC.
    pub date: String,
    /// The version of ESP-IDF that the image says it follows.
    pub idf_version: String,
    /// SHA-256 of the whole ELF file from which the image was made.
    pub elf_sha256: [u8; 32],
}

/// What the descriptor of an image must say.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    /// Version of the application.
    pub version: &'a str,
    /// Name of the application.
    pub project: &'a str,
    /// Time of the release, `HH:MM:SS`, UTC.
    pub time: &'a str,
    /// Date of the release, `YYYY-MM-DD`, UTC.
    pub date: &'a str,
}

impl Descriptor {
    /// Reads the descriptor of the application image with which `bytes` begin.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it.
    pub fn read(bytes: &[u8]) -> Result<Self, Faults> {
        if bytes.len() < OFFSET + LENGTH {
            let end = bytes.len().max(OFFSET);
            let problem = format!("the image ends before 0x{:x}", OFFSET + LENGTH);
            return Err(Fault::new(OFFSET..end, "app descriptor", problem).into());
        }
        let mut faults = Faults::NONE;
        check_numbers(bytes, &mut faults);
        let mut text = |name| text(bytes, name, &mut faults);
        let descriptor = Self {
            secure_version: u32_at(bytes, OFFSET + 4),
            version: text(VERSION),
            project: text(PROJECT),
            time: text(TIME),
            date: text(DATE),
            idf_version: text(IDF_VERSION),
            elf_sha256: array_at(bytes, OFFSET + 144),
        };
        descriptor.check_form(&mut faults);
        faults.none_or(descriptor)
    }

    /// Compares with what the build was to make.
    ///
    /// # Errors
    ///
    /// Each field that says something else.
    pub fn require(&self, expected: &Expected<'_>) -> Result<(), Faults> {
        let mut faults = Faults::NONE;
        for (name, found, required) in [
            (VERSION, &self.version, expected.version),
            (PROJECT, &self.project, expected.project),
            (TIME, &self.time, expected.time),
            (DATE, &self.date, expected.date),
        ] {
            if found != required {
                faults.add(fault(
                    name,
                    format!("is \"{found}\", must be \"{required}\""),
                ));
            }
        }
        faults.none_or(())
    }

    /// Compares with the ELF file from which the image was to be made.
    ///
    /// # Errors
    ///
    /// The one field, when the image was made from another file.
    pub fn require_elf(&self, sha256: &[u8; 32]) -> Result<(), Fault> {
        if self.elf_sha256 == *sha256 {
            return Ok(());
        }
        let found = hex::encode(self.elf_sha256);
        let problem = format!("is {found}, the file has {}", hex::encode(sha256));
        Err(fault(ELF_SHA256, problem))
    }

    fn check_form(&self, faults: &mut Faults) {
        for (name, found, form) in [
            (TIME, &self.time, "00:00:00"),
            (DATE, &self.date, "0000-00-00"),
        ] {
            if !found.is_empty() && !has_form(found, form) {
                faults.add(fault(
                    name,
                    format!("\"{found}\" is not of the form {form}"),
                ));
            }
        }
        if self.elf_sha256 == [0; 32] {
            faults.add(fault(ELF_SHA256, "was never filled in"));
        }
    }
}

/// The fields of the descriptor, in the image.
pub fn fields() -> impl Iterator<Item = Field> {
    FIELDS.into_iter().map(field)
}

fn check_numbers(bytes: &[u8], faults: &mut Faults) {
    let magic = u32_at(bytes, OFFSET);
    if magic != MAGIC {
        let problem = format!("is 0x{magic:08x}, must be 0x{MAGIC:08x}");
        faults.add(fault("magic", problem));
    }
    for name in ["reserved 1", "reserved 2", "reserved 3"] {
        if let Some((first, _)) = other_than(0, bytes, range(name)) {
            let problem = format!("0x{:02x} at 0x{first:x}, must be 0", u8_at(bytes, first));
            faults.add(fault(name, problem));
        }
    }
    let (minimum, maximum) = (u16_at(bytes, OFFSET + 176), u16_at(bytes, OFFSET + 178));
    if minimum > maximum {
        let problem =
            format!("{minimum} is above the maximum, {maximum}: no chip starts the image");
        faults.add(fault("minimum eFuse block revision", problem));
    }
    let page = u8_at(bytes, OFFSET + 180);
    if page != MMU_PAGE_SIZE_LOG_2 {
        let problem = format!("is 2^{page}, must be 2^{MMU_PAGE_SIZE_LOG_2}");
        faults.add(fault("flash cache page size", problem));
    }
}

/// The text of field `name`: printable ASCII, at least one byte, then zeros to the end and at least one.
fn text(bytes: &[u8], name: &'static str, faults: &mut Faults) -> String {
    let place = slice(bytes, range(name));
    let length = place.iter().position(|byte| *byte == 0);
    let (text, rest) = place.split_at(length.unwrap_or(place.len()));
    let problem = if length.is_none() {
        "does not end with a 0"
    } else if text.is_empty() {
        "is empty"
    } else if !text.iter().all(|byte| matches!(byte, b' '..=b'~')) {
        "has a byte that is not printable ASCII"
    } else if rest.iter().any(|byte| *byte != 0) {
        "has bytes after the 0 with which it ends"
    } else {
        return String::from_utf8_lossy(text).into_owned();
    };
    let shown = place.escape_ascii();
    faults.add(fault(name, format!("{problem}: \"{shown}\"")));
    String::new()
}

/// Whether `text` has a digit where `form` has a 0, and the same byte everywhere else.
fn has_form(text: &str, form: &str) -> bool {
    let fits = |(byte, form): (u8, u8)| match form {
        b'0' => byte.is_ascii_digit(),
        other => byte == other,
    };
    text.len() == form.len() && text.bytes().zip(form.bytes()).all(fits)
}

fn fault(name: &str, problem: impl Into<String>) -> Fault {
    Fault::new(range(name), format!("app descriptor: {name}"), problem)
}

fn range(name: &str) -> Range<usize> {
    let known = FIELDS.into_iter().find(|(.., known)| *known == name);
    known.map_or(0..0, |known| field(known).range)
}

fn field((offset, length, name): (usize, usize, &str)) -> Field {
    let start = OFFSET + offset;
    Field::new(start..start + length, format!("app descriptor: {name}"))
}
