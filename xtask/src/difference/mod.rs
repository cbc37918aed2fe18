//! `explain A B`: why two artefacts differ, byte range by byte range.
//!
//! | module | does |
//! | --- | --- |
//! | [`artefact`] | reads files and releases, and says what they are |
//! | `layout` | cuts a file into units with an owner each |
//! | `compare`, `align` | finds the ranges that differ, also where something moved |
//! | `moves`, `riscv` | what stands where, and which instructions say so |
//! | `inputs` | which input of the two builds is not the same |
//! | `causes`, `text` | why a range differs, and the text around it |
//! | `human`, `html`, [`model`] | the answer |

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest as _, Sha256};

use crate::exit::Exit;
use crate::failure::{Failure, Result};

mod align;
pub mod artefact;
mod causes;
mod compare;
mod conclusions;
mod html;
mod human;
mod inputs;
mod layout;
pub mod model;
mod moves;
mod riscv;
mod symbols;
#[cfg(test)]
mod tests;
mod text;

pub use artefact::{Artefact, FileKind};
pub use html::html;
pub use human::human;
pub use model::Difference;

use artefact::{Content, File};
use causes::{Case, Overview};
use compare::{Pair, Presence, Raw};
use layout::Layout;
use model::{
    Cause, FileDifference, FileIdentity, Input, MOST_RANGES, Owner, RangeDifference, SCHEMA, Side,
};
use moves::Moves;
use symbols::Symbols;

/// Why `a` and `b` differ.
///
/// # Errors
/// [`Exit::Unreadable`] when they are not of one kind: there is nothing to compare.
pub fn of(a: &Artefact, b: &Artefact) -> Result<Difference> {
    let (files_a, files_b) = files(a, b)?;
    let comparison = Comparison {
        inputs: inputs::unequal(a, b),
        recorded: inputs::are_recorded(a, b),
        symbols: (a.symbols(), b.symbols()),
        elf: (a.elf().map(sha256), b.elf().map(sha256)),
        hashes: hashes(&files_a, &files_b),
    };
    let (files, equal_files) = comparison.files(&files_a, &files_b);
    let side = |artefact: &Artefact| Side {
        name: artefact.name().to_owned(),
        kind: artefact.kind().to_owned(),
    };
    let mut difference = Difference {
        schema: SCHEMA,
        equal: files.is_empty(),
        explained: files.iter().all(|file| file.explained),
        a: side(a),
        b: side(b),
        inputs: comparison.inputs,
        conclusions: Vec::new(),
        files,
        equal_files,
    };
    difference.conclusions = conclusions::of(&difference);
    Ok(difference)
}

impl Difference {
    /// `perennial.difference/1`.
    pub fn json(&self) -> String {
        // Strings, numbers and maps with string keys: nothing that JSON cannot say.
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }

    /// What a command that was asked for the difference ends with.
    pub const fn exit(&self) -> Exit {
        if self.equal {
            Exit::Done
        } else {
            Exit::NotReproducible
        }
    }
}

type Files<'a> = BTreeMap<&'a str, &'a File>;

/// The files of both sides by name; two single files have one name.
fn files<'a>(a: &'a Artefact, b: &'a Artefact) -> Result<(Files<'a>, Files<'a>)> {
    match (a.content(), b.content()) {
        (Content::File(one), Content::File(other)) if one.kind == other.kind => {
            let name = a.name();
            Ok((Files::from([(name, one)]), Files::from([(name, other)])))
        }
        (Content::Release(one), Content::Release(other)) => {
            let by_name = |files: &'a BTreeMap<String, File>| {
                files
                    .iter()
                    .map(|(name, file)| (name.as_str(), file))
                    .collect()
            };
            Ok((by_name(one), by_name(other)))
        }
        _ => Err(Failure::new(
            Exit::Unreadable,
            format!("{} and {} cannot be compared", a.name(), b.name()),
        )
        .evidence(format!("{} is: {}", a.name(), a.kind()))
        .evidence(format!("{} is: {}", b.name(), b.kind()))
        .help("give two of a kind: the folders of two releases, or the same file of both")),
    }
}

/// Name and SHA-256 of each file that both have and that differs.
fn hashes(a: &Files<'_>, b: &Files<'_>) -> Vec<(String, [String; 2])> {
    let pairs = a
        .iter()
        .filter_map(|(name, file)| Some((name, file, b.get(name)?)));
    pairs
        .filter(|(_, one, other)| one.bytes != other.bytes)
        .map(|(name, one, other)| {
            let hashes = [one, other].map(|file| hex::encode(sha256(&file.bytes)));
            ((*name).to_owned(), hashes)
        })
        .collect()
}

fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// What is known of both sides.
struct Comparison {
    inputs: Vec<Input>,
    recorded: bool,
    symbols: (Option<Symbols>, Option<Symbols>),
    elf: (Option<[u8; 32]>, Option<[u8; 32]>),
    hashes: Vec<(String, [String; 2])>,
}

