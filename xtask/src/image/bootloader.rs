//! Reads a second-stage bootloader: an image whose segments are all loaded to RAM.

use super::bytes::u8_at;
use super::container::Container;
use super::fault::{Fault, Faults, Field};

/// Where the description stands, `esp_bootloader_desc_t` of ESP-IDF.
const OFFSET: usize = 0x20;
const MAGIC: u8 = 80;

/// Offset, length and name of each field of the description.
const FIELDS: [(usize, usize, &str); 7] = [
    (0, 1, "magic"),
    (1, 2, "reserved 1"),
    (3, 1, "secure version"),
    (4, 4, "version"),
    (8, 32, "ESP-IDF version"),
    (40, 24, "date and time"),
    (64, 16, "reserved 2"),
];
/// Bytes of the description.
const LENGTH: usize = 80;

/// Reads the bootloader with which `bytes` begin; more may follow it, as in flash.
///
/// # Errors
///
/// Everything that is wrong with it.
pub fn read_prefix(bytes: &[u8]) -> Result<Container<'_>, Faults> {
    let container = Container::read_prefix(bytes)?;
    let mut faults = Faults::NONE;
    let segments = container.segments();
    for segment in segments.iter().filter(|segment| segment.region.is_mapped()) {
        faults.add(segment.address_fault("a bootloader is in RAM only, nothing is mapped yet"));
    }
    let first = segments.first().map_or(0..0, |first| first.data.clone());
    if first.len() < LENGTH || u8_at(bytes, OFFSET) != MAGIC {
        let problem = format!("the first segment must begin with 0x{MAGIC:02x}");
        faults.add(Fault::new(first, "bootloader description", problem));
    }
    faults.none_or(container)
}

/// The fields of a bootloader that was read.
pub fn fields(bootloader: &Container<'_>) -> Vec<Field> {
    let description = OFFSET..OFFSET + LENGTH;
    let mut fields = Vec::new();
    for field in bootloader.fields() {
        if field.range.start != description.start {
            fields.push(field);
            continue;
        }
        fields.extend(FIELDS.map(|(offset, length, name)| {
            let start = OFFSET + offset;
            Field::new(
                start..start + length,
                format!("bootloader description: {name}"),
            )
        }));
        fields.push(Field::new(description.end..field.range.end, field.name));
    }
    fields.retain(|field| !field.range.is_empty());
    fields
}
