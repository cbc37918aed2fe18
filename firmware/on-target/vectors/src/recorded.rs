//! Vectors in files: what tests ask is written down, and read again by who asks it elsewhere.

use std::cell::Cell;
use std::fs;
use std::path::Path;

use device::flash_layout::SECTOR_SIZE;

use crate::form::{Vector, Vectors};
use crate::kind::Kind;

/// Where vectors are written to; nothing is written where it is not set.
const FOLDER: &str = "PERENNIAL_VECTORS";

/// So many of a test are written, and then each so many-th: a test may ask thousands that differ in a byte. A chain takes
/// thousands of times as long as the others, and the life of a slot dozens of times.
const FIRST_CHAINS: u32 = 24;
const FIRST_LIVES: u32 = 48;
const FIRST: u32 = 240;
const EACH: u32 = 97;

/// What flash is programmed in.
const WORD: usize = 4;

thread_local! {
    static ASKED: Cell<u32> = const { Cell::new(0) };
}

/// Writes down what a test asks, under the name of the test.
pub fn record(kind: Kind, parts: &[&[u8]]) {
    let Some(folder) = std::env::var_os(FOLDER) else {
        return;
    };
    let number = ASKED.replace(ASKED.get() + 1);
    let first = match kind {
        Kind::Chain | Kind::Handshake | Kind::Round | Kind::Tls => FIRST_CHAINS,
        Kind::Install | Kind::Memory | Kind::Slots => FIRST_LIVES,
        _ => FIRST,
    };
    if number >= first && !number.is_multiple_of(EACH) {
        return;
    }
    let test = std::thread::current().name().unwrap_or("?").to_string();
    write(folder.as_ref(), &format!("{test} {number}"), kind, parts);
}

/// Writes down a question under a name of its own: its cost is of interest.
pub fn named(name: &str, kind: Kind, parts: &[&[u8]]) {
    if let Some(folder) = std::env::var_os(FOLDER) {
        write(folder.as_ref(), name, kind, parts);
    }
}

/// The parts of a question that are flash: these regions, each the offset of a sector and bytes, which end where a word does.
/// What is erased at the end of a sector is left out.
pub fn flash(regions: &[(u32, Vec<u8>)]) -> Vec<Vec<u8>> {
    let pieces = regions.iter().flat_map(|(offset, bytes)| {
        let offsets = (*offset..).step_by(SECTOR_SIZE as usize);
        offsets.zip(bytes.chunks(SECTOR_SIZE as usize)).map(piece)
    });
    let pieces: Vec<_> = pieces.collect();
    let count = (pieces.len() as i64).to_le_bytes().to_vec();
    core::iter::once(count).chain(pieces).collect()
}

/// A part that is one sector.
fn piece((offset, sector): (u32, &[u8])) -> Vec<u8> {
    let last = sector.iter().rposition(|byte| *byte != 0xFF);
    let end = last.unwrap_or(0) / WORD * WORD + WORD;
    [&offset.to_le_bytes(), &sector[..end.min(sector.len())]].concat()
}

fn write(folder: &Path, name: &str, kind: Kind, parts: &[&[u8]]) {
    let bytes = Vectors::write(&[(name, kind, parts.to_vec())]);
    let place = folder.join(format!(
        "{}.{}",
        name.replace([':', '/', ' '], "-"),
        kind.name()
    ));
    let written = fs::create_dir_all(folder).and_then(|()| fs::write(&place, bytes));
    written.unwrap_or_else(|error| panic!("cannot write {}: {error}", place.display()));
}

/// Everything that was written down in a folder.
#[derive(Debug)]
pub struct Recorded(Vec<Vec<u8>>);

impl Recorded {
    /// Reads the files of a folder, sorted by their names.
    ///
    /// # Errors
    ///
    /// When the folder or a file cannot be read.
    pub fn read(folder: &Path) -> std::io::Result<Self> {
        let entries = fs::read_dir(folder)?;
        let paths: std::io::Result<Vec<_>> = entries.map(|entry| Ok(entry?.path())).collect();
        let mut paths = paths?;
        paths.sort();
        paths
            .iter()
            .map(fs::read)
            .collect::<std::io::Result<_>>()
            .map(Self)
    }

    /// The vectors, in the order of the files' names.
    pub fn vectors(&self) -> impl Iterator<Item = Vector<'_>> {
        self.0
            .iter()
            .filter_map(|bytes| Vectors::read(bytes).ok())
            .flatten()
    }
}
