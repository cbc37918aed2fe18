//! The units of images: every part of the byte accounting, segments cut into sections.

use std::collections::BTreeMap;
use std::ops::Range;

use md5::{Digest as _, Md5};
use sha2::Sha256;

use super::super::artefact::{File, FileKind};
use super::super::symbols::Symbols;
use super::{Content, Derived, Role, Unit, store};
use crate::image::Accounting;
use crate::image::accounting::signature_sector::{self, BLOCK_LENGTH};
use crate::image::accounting::{Class, Part};

/// The field of an app descriptor that names the ELF file.
const ELF_HASH: &str = "SHA-256 of the ELF file";
/// The seed of the checksum of an image.
const CHECKSUM_SEED: u8 = 0xEF;

/// The units of an image.
pub(super) fn units(file: &File, symbols: Option<&Symbols>, elf: Option<[u8; 32]>) -> Vec<Unit> {
    let bytes = file.bytes.as_slice();
    let accounting = match file.kind {
        FileKind::FlashImage => Accounting::of_flash(bytes),
        FileKind::Bootloader => Accounting::of_bootloader(bytes),
        _ => Accounting::of_application(bytes),
    };
    let parts = accounting.parts();
    let image = Image {
        bytes,
        parts,
        elf,
        regions: regions(parts),
    };
    let mut units: Vec<Unit> = parts.iter().map(|part| image.unit(part)).collect();
    store::name_records(bytes, &mut units);
    units = units
        .into_iter()
        .flat_map(|unit| in_sections(unit, symbols))
        .collect();
    fill_gaps(bytes.len(), &mut units);
    units
}

struct Image<'a> {
    bytes: &'a [u8],
    parts: &'a [Part],
    elf: Option<[u8; 32]>,
    /// What each segment is, by its part of the image and number: "segment 3" of `ota_0` is the second of DRAM data.
    regions: BTreeMap<String, String>,
}

