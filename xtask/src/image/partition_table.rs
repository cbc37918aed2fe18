//! The partition table: entries of 32 bytes, then their MD5, then erased bytes.
//!
//! Follows `esp_partition_info_t` of ESP-IDF (`esp_flash_partitions.h`) and its `gen_esp32part.py`.

use device::flash_layout::{ENTRY_LENGTH, PARTITION_TABLE_SIZE, PARTITIONS, Partition};
use md5::{Digest as _, Md5};

use super::bytes::{ERASED, array_at, other_than, slice, u8_at, u32_at};
use super::fault::{Fault, Faults, Field};

/// Bytes of the table.
pub const LENGTH: usize = PARTITION_TABLE_SIZE as usize;

const ENTRY_MAGIC: [u8; 2] = [0xAA, 0x50];
/// What the entry with the MD5 begins with; the MD5 of all entries before it follows.
const MD5_MAGIC: [u8; 16] = {
    let mut magic = [ERASED; 16];
    magic[0] = 0xEB;
    magic[1] = 0xEB;
    magic
};

/// Offset, length and name of each field of an entry.
const FIELDS: [(usize, usize, &str); 7] = [
    (0, 2, "magic"),
    (2, 1, "type"),
    (3, 1, "subtype"),
    (4, 4, "offset"),
    (8, 4, "size"),
    (12, 16, "label"),
    (28, 4, "flags"),
];

/// An entry of a table that was read.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Entry {
    /// Its name.
    pub label: String,
    /// Type: 0 application, 1 data.
    pub kind: u8,
    /// Subtype.
    pub subtype: u8,
    /// First byte in flash.
    pub offset: u32,
    /// Bytes.
    pub size: u32,
}

/// The table of every device.
pub fn bytes() -> Vec<u8> {
    let mut table: Vec<u8> = PARTITIONS.iter().flat_map(Partition::entry).collect();
    let md5 = Md5::digest(&table);
    table.extend(MD5_MAGIC);
    table.extend(md5);
    table.resize(LENGTH, ERASED);
    table
}

/// Reads any table, as another version of this tool may have written it.
///
/// # Errors
///
/// The first thing that is wrong with it: an entry without magic, a label that is not text, another MD5,
/// bytes after the MD5 that are not erased.
pub fn read(table: &[u8]) -> Result<Vec<Entry>, Fault> {
    let (entries, rest) = slice(table, 0..LENGTH).as_chunks::<ENTRY_LENGTH>();
    let mut read = Vec::new();
    for (index, entry) in entries.iter().enumerate() {
        let start = index * ENTRY_LENGTH;
        if entry.starts_with(&MD5_MAGIC) {
            check_md5(table, start)?;
            return Ok(read);
        }
        if !entry.starts_with(&ENTRY_MAGIC) {
            let problem = format!("is {}, must be aa50", hex::encode(slice(entry, 0..2)));
            return Err(Fault::new(start..start + 2, name(index, "magic"), problem));
        }
        read.push(Entry {
            label: label(entry, index, start)?,
            kind: u8_at(entry, 2),
            subtype: u8_at(entry, 3),
            offset: u32_at(entry, 4),
            size: u32_at(entry, 8),
        });
    }
    let end = entries.len() * ENTRY_LENGTH + rest.len();
    Err(Fault::new(
        0..end,
        "MD5",
        "no entry has the MD5 of the table",
    ))
}

/// Compares `table` with the one of every device.
///
/// # Errors
///
/// Each field that is different.
pub fn require(table: &[u8]) -> Result<(), Faults> {
    let expected = bytes();
    let mut faults = Faults::NONE;
    for field in fields() {
        let found = slice(table, field.range.clone());
        let required = slice(&expected, field.range.clone());
        if found != required {
            let problem = differs(found, required);
            faults.add(Fault { field, problem });
        }
    }
    faults.none_or(())
}

/// The fields of the table of every device.
pub fn fields() -> Vec<Field> {
    let mut fields = Vec::new();
    for (index, partition) in PARTITIONS.iter().enumerate() {
        let start = index * ENTRY_LENGTH;
        fields.extend(FIELDS.map(|(offset, length, field)| {
            let offset = start + offset;
            Field::new(offset..offset + length, name_of(partition.label, field))
        }));
    }
    let start = PARTITIONS.len() * ENTRY_LENGTH;
    let (md5, end) = (start + MD5_MAGIC.len(), start + ENTRY_LENGTH);
    fields.push(Field::new(start..md5, "MD5 magic"));
    fields.push(Field::new(md5..end, "MD5"));
    fields.push(Field::new(end..LENGTH, "erased"));
    fields
}

fn check_md5(table: &[u8], start: usize) -> Result<(), Fault> {
    let place = start + MD5_MAGIC.len();
    let found: [u8; 16] = array_at(table, place);
    let computed: [u8; 16] = Md5::digest(slice(table, 0..start)).into();
    if found != computed {
        let (found, computed) = (hex::encode(found), hex::encode(computed));
        let problem = format!("is {found}, the entries have {computed}");
        return Err(Fault::new(place..place + found.len() / 2, "MD5", problem));
    }
    let end = start + ENTRY_LENGTH;
    match other_than(ERASED, table, end..LENGTH) {
        None => Ok(()),
        Some((first, count)) => {
            let problem = format!("{count} bytes after the MD5 are not erased");
            Err(Fault::new(first..LENGTH, "erased", problem))
        }
    }
}

fn label(entry: &[u8], index: usize, start: usize) -> Result<String, Fault> {
    let place = slice(entry, 12..28);
    let end = place.iter().position(|byte| *byte == 0);
    let text = slice(place, 0..end.unwrap_or(place.len()));
    if text.is_empty() || !text.iter().all(u8::is_ascii_graphic) {
        let problem = format!("\"{}\" is not printable text", place.escape_ascii());
        return Err(Fault::new(
            start + 12..start + 28,
            name(index, "label"),
            problem,
        ));
    }
    Ok(String::from_utf8_lossy(text).into_owned())
}

fn differs(found: &[u8], required: &[u8]) -> String {
    match (found, required) {
        (found, required) if required.len() <= 16 => format!(
            "is {}, must be {}",
            hex::encode(found),
            hex::encode(required)
        ),
        _ => "not every byte is erased".to_owned(),
    }
}

fn name(index: usize, field: &str) -> String {
    format!("entry {index}: {field}")
}

fn name_of(label: &str, field: &str) -> String {
    format!("entry {label}: {field}")
}
