//! The parts of images, whatever their values are.

use std::ops::Range;

use device::flash_layout::{
    OTA_0, OTA_1, OTADATA, PROVISION, Partition, SECTOR_SIZE, STATE, TRUST_STORE,
};
use device::store::layout::magic;
use device::store::{TrustStore, find_in_image};

use super::super::bytes::{ERASED, slice};
use super::super::container::Container;
use super::super::descriptor;
use super::super::fault::Field;
use super::super::flash_map::{
    BOOTLOADER_PLACE, STORE_PLACE, TABLE_PLACE, TABLE_SECTOR_END, gaps, otadata_fields, place,
};
use super::super::segment::Region;
use super::super::{bootloader, header, partition_table};
use super::{Class, Part, signature_sector};

/// Where a trust store says how long it is.
const STORE_LENGTH_AT: usize = 20;
/// What a byte of padding is within an image.
const ZERO: u8 = 0;

/// The parts of the application with which `bytes` begin, and of its signature sector.
pub(super) fn application(bytes: &[u8]) -> Vec<Part> {
    let Ok(container) = Container::survey(bytes) else {
        return Vec::new();
    };
    let mut inner: Vec<Part> = descriptor::fields()
        .map(|field| Part::new(field, Class::Descriptor))
        .collect();
    inner.extend(store_parts(container.bytes()));
    let outer = container_parts(&container);
    let mut parts: Vec<Part> = outer
        .into_iter()
        .flat_map(|part| carve(&part, &inner))
        .collect();
    parts.extend(signature(bytes, container.bytes().len()));
    parts
}

/// The parts of the bootloader with which `bytes` begin.
pub(super) fn bootloader(bytes: &[u8]) -> Vec<Part> {
    let Ok(container) = Container::survey(bytes) else {
        return Vec::new();
    };
    let fields = bootloader::fields(&container).into_iter();
    fields
        .map(|field| Part::new(field, Class::Bootloader))
        .collect()
}

/// The parts of a full flash image.
pub(super) fn flash(bytes: &[u8]) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut add = |name: &str, place: Range<usize>, inner: Vec<Part>| {
        let (start, end) = (place.start, place.end.min(bytes.len()));
        let used = inner.iter().map(|part| start + part.field.range.end);
        let rest = used.max().unwrap_or(start);
        parts.extend(inner.iter().map(|part| part.within(name, start)));
        if rest < end {
            let field = Field::new(rest..end, format!("{name}: erased"));
            parts.push(Part::new(field, Class::Erased).filled(ERASED));
        }
    };
    let boot = bootloader(slice(bytes, BOOTLOADER_PLACE));
    add("bootloader", BOOTLOADER_PLACE, boot);
    let table = TABLE_PLACE.start..TABLE_SECTOR_END;
    let fields = partition_table::fields();
    let fields = named(fields, Class::PartitionTable);
    add("partition table", table, fields);
    let fields = named(otadata_fields(), Class::Otadata);
    add(OTADATA.label, place(&OTADATA), fields);
    for slot in [&OTA_0, &OTA_1] {
        let found = application(slice(bytes, place(slot)));
        add(slot.label, place(slot), found);
    }
    add_stores(bytes, &mut add);
    for unused in [&PROVISION, &STATE] {
        add(unused.label, place(unused), Vec::new());
    }
    for gap in gaps() {
        add("unused", gap, Vec::new());
    }
    parts
}

/// The two copies of the partition of the trust store.
fn add_stores(bytes: &[u8], add: &mut impl FnMut(&str, Range<usize>, Vec<Part>)) {
    let partition: &Partition = &TRUST_STORE;
    let copies = STORE_PLACE.end - STORE_PLACE.start;
    let names = [
        partition.label.to_owned(),
        format!("{} copy 2", partition.label),
    ];
    for (index, name) in names.iter().enumerate() {
        let start = STORE_PLACE.start + index * copies;
        let copy = start..start + copies;
        let parts = whole_store(slice(bytes, copy.clone()));
        add(name, copy, parts);
    }
}