impl Image<'_> {
    fn unit(&self, part: &Part) -> Unit {
        let name = &part.field.name;
        Unit {
            key: self.key(name),
            address: part.address,
            role: self.role(part),
            ..Unit::new(part.field.range.clone(), name, part.class.words())
        }
    }

    /// The name without the number of a segment, which another image may count otherwise.
    fn key(&self, name: &str) -> String {
        let Some((segment, field)) = segment_of(name) else {
            return name.to_owned();
        };
        let region = self.regions.get(segment);
        region.map_or_else(|| name.to_owned(), |region| format!("{region}: {field}"))
    }

    fn role(&self, part: &Part) -> Role {
        let name = part.field.name.as_str();
        let field = name.rsplit(": ").next().unwrap_or(name);
        match part.class {
            Class::Checksum => self.checksum(part),
            Class::Code => Role::Content(Content::Code),
            Class::Data | Class::ReadOnlyData => Role::Content(Content::Data),
            Class::Descriptor if field == ELF_HASH => {
                Role::Derived(Derived::ElfHash, self.elf.map(Vec::from))
            }
            Class::Digest => self.digest(part),
            Class::Erased => Role::Filler(0xFF),
            Class::Padding if name.contains("signature") => Role::Filler(0xFF),
            Class::Padding => Role::Filler(0),
            Class::Header if is_structure(name) => Role::Structure,
            Class::Otadata if field == "CRC" => self.otadata_crc(part),
            Class::PartitionTable if field == "MD5" => self.table_md5(part),
            Class::Signature => self.signature(part),
            Class::TrustStore => Role::Store,
            Class::Bootloader => self.of_bootloader(part, field),
            Class::Descriptor | Class::Header | Class::Otadata | Class::PartitionTable => {
                Role::Value
            }
        }
    }

    /// A bootloader is an image too, whose parts are all called so.
    fn of_bootloader(&self, part: &Part, field: &str) -> Role {
        let name = &part.field.name;
        match field {
            "checksum" => self.checksum(part),
            "digest" => self.digest(part),
            "padding before the checksum" | "padding" => Role::Filler(0),
            "IRAM data" => Role::Content(Content::Code),
            _ if field.ends_with(" data") => Role::Content(Content::Data),
            _ if is_structure(name) => Role::Structure,
            _ => Role::Value,
        }
    }

    /// Where the image begins that `part` is of, and the range of all before `part`.
    fn image_before(&self, part: &Part) -> Range<usize> {
        let end = part.field.range.start;
        let starts = self.parts.iter().filter(|other| {
            other.field.range.start < end && other.field.name.ends_with("header: magic")
        });
        let start = starts.map(|other| other.field.range.start).max();
        start.unwrap_or(0)..end
    }

    fn checksum(&self, part: &Part) -> Role {
        let image = self.image_before(part);
        let in_image = |other: &&Part| {
            let range = &other.field.range;
            image.start <= range.start && range.end <= image.end
        };
        let is_data = |other: &&Part| {
            let name = other.field.name.as_str();
            !name.contains("header: ")
                && !name.ends_with(": address")
                && !name.ends_with(": length")
                && !name.ends_with("padding before the checksum")
        };
        let data = self.parts.iter().filter(in_image).filter(is_data);
        let sum = data.fold(CHECKSUM_SEED, |sum, other| {
            let bytes = self
                .bytes
                .get(other.field.range.clone())
                .unwrap_or_default();
            sum ^ crate::image::exclusive_or(bytes)
        });
        Role::Derived(Derived::Checksum, Some(vec![sum]))
    }

    fn digest(&self, part: &Part) -> Role {
        let image = self.bytes.get(self.image_before(part)).unwrap_or_default();
        Role::Derived(Derived::Digest, Some(Sha256::digest(image).to_vec()))
    }

    fn otadata_crc(&self, part: &Part) -> Role {
        let start = part.field.range.start.saturating_sub(28);
        let sequence = self.bytes.get(start..start + 4).unwrap_or_default();
        // The ROM's `crc32_le(UINT32_MAX, ..)`, which inverts its argument.
        let crc = signature_sector::crc32(0, sequence);
        Role::Derived(Derived::OtadataCrc, Some(crc.to_le_bytes().to_vec()))
    }

    fn table_md5(&self, part: &Part) -> Role {
        let end = part.field.range.start.saturating_sub(16);
        let entries = self
            .parts
            .iter()
            .filter(|other| other.class == Class::PartitionTable && other.field.range.end <= end);
        let start = entries.map(|other| other.field.range.start).min();
        let table = self
            .bytes
            .get(start.unwrap_or(end)..end)
            .unwrap_or_default();
        Role::Derived(Derived::TableMd5, Some(Md5::digest(table).to_vec()))
    }

    fn signature(&self, part: &Part) -> Role {
        let sector = self.sector_of(part);
        let place = signature_sector::block((part.field.range.start - sector) / BLOCK_LENGTH);
        let bytes = |range: Range<usize>| self.bytes.get(range).unwrap_or_default();
        let block = bytes(sector + place.start..sector + place.end);
        let offset = part.field.range.start - sector - place.start;
        if offset == signature_sector::IMAGE_DIGEST.start {
            let image = bytes(self.image_before(part).start..sector);
            let digest = Sha256::digest(image).to_vec();
            Role::Derived(Derived::PaddedDigest, Some(digest))
        } else if offset == signature_sector::CRC.start {
            let crc = signature_sector::crc(block).to_le_bytes().to_vec();
            Role::Derived(Derived::SignatureCrc, Some(crc))
        } else if offset == signature_sector::SIGNATURE.start {
            Role::Derived(Derived::Signature, None)
        } else if signature_sector::KEY.contains(&offset) {
            Role::SigningKey(hex::encode(signature_sector::key_digest(block)))
        } else {
            Role::Value
        }
    }

    /// Where the signature sector begins that `part` is in.
    fn sector_of(&self, part: &Part) -> usize {
        part.field.range.start / signature_sector::LENGTH * signature_sector::LENGTH
    }
}

