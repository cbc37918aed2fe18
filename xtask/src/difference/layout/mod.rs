//! Whose bytes they are: a file, cut into units that can be found again in another file of its kind.

use std::collections::BTreeMap;
use std::ops::Range;

use super::artefact::{File, FileKind};
use super::symbols::Symbols;

mod elf;
mod image;
mod store;

/// A range of bytes that has one owner and one way to be compared.
#[derive(Clone, Debug)]
pub(super) struct Unit {
    /// What it is called in every file of its kind: that of the other file has the same.
    pub(super) key: String,
    /// Its bytes.
    pub(super) range: Range<usize>,
    /// What they are for.
    pub(super) class: &'static str,
    /// What people call it.
    pub(super) name: String,
    /// The ELF section.
    pub(super) section: Option<String>,
    /// Where the first byte is in memory.
    pub(super) address: Option<u32>,
    /// How it is compared, and what its value follows from.
    pub(super) role: Role,
}

/// How a unit is compared, and what its value follows from.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Role {
    /// Bytes that may move within it.
    Content(Content),
    /// A value that its file demands, where that can be computed.
    Derived(Derived, Option<Vec<u8>>),
    /// Bytes that are the same in every place; the byte.
    Filler(u8),
    /// Of a public key that signs: the eFuse digest of the key.
    SigningKey(String),
    /// A value of the trust store.
    Store,
    /// Follows from what stands where: a length, a count, an address.
    Structure,
    /// A value that somebody decided.
    Value,
}

/// What content is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Content {
    /// RISC-V instructions.
    Code,
    /// Data that is loaded or mapped.
    Data,
    /// Nothing that reaches the image: symbols, debug information.
    NotLoaded,
    /// Lines.
    Text,
}

/// A value that follows from other bytes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Derived {
    /// The XOR of the segments' data.
    Checksum,
    /// The SHA-256 of an image.
    Digest,
    /// The SHA-256 of the ELF file.
    ElfHash,
    /// The CRC of an otadata entry.
    OtadataCrc,
    /// The SHA-256 of a padded image, in a signature block.
    PaddedDigest,
    /// An RSA-PSS signature; its salt is random.
    Signature,
    /// The CRC of a signature block.
    SignatureCrc,
    /// The SHA-256 that ends a trust store.
    StoreDigest,
    /// The MD5 of the partition table.
    TableMd5,
}

/// The units of a file, in order; they cover it.
#[derive(Clone, Debug, Default)]
pub(super) struct Layout {
    /// The units.
    pub(super) units: Vec<Unit>,
}

impl Layout {
    /// The layout of `file`. `symbols` are of its program, `elf_sha256` is of the ELF file it was made from, where that is
    /// at hand.
    pub(super) fn of(file: &File, symbols: Option<&Symbols>, elf_sha256: Option<[u8; 32]>) -> Self {
        let mut units = match file.kind {
            FileKind::ApplicationImage | FileKind::Bootloader | FileKind::FlashImage => {
                image::units(file, symbols, elf_sha256)
            }
            FileKind::Elf => elf::units(&file.bytes),
            FileKind::TrustStore => store::alone(&file.bytes),
            FileKind::Bytes => vec![whole(file, Content::NotLoaded)],
            FileKind::Manifest | FileKind::Text => vec![whole(file, Content::Text)],
        };
        units.retain(|unit| !unit.range.is_empty());
        number_keys(&mut units);
        Self { units }
    }
}

impl Layout {
    /// Names the fields of stores that cannot be read as those of the same length in `other`, which can.
    pub(super) fn name_unreadable_stores(&mut self, other: &Self, bytes: &[u8]) {
        let units = std::mem::take(&mut self.units).into_iter();
        self.units = units
            .flat_map(|unit| {
                let named = store::named_as_in(&unit, &other.units, bytes);
                named.unwrap_or_else(|| vec![unit])
            })
            .collect();
    }
}

fn whole(file: &File, content: Content) -> Unit {
    Unit {
        role: Role::Content(content),
        ..Unit::new(0..file.bytes.len(), "content", file.kind.words())
    }
}

impl Unit {
    /// A unit whose key is its name.
    fn new(range: Range<usize>, name: impl Into<String>, class: &'static str) -> Self {
        let name = name.into();
        Self {
            key: name.clone(),
            range,
            class,
            name,
            section: None,
            address: None,
            role: Role::Value,
        }
    }

    /// The address of the byte at `offset` in the file.
    pub(super) fn address_of(&self, offset: usize) -> Option<u32> {
        let distance = u32::try_from(offset.checked_sub(self.range.start)?).ok()?;
        self.address?.checked_add(distance)
    }
}

/// Two units with one name are told apart by their order.
fn number_keys(units: &mut [Unit]) {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for unit in units {
        let count = seen.entry(unit.key.clone()).or_default();
        if *count > 0 {
            unit.key = format!("{} #{count}", unit.key);
        }
        *count += 1;
    }
}