/// Fields of a flash area; those that are named so are erased.
fn named(fields: Vec<Field>, class: Class) -> Vec<Part> {
    let is_erased = |field: &Field| field.name == "erased";
    let part = |field: Field| match is_erased(&field) {
        true => Part::new(field, Class::Erased).filled(ERASED),
        false => Part::new(field, class),
    };
    fields.into_iter().map(part).collect()
}

fn container_parts(container: &Container<'_>) -> Vec<Part> {
    let fields = container.fields().into_iter();
    fields.map(|field| of_container(container, field)).collect()
}

/// The part of a container that `field` is, by where it begins.
fn of_container(container: &Container<'_>, field: Field) -> Part {
    let start = field.range.start;
    if start < header::LENGTH {
        return Part::new(field, Class::Header);
    }
    let segments = container.segments();
    if let Some(segment) = segments.iter().find(|segment| start < segment.data.end) {
        if start < segment.data.start {
            return Part::new(field, Class::Header);
        }
        let class = match segment.region {
            Region::Dram | Region::RtcFast => Class::Data,
            Region::Drom => Class::ReadOnlyData,
            Region::Iram | Region::Irom => Class::Code,
            Region::Padding => return Part::new(field, Class::Padding).filled(ZERO),
        };
        return Part {
            address: Some(segment.address),
            ..Part::new(field, class)
        };
    }
    match container.bytes().len() - start {
        32 => Part::new(field, Class::Digest),
        33 => Part::new(field, Class::Checksum),
        _ => Part::new(field, Class::Padding).filled(ZERO),
    }
}

/// The store in an application. One that the device would refuse is named whole, as far as its length can be read.
pub(super) fn store_parts(image: &[u8]) -> Vec<Part> {
    let Some((offset, store)) = find_in_image(image).next() else {
        return Vec::new();
    };
    match store {
        Ok(store) => store_fields(&store, offset),
        Err(_) => {
            let length = super::super::bytes::u32_at(image, offset + STORE_LENGTH_AT) as usize;
            let end = offset.saturating_add(length).min(image.len());
            let field = Field::new(offset..end, "trust store: unreadable");
            vec![Part::new(field, Class::TrustStore)]
        }
    }
}

/// A store at the start of `bytes`.
fn whole_store(bytes: &[u8]) -> Vec<Part> {
    match bytes.starts_with(&magic()) {
        true => store_parts(bytes),
        false => Vec::new(),
    }
}

fn store_fields(store: &TrustStore<'_>, offset: usize) -> Vec<Part> {
    let fields = store.fields();
    let named = fields.map(|(range, field)| Field::new(range, field.to_string()));
    named
        .map(|field| Part::new(field.within("trust store", offset), Class::TrustStore))
        .collect()
}

/// `whole`, cut where `inner`, which are in order, lie in it.
fn carve(whole: &Part, inner: &[Part]) -> Vec<Part> {
    let Range { start, end } = whole.field.range;
    let piece = |from: usize, to: usize| Part {
        field: Field::new(from..to, whole.field.name.clone()),
        address: whole.address.map(|address| {
            let offset = u32::try_from(from - start).unwrap_or(u32::MAX);
            address.saturating_add(offset)
        }),
        ..whole.clone()
    };
    let mut cut = Vec::new();
    let mut at = start;
    for part in inner {
        let range = &part.field.range;
        if range.start < at || end < range.end {
            continue;
        }
        if at < range.start {
            cut.push(piece(at, range.start));
        }
        let address = piece(range.start, range.end).address;
        cut.push(Part {
            address,
            ..part.clone()
        });
        at = range.end;
    }
    if at < end {
        cut.push(piece(at, end));
    }
    cut
}

/// The signature sector behind an image that ends at `end`, and what fills up to it.
fn signature(bytes: &[u8], end: usize) -> Vec<Part> {
    let start = end.next_multiple_of(SECTOR_SIZE as usize);
    if !signature_sector::is_at(bytes, start) {
        return Vec::new();
    }
    let field = Field::new(end..start, "padding before the signature sector");
    let mut parts = vec![Part::new(field, Class::Padding).filled(ERASED)];
    parts.extend(signature_sector::parts(bytes, start));
    parts
}