/// Lengths, counts, addresses: what stands where.
fn is_structure(name: &str) -> bool {
    ["segment count", "entry point", ": address", ": length"]
        .iter()
        .any(|end| name.ends_with(end))
}

/// `ota_0: segment 3` and `length` of `ota_0: segment 3: length`.
fn segment_of(name: &str) -> Option<(&str, &str)> {
    let at = name.find("segment ")?;
    let number = at + "segment ".len();
    let digits = name.get(number..)?.find(": ")?;
    let segment = name.get(..number + digits)?;
    Some((segment, name.get(number + digits + 2..)?))
}

/// What each segment is called in any image: its region, and its number within that.
fn regions(parts: &[Part]) -> BTreeMap<String, String> {
    let mut regions = BTreeMap::new();
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for part in parts {
        let Some((segment, field)) = segment_of(&part.field.name) else {
            continue;
        };
        if ["address", "length"].contains(&field) || regions.contains_key(segment) {
            continue;
        }
        let whole = segment.rfind("segment ").and_then(|at| segment.get(..at));
        let region = format!("{}{field}", whole.unwrap_or_default());
        let count = counts.entry(region.clone()).or_default();
        regions.insert(segment.to_owned(), format!("{region} {count}"));
        *count += 1;
    }
    regions
}

/// Content cut where sections begin and end.
fn in_sections(unit: Unit, symbols: Option<&Symbols>) -> Vec<Unit> {
    let (Some(symbols), Some(address), Role::Content(_)) = (symbols, unit.address, &unit.role)
    else {
        return vec![unit];
    };
    let mut cut = Vec::new();
    let mut at = unit.range.start;
    for section in symbols.sections() {
        let length = unit.range.end - unit.range.start;
        let within = |address: u32| usize::try_from(address).unwrap_or(usize::MAX);
        let start = within(section.address)
            .saturating_sub(within(address))
            .min(length);
        let end =
            within(section.address.saturating_add(section.size)).saturating_sub(within(address));
        let (start, end) = (unit.range.start + start, unit.range.start + end.min(length));
        if start >= end || start < at {
            continue;
        }
        if at < start {
            cut.push(piece(&unit, at..start, None));
        }
        cut.push(piece(&unit, start..end, Some(&section.name)));
        at = end;
    }
    if at < unit.range.end {
        cut.push(piece(&unit, at..unit.range.end, None));
    }
    cut
}

/// A part of `unit`; without a section it is what fills up between two.
fn piece(unit: &Unit, range: Range<usize>, section: Option<&str>) -> Unit {
    let prefix = segment_of(&unit.name).and_then(|(segment, _)| {
        let at = segment.rfind("segment ")?;
        segment.get(..at)
    });
    let key = match section {
        Some(section) => format!("{}section {section}", prefix.unwrap_or_default()),
        None => format!("{} between sections", unit.key),
    };
    Unit {
        key,
        address: unit.address_of(range.start),
        section: section.map(str::to_owned),
        range,
        ..unit.clone()
    }
}

/// What no part claims is a unit too.
fn fill_gaps(length: usize, units: &mut Vec<Unit>) {
    units.sort_by_key(|unit| unit.range.start);
    let mut gaps = Vec::new();
    let mut at = 0;
    for unit in units.iter() {
        if at < unit.range.start {
            gaps.push(gap(at..unit.range.start));
        }
        at = at.max(unit.range.end);
    }
    if at < length {
        gaps.push(gap(at..length));
    }
    units.extend(gaps);
    units.sort_by_key(|unit| unit.range.start);
}

fn gap(range: Range<usize>) -> Unit {
    Unit {
        role: Role::Content(Content::Data),
        ..Unit::new(range, "bytes of no known part", "unexplained")
    }
}
