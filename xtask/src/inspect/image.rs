//! Images of any ESP chip, as far as an inspection needs them: what a file is, whether bytes of it are missing, and which ranges
//! of it a device has in memory. The strict readers are in [`crate::image`]; they know one chip.

use std::ops::Range;

use object::elf::SHF_ALLOC;
use object::read::elf::ElfFile32;
use object::{Endianness, Object as _, ObjectKind, ObjectSection as _, SectionFlags};
use sha2::{Digest as _, Sha256};
use trust::material::{Damage, DamageKind, Place};

use crate::image::exclusive_or;

const IMAGE_MAGIC: u8 = 0xE9;
const HEADER: usize = 24;
const SEGMENT_HEADER: usize = 8;
const CHECKSUM_SEED: u8 = 0xEF;
const CHECKSUM_BLOCK: usize = 16;
const DIGEST: usize = 32;
const ELF_MAGIC: &[u8] = b"\x7fELF";
const PARTITION_TABLE: usize = 0x8000;
const PARTITION_MAGIC: [u8; 2] = [0xAA, 0x50];
const PARTITION_ENTRY: usize = 32;
const PARTITION_APPLICATION: u8 = 0;
/// Most entries of a partition table.
const MOST_PARTITIONS: usize = 95;
/// Numbers of the chips in image headers (`esp_chip_id_t`).
const CHIPS: [(u16, &str); 12] = [
    (0, "ESP32"),
    (2, "ESP32-S2"),
    (5, "ESP32-C3"),
    (9, "ESP32-S3"),
    (12, "ESP32-C2"),
    (13, "ESP32-C6"),
    (16, "ESP32-H2"),
    (18, "ESP32-P4"),
    (20, "ESP32-C61"),
    (23, "ESP32-C5"),
    (25, "ESP32-H21"),
    (28, "ESP32-H4"),
];

/// What a file is.
#[derive(Debug)]
pub(crate) struct Survey {
    /// In words: "ESP32-C3 application image".
    pub(crate) kind: String,
    /// The chip that it is for, as ESP-IDF writes it: `esp32c3`.
    pub(crate) chip: Option<String>,
    /// Where anchors can be.
    pub(crate) ranges: Vec<Range<usize>>,
    /// What a device can run of it; nothing where it is no image and no program.
    pub(crate) programs: Vec<Program>,
    /// What is wrong with its structure.
    pub(crate) damages: Vec<Damage>,
}

/// What a device runs as a whole.
#[derive(Debug)]
pub(crate) struct Program {
    /// Label of its partition; nothing where it is the whole file.
    pub(crate) partition: Option<String>,
    /// What of it is in the device's memory.
    pub(crate) ranges: Vec<Range<usize>>,
}

/// Looks at the structure of a file that is no text.
pub(crate) fn survey(bytes: &[u8]) -> Survey {
    if bytes.starts_with(ELF_MAGIC) {
        return program(bytes);
    }
    let partitions = partitions(bytes);
    if !partitions.is_empty() {
        return flash(bytes, &partitions);
    }
    let mut survey = Survey {
        kind: "binary file".to_owned(),
        chip: None,
        ranges: everything(bytes),
        programs: Vec::new(),
        damages: Vec::new(),
    };
    if bytes.first() == Some(&IMAGE_MAGIC) {
        let chip = chip(bytes);
        survey.kind = format!("{} application image", chip.unwrap_or("ESP"));
        survey.chip = chip.map(target);
        survey.take(application(bytes, 0), None);
    }
    survey
}

impl Survey {
    fn take(&mut self, application: Result<Range<usize>, Damage>, partition: Option<&str>) {
        match application {
            Ok(range) => self.programs.push(Program {
                partition: partition.map(str::to_owned),
                ranges: vec![range],
            }),
            Err(damage) => self.damages.push(damage),
        }
    }
}

fn everything(bytes: &[u8]) -> Vec<Range<usize>> {
    std::iter::once(0..bytes.len()).collect()
}

fn chip(image: &[u8]) -> Option<&'static str> {
    let number = u16::from_le_bytes(image.get(12..14)?.try_into().ok()?);
    CHIPS
        .iter()
        .find(|(known, _)| *known == number)
        .map(|(_, name)| *name)
}

/// A chip as ESP-IDF writes it in configurations: `esp32c3`.
fn target(chip: &str) -> String {
    chip.replace('-', "").to_lowercase()
}

