//! Makes pairs, and says what `explain` says of them.

use sha2::{Digest as _, Sha256};

use super::super::model::Cause;
use super::super::{Artefact, Difference, human, of};
use crate::image::tests::elf::{EXPECTED, Program, descriptor, store};
use crate::image::{Expected, Settings, application, flash};

/// A text in the read-only data of every program.
pub(super) const TEXT: &[u8] = b"\0built from here, and nothing else to say of it\0";

/// Everything that is made of one program.
#[derive(Clone)]
pub(super) struct Built {
    pub(super) elf: Vec<u8>,
    pub(super) application: Vec<u8>,
    pub(super) flash: Vec<u8>,
}

/// A program with a store and a text.
#[derive(Clone)]
pub(super) struct World {
    pub(super) expected: Expected<'static>,
    pub(super) store: Vec<u8>,
    pub(super) text: Vec<u8>,
    pub(super) program: Program,
}

impl World {
    pub(super) fn new() -> Self {
        Self::with_store(store(1))
    }

    pub(super) fn with_store(store: Vec<u8>) -> Self {
        Self {
            expected: EXPECTED,
            program: Program::small(&store),
            store,
            text: TEXT.to_vec(),
        }
    }

    pub(super) fn build(&self) -> Built {
        let mut program = self.program.clone();
        program.section(".flash.appdesc").data = descriptor(&self.expected);
        // In front of the store, so that it moves with the text.
        program
            .section(".rodata")
            .data
            .splice(0..0, self.text.clone());
        let elf = program.elf();
        let settings = Settings {
            descriptor: self.expected,
            store: &self.store,
        };
        let image = application(&elf, &settings).unwrap();
        Built {
            flash: flash(&image, &self.store).unwrap(),
            application: image.bytes().to_vec(),
            elf,
        }
    }
}

/// Both files, compared.
pub(super) fn difference(a: &[u8], b: &[u8]) -> Difference {
    let artefact = |name: &str, bytes: &[u8]| Artefact::of_bytes(name, bytes.to_vec()).unwrap();
    of(&artefact("a", a), &artefact("b", b)).unwrap()
}

/// A line for each range: its cause in a word, its owner.
pub(super) fn lines(difference: &Difference) -> Vec<String> {
    let ranges = difference.files.iter().flat_map(|file| &file.ranges);
    let line = |range: &super::super::model::RangeDifference| {
        assert_eq!(range.explained, range.cause.explains());
        format!("{} {}", human::word(&range.cause), range.owner.name)
    };
    let mut lines: Vec<String> = ranges.map(line).collect();
    lines.dedup();
    lines
}

/// Compares what is said of a pair with what must be.
#[track_caller]
pub(super) fn assert_says(a: &[u8], b: &[u8], expected: &[&str]) {
    let difference = difference(a, b);
    assert_eq!(lines(&difference), expected, "{}", human(&difference));
    let all = difference
        .files
        .iter()
        .flat_map(|file| &file.ranges)
        .all(|range| range.explained);
    assert_eq!(difference.explained, all);
    assert!(!difference.equal);
    covers(&difference, a, b);
}

/// Outside of the ranges the files are the same, in order.
#[track_caller]
fn covers(difference: &Difference, a: &[u8], b: &[u8]) {
    for file in &difference.files {
        let mut ranges: Vec<_> = file.ranges.iter().map(|range| (range.a, range.b)).collect();
        ranges.sort_by_key(|(a, b)| (a.start, b.start));
        let without = |bytes: &[u8], spans: Vec<super::super::model::Span>| {
            let mut kept = bytes.to_vec();
            let mut spans = spans;
            spans.sort_by_key(|span| span.start);
            for span in spans.iter().rev() {
                kept.drain(span.range());
            }
            kept
        };
        let rest_a = without(a, ranges.iter().map(|(a, _)| *a).collect());
        let rest_b = without(b, ranges.iter().map(|(_, b)| *b).collect());
        assert!(rest_a == rest_b, "something differs outside of the ranges");
    }
}

/// The same image with checksum and digest as its bytes demand.
pub(super) fn sealed(image: &[u8]) -> Vec<u8> {
    let mut sealed = image.to_vec();
    let container = crate::image::survey(&sealed).unwrap();
    let (checksum, end) = (container.checksum(), container.bytes().len());
    sealed[end - 33] = checksum;
    let digest = Sha256::digest(&sealed[..end - 32]);
    sealed[end - 32..end].copy_from_slice(&digest);
    sealed
}

/// `bytes` with `new` at `at`.
pub(super) fn patched(bytes: &[u8], at: usize, new: &[u8]) -> Vec<u8> {
    let mut patched = bytes.to_vec();
    patched[at..at + new.len()].copy_from_slice(new);
    patched
}

/// Where `wanted` begins.
#[track_caller]
pub(super) fn find(bytes: &[u8], wanted: &[u8]) -> usize {
    memchr::memmem::find(bytes, wanted).unwrap()
}

/// The reasons of the ranges of an owner.
pub(super) fn reason(difference: &Difference, owner: &str) -> String {
    let mut ranges = difference.files.iter().flat_map(|file| &file.ranges);
    let range = ranges.find(|range| range.owner.name == owner);
    range.map(|range| range.cause.words()).unwrap()
}

/// Whether a cause is a leak.
pub(super) fn is_leak(cause: &Cause) -> bool {
    matches!(cause, Cause::Leak { .. })
}
