//! Sections and symbols of a program, by address.

use object::elf::SHT_NOBITS;
use object::read::elf::{ElfFile32, ElfSection32, SectionHeader as _};
use object::{Endianness, Object as _, ObjectSection as _, ObjectSymbol as _, SymbolKind};

/// Sections and symbols of an ELF file.
#[derive(Clone, Debug)]
pub(super) struct Symbols {
    /// Sections with contents in memory, by address.
    sections: Vec<Section>,
    /// Sections of memory that the file has no contents of.
    zeroed: Vec<Section>,
    /// Functions and objects, by address.
    symbols: Vec<Symbol>,
}

/// A section with contents.
#[derive(Clone, Debug)]
pub(super) struct Section {
    /// Its name.
    pub(super) name: String,
    /// Its first address.
    pub(super) address: u32,
    /// Bytes.
    pub(super) size: u32,
}

#[derive(Clone, Debug)]
struct Symbol {
    address: u32,
    size: u32,
    name: String,
}

impl Symbols {
    /// Reads an ELF file for a 32-bit processor.
    pub(super) fn read(elf: &[u8]) -> Result<Self, String> {
        let file = ElfFile32::<Endianness>::parse(elf).map_err(|error| error.to_string())?;
        let in_memory = file.sections().filter_map(|found| section(&file, &found));
        let (sections, zeroed): (Vec<_>, Vec<_>) = in_memory.partition(|(_, has_bytes)| *has_bytes);
        let alone =
            |found: Vec<(Section, bool)>| found.into_iter().map(|(section, _)| section).collect();
        let (mut sections, zeroed): (Vec<Section>, Vec<Section>) = (alone(sections), alone(zeroed));
        sections.sort_by_key(|section| section.address);
        let mut symbols: Vec<Symbol> = file
            .symbols()
            .filter(|symbol| matches!(symbol.kind(), SymbolKind::Data | SymbolKind::Text))
            .filter_map(|symbol| {
                Some(Symbol {
                    address: u32::try_from(symbol.address()).ok()?,
                    size: u32::try_from(symbol.size()).ok()?,
                    name: symbol
                        .name()
                        .ok()
                        .filter(|name| !name.is_empty())?
                        .to_owned(),
                })
            })
            .collect();
        symbols.sort_by(|a, b| (a.address, a.size, &a.name).cmp(&(b.address, b.size, &b.name)));
        Ok(Self {
            sections,
            zeroed,
            symbols,
        })
    }

    /// Whether no symbol is there.
    pub(super) fn is_stripped(&self) -> bool {
        self.symbols.is_empty()
    }

    /// The sections, by address.
    pub(super) fn sections(&self) -> &[Section] {
        &self.sections
    }

    /// Sections of memory that the file has no contents of.
    pub(super) fn zeroed(&self) -> impl Iterator<Item = &Section> {
        self.zeroed.iter()
    }

    /// The section that `address` lies in.
    pub(super) fn section_at(&self, address: u32) -> Option<&Section> {
        let after = self
            .sections
            .partition_point(|section| section.address <= address);
        let section = self.sections.get(after.checked_sub(1)?)?;
        (address - section.address < section.size).then_some(section)
    }

    /// The symbol that `address` lies in, and the end of what it names: `name+0x10`.
    pub(super) fn symbol_at(&self, address: u32) -> Option<(String, u32)> {
        let after = self
            .symbols
            .partition_point(|symbol| symbol.address <= address);
        // Of several that begin at one address the longest is last.
        let symbol = self.symbols.get(after.checked_sub(1)?)?;
        let offset = address - symbol.address;
        if offset >= symbol.size {
            return None;
        }
        let written = rustc_demangle::demangle(&symbol.name);
        let name = match offset {
            0 => format!("{written:#}"),
            _ => format!("{written:#}+0x{offset:x}"),
        };
        Some((name, symbol.address.saturating_add(symbol.size)))
    }
}

fn section(
    file: &ElfFile32<'_, Endianness>,
    found: &ElfSection32<'_, '_, Endianness>,
) -> Option<(Section, bool)> {
    let has_bytes = found.elf_section_header().sh_type(file.endian()) != SHT_NOBITS;
    let section = Section {
        name: found.name().ok()?.to_owned(),
        address: u32::try_from(found.address()).ok()?,
        size: u32::try_from(found.size()).ok()?,
    };
    (section.address != 0 && section.size != 0).then_some((section, has_bytes))
}
