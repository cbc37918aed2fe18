//! The units of an ELF file: headers, sections, what lies between them.

use std::ops::Range;

use object::elf::{SHF_ALLOC, SHF_EXECINSTR, SHT_NOBITS, SHT_STRTAB, SHT_SYMTAB};
use object::read::elf::{ElfFile32, FileHeader as _, SectionHeader as _};
use object::{Endianness, Object as _, ObjectSection as _};

use super::{Content, Role, Unit, store};
use crate::image::Accounting;

/// Bytes of the header of a 32-bit ELF file.
const HEADER_LENGTH: usize = 52;
/// The section with the app descriptor.
const APP_DESCRIPTOR: &str = ".flash.appdesc";

/// The units of an ELF file; of one that cannot be read, the whole.
pub(super) fn units(bytes: &[u8]) -> Vec<Unit> {
    let mut units = match ElfFile32::<Endianness>::parse(bytes) {
        Ok(file) => of_file(&file),
        Err(_) => Vec::new(),
    };
    units.retain(|unit| unit.range.end <= bytes.len() && unit.range.start < unit.range.end);
    units.sort_by_key(|unit| (unit.range.start, unit.range.end));
    let mut at = 0;
    let mut whole = Vec::new();
    for unit in units {
        if unit.range.start < at {
            continue;
        }
        if at < unit.range.start {
            whole.push(between(at..unit.range.start));
        }
        at = unit.range.end;
        whole.push(unit);
    }
    if at < bytes.len() {
        whole.push(between(at..bytes.len()));
    }
    let inner = inner(bytes, &whole);
    let mut units: Vec<Unit> = whole
        .into_iter()
        .flat_map(|unit| carve(&unit, &inner))
        .collect();
    store::name_records(bytes, &mut units);
    units
}

fn of_file(file: &ElfFile32<'_, Endianness>) -> Vec<Unit> {
    let header = file.elf_header();
    let endian = file.endian();
    let table = |start: u32, count: u16, size: u16| {
        let start = start as usize;
        start..start + usize::from(count) * usize::from(size)
    };
    let programs = table(
        header.e_phoff(endian),
        header.e_phnum(endian),
        header.e_phentsize(endian),
    );
    let sections = table(
        header.e_shoff(endian),
        header.e_shnum(endian),
        header.e_shentsize(endian),
    );
    let mut units = vec![
        structure(0..HEADER_LENGTH, "ELF header"),
        structure(programs, "program headers"),
        structure(sections, "section headers"),
    ];
    for section in file.sections() {
        let (name, raw) = (section.name().unwrap_or("?"), section.elf_section_header());
        if raw.sh_type(endian) == SHT_NOBITS {
            continue;
        }
        let start = raw.sh_offset(endian) as usize;
        let range = start..start.saturating_add(raw.sh_size(endian) as usize);
        let flags = raw.sh_flags(endian).0;
        let is_table = [SHT_STRTAB, SHT_SYMTAB].contains(&raw.sh_type(endian));
        let (class, content) = class(name, flags, is_table);
        let loaded = flags & SHF_ALLOC.0 != 0;
        units.push(Unit {
            section: Some(name.to_owned()),
            address: u32::try_from(section.address()).ok().filter(|_| loaded),
            role: Role::Content(content),
            ..Unit::new(range, format!("section {name}"), class)
        });
    }
    units
}

fn class(name: &str, flags: u64, is_table: bool) -> (&'static str, Content) {
    if flags & SHF_EXECINSTR.0 != 0 {
        ("code", Content::Code)
    } else if flags & SHF_ALLOC.0 != 0 {
        match flags & object::elf::SHF_WRITE.0 != 0 {
            true => ("data", Content::Data),
            false => ("read-only data", Content::Data),
        }
    } else if name.starts_with(".debug") {
        ("debug information", Content::NotLoaded)
    } else if is_table {
        ("symbols", Content::NotLoaded)
    } else {
        ("notes", Content::NotLoaded)
    }
}

fn structure(range: Range<usize>, name: &str) -> Unit {
    Unit {
        role: Role::Structure,
        ..Unit::new(range, name, "header")
    }
}

fn between(range: Range<usize>) -> Unit {
    Unit {
        role: Role::Filler(0),
        ..Unit::new(range, "between sections", "padding")
    }
}

/// The app descriptor and the trust store, field by field.
fn inner(bytes: &[u8], units: &[Unit]) -> Vec<Unit> {
    let mut inner = Vec::new();
    let descriptor = units
        .iter()
        .find(|unit| unit.section.as_deref() == Some(APP_DESCRIPTOR) && unit.range.len() == 256);
    if let Some(section) = descriptor {
        for part in Accounting::descriptor_alone() {
            let start = section.range.start + part.field.range.start;
            let range = start..start + part.field.range.len();
            inner.push(Unit::new(range, part.field.name, part.class.words()));
        }
    }
    for part in Accounting::store_in(bytes) {
        inner.push(Unit {
            role: Role::Store,
            ..Unit::new(part.field.range, part.field.name, part.class.words())
        });
    }
    inner.sort_by_key(|unit| unit.range.start);
    inner
}

/// `whole`, cut where `inner` lie in it.
fn carve(whole: &Unit, inner: &[Unit]) -> Vec<Unit> {
    let piece = |range: Range<usize>| Unit {
        address: whole.address_of(range.start),
        range,
        ..whole.clone()
    };
    let mut cut = Vec::new();
    let mut at = whole.range.start;
    for unit in inner {
        if unit.range.start < at || whole.range.end < unit.range.end {
            continue;
        }
        if at < unit.range.start {
            cut.push(piece(at..unit.range.start));
        }
        cut.push(Unit {
            address: whole.address_of(unit.range.start),
            section: whole.section.clone(),
            ..unit.clone()
        });
        at = unit.range.end;
    }
    if at < whole.range.end {
        cut.push(piece(at..whole.range.end));
    }
    cut
}