/// The application that begins at `start`: every segment, the checksum, and the digest where the header says that there is one. Its
/// segments are what a device has of it.
fn application(bytes: &[u8], start: usize) -> Result<Range<usize>, Damage> {
    let image = bytes.get(start..).unwrap_or_default();
    let broken = |at: usize, what: String| Damage {
        place: Place {
            bytes: start + at..start + image.len().max(at),
            in_array: false,
        },
        kind: DamageKind::Broken,
        what: format!("the image at 0x{start:x} is damaged: {what}"),
    };
    let header = image.get(..HEADER).ok_or_else(|| {
        broken(
            0,
            format!("its header has {HEADER} bytes, {} are there", image.len()),
        )
    })?;
    let count = usize::from(header[1]);
    let mut at = HEADER;
    let mut checksum = CHECKSUM_SEED;
    for number in 1..=count {
        let length = image
            .get(at + 4..at + SEGMENT_HEADER)
            .and_then(|bytes| bytes.try_into().ok())
            .map(u32::from_le_bytes);
        let length = length
            .ok_or_else(|| broken(at, format!("it ends before segment {number} of {count}")))?
            as usize;
        let data = at + SEGMENT_HEADER;
        let segment = image
            .get(data..data.saturating_add(length))
            .ok_or_else(|| {
                broken(
                    at,
                    format!(
                        "segment {number} of {count} has {length} bytes, {} are there",
                        image.len() - data
                    ),
                )
            })?;
        checksum ^= exclusive_or(segment);
        at = data + length;
    }
    let end = (at / CHECKSUM_BLOCK + 1) * CHECKSUM_BLOCK;
    let found = image
        .get(end - 1)
        .ok_or_else(|| broken(at, "it ends before its checksum".to_owned()))?;
    if *found != checksum {
        return Err(broken(
            end - 1,
            format!("its checksum is 0x{found:02x}, its bytes give 0x{checksum:02x}"),
        ));
    }
    if header[HEADER - 1] == 1 {
        let digest = image
            .get(end..end + DIGEST)
            .ok_or_else(|| broken(end, "it ends before its SHA-256".to_owned()))?;
        if digest != Sha256::digest(&image[..end]).as_slice() {
            return Err(broken(
                end,
                "its SHA-256 is not that of its bytes".to_owned(),
            ));
        }
    }
    Ok(start + HEADER..start + at)
}

/// An application partition.
struct Partition {
    label: String,
    offset: usize,
    size: usize,
}

/// The application partitions of a full flash image; none where there is no partition table.
fn partitions(bytes: &[u8]) -> Vec<Partition> {
    let table = bytes
        .get(PARTITION_TABLE..)
        .unwrap_or_default()
        .chunks_exact(PARTITION_ENTRY);
    let entries = table
        .take(MOST_PARTITIONS)
        .take_while(|entry| entry.starts_with(&PARTITION_MAGIC));
    let number = |entry: &[u8], at: usize| {
        entry
            .get(at..at + 4)
            .and_then(|bytes| bytes.try_into().ok())
            .map_or(0, u32::from_le_bytes)
    };
    entries
        .filter(|entry| entry[2] == PARTITION_APPLICATION)
        .map(|entry| Partition {
            label: String::from_utf8_lossy(&entry[12..28])
                .trim_end_matches('\0')
                .to_owned(),
            offset: number(entry, 4) as usize,
            size: number(entry, 8) as usize,
        })
        .collect()
}

fn flash(bytes: &[u8], partitions: &[Partition]) -> Survey {
    let mut survey = Survey {
        kind: String::new(),
        chip: None,
        ranges: everything(bytes),
        programs: Vec::new(),
        damages: Vec::new(),
    };
    let mut labels = Vec::new();
    let mut named = None;
    for partition in partitions {
        let end = bytes
            .len()
            .min(partition.offset.saturating_add(partition.size));
        let slot = bytes.get(..end).unwrap_or_default();
        if slot.get(partition.offset) == Some(&IMAGE_MAGIC) {
            labels.push(partition.label.as_str());
            named = chip(&slot[partition.offset..]).or(named);
            survey.take(application(slot, partition.offset), Some(&partition.label));
        }
    }
    if labels.is_empty() {
        let what = format!(
            "no application partition holds an image: the file has {} bytes",
            bytes.len()
        );
        survey.damages.push(Damage {
            place: Place {
                bytes: 0..bytes.len(),
                in_array: false,
            },
            kind: DamageKind::Broken,
            what,
        });
    }
    survey.kind = format!(
        "{} flash image, application in {}",
        named.unwrap_or("ESP"),
        labels.join(", ")
    );
    survey.chip = named.map(target);
    survey
}

/// A program: what of it is in the device's memory, so that names in debug information are not taken for anchors.
fn program(bytes: &[u8]) -> Survey {
    let mut survey = Survey {
        kind: "ELF program".to_owned(),
        chip: None,
        ranges: Vec::new(),
        programs: Vec::new(),
        damages: Vec::new(),
    };
    let broken = |what: String| Damage {
        place: Place {
            bytes: 0..bytes.len(),
            in_array: false,
        },
        kind: DamageKind::Broken,
        what: format!("the program is damaged: {what}"),
    };
    let file = match ElfFile32::<Endianness>::parse(bytes) {
        Ok(file) => file,
        Err(error) => {
            survey.damages.push(broken(error.to_string()));
            survey.ranges.push(0..bytes.len());
            return survey;
        }
    };
    for section in file.sections() {
        let loaded = matches!(section.flags(), SectionFlags::Elf { sh_flags, .. } if sh_flags.contains(SHF_ALLOC));
        let Some((start, length)) = section.file_range().filter(|_| loaded) else {
            continue;
        };
        let (start, length) = (
            usize::try_from(start).unwrap_or(usize::MAX),
            usize::try_from(length).unwrap_or(usize::MAX),
        );
        let end = start.saturating_add(length);
        if end > bytes.len() {
            let name = section.name().unwrap_or("a section");
            survey.damages.push(broken(format!(
                "{name} ends at byte {end}, {} are there",
                bytes.len()
            )));
        }
        survey
            .ranges
            .push(start.min(bytes.len())..end.min(bytes.len()));
    }
    survey.ranges.sort_by_key(|range| range.start);
    // What is not linked yet runs nowhere.
    let is_linked = matches!(file.kind(), ObjectKind::Executable | ObjectKind::Dynamic);
    if survey.ranges.is_empty() {
        survey.ranges.push(0..bytes.len());
    } else if is_linked {
        survey.programs.push(Program {
            partition: None,
            ranges: survey.ranges.clone(),
        });
    }
    survey
}