impl Comparison {
    /// Every pair that differs, and the names of those that do not.
    fn files(&self, a: &Files<'_>, b: &Files<'_>) -> (Vec<FileDifference>, Vec<String>) {
        let names: BTreeSet<&str> = a.keys().chain(b.keys()).copied().collect();
        let is_elf = |name: &&&str| a.get(**name).is_some_and(|file| file.kind == FileKind::Elf);
        let mut equal = Vec::new();
        let mut different: BTreeMap<&str, FileDifference> = BTreeMap::new();
        let mut sections = None;
        // What differs in the ELF file is the reason of what differs in the images.
        let elf_first = names
            .iter()
            .filter(is_elf)
            .chain(names.iter().filter(|name| !is_elf(name)));
        for name in elf_first {
            match (a.get(name), b.get(name)) {
                (Some(one), Some(other)) if one.bytes == other.bytes => {
                    equal.push((*name).to_owned());
                }
                (Some(one), Some(other)) => {
                    let found = self.pair(name, one, other, sections.as_deref());
                    if one.kind == FileKind::Elf {
                        sections = Some(conclusions::sections(&found));
                    }
                    different.insert(name, found);
                }
                (one, other) => {
                    different.insert(name, alone(name, one.copied(), other.copied()));
                }
            }
        }
        equal.sort();
        (different.into_values().collect(), equal)
    }

    fn pair(&self, name: &str, a: &File, b: &File, elf: Option<&str>) -> FileDifference {
        let mut layout_a = Layout::of(a, self.symbols.0.as_ref(), self.elf.0);
        let mut layout_b = Layout::of(b, self.symbols.1.as_ref(), self.elf.1);
        layout_a.name_unreadable_stores(&layout_b, &a.bytes);
        layout_b.name_unreadable_stores(&layout_a, &b.bytes);
        let pair = Pair {
            a: &a.bytes,
            layout_a: &layout_a,
            b: &b.bytes,
            layout_b: &layout_b,
        };
        let case = Case {
            faulty: causes::faulty(&pair),
            pair,
            inputs: &self.inputs,
            recorded: self.recorded,
            elf,
            hashes: &self.hashes,
            name,
        };
        let (raws, mut moves) = case.pair.differences();
        if let (Some(a), Some(b)) = &self.symbols {
            moves.add_zeroed(a, b);
        }
        let overview = Overview::of(&raws);
        let mut found = FileDifference {
            explained: true,
            ..alone(name, Some(a), Some(b))
        };
        for raw in &raws {
            self.add(&case, raw, &overview, &moves, &mut found);
        }
        found
    }

    fn add(
        &self,
        case: &Case<'_>,
        raw: &Raw<'_>,
        overview: &Overview,
        moves: &Moves,
        found: &mut FileDifference,
    ) {
        let (cause, strings) = case.cause(raw, overview, moves);
        let explained = cause.explains();
        found.explained &= explained;
        let owner = self.owner(raw);
        let bytes = if raw.b.is_empty() {
            raw.a.len()
        } else {
            raw.b.len()
        };
        *found.by_class.entry(owner.class.clone()).or_default() += bytes;
        if found.ranges.len() >= MOST_RANGES {
            found.omitted += 1;
            return;
        }
        found.ranges.push(RangeDifference {
            a: raw.a.clone().into(),
            b: raw.b.clone().into(),
            owner,
            cause,
            explained,
            strings,
        });
    }

    /// Whose bytes they are: in A, or in B where A has none.
    fn owner(&self, raw: &Raw<'_>) -> Owner {
        let in_b = raw.presence == Presence::OnlyB || (raw.a.is_empty() && raw.other.is_some());
        let (unit, at, symbols) = match (in_b, raw.other) {
            (true, Some(other)) => (other, raw.b.start, &self.symbols.1),
            (true, None) => (raw.unit, raw.b.start, &self.symbols.1),
            (false, _) => (raw.unit, raw.a.start, &self.symbols.0),
        };
        let address = unit.address_of(at);
        let symbols = symbols.as_ref().zip(address);
        let section = symbols.and_then(|(symbols, address)| symbols.section_at(address));
        let symbol = symbols.and_then(|(symbols, address)| symbols.symbol_at(address));
        Owner {
            class: unit.class.to_owned(),
            name: unit.name.clone(),
            section: unit
                .section
                .clone()
                .or_else(|| section.map(|section| section.name.clone())),
            symbol: symbol.map(|(name, _)| name),
            address,
        }
    }
}

/// A file that one of the sides has alone: nothing says why.
fn alone(name: &str, a: Option<&File>, b: Option<&File>) -> FileDifference {
    let identity = |file: &File| FileIdentity {
        bytes: file.bytes.len(),
        sha256: hex::encode(sha256(&file.bytes)),
    };
    FileDifference {
        name: name.to_owned(),
        kind: a.or(b).map_or(FileKind::Bytes, |file| file.kind),
        a: a.map(identity),
        b: b.map(identity),
        explained: false,
        ranges: Vec::new(),
        omitted: 0,
        by_class: BTreeMap::new(),
    }
}

/// Whether `cause` is a difference of the program itself.
const fn is_own(cause: &Cause) -> bool {
    !matches!(cause, Cause::Consequence { .. } | Cause::Moved { .. })
}
