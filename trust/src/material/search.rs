//! The order in which a file is searched: what has bounds of its own first, so that nothing is found twice.

use std::ops::Range;
use std::sync::Arc;

use super::{
    Anchor, Damage, DamageKind, Form, Found, Place, array, bundle, comments, der, pem, stored,
};
use crate::source::SourceFile;

/// Bytes at the start that are looked at to tell text from other files.
const SAMPLE: usize = 64 * 1024;

/// What was found so far.
#[derive(Debug, Default)]
pub(super) struct Finds {
    pub(super) found: Vec<Found>,
    pub(super) damages: Vec<Damage>,
    /// What stands where a compiler does not look.
    pub(super) commented_out: Vec<Found>,
}

/// Where the bytes that are searched stand in the file.
#[derive(Clone, Debug)]
pub(super) enum At {
    /// From this offset on.
    Offset(usize),
    /// They are the content of the C array in these braces.
    Array(Range<usize>),
}

impl At {
    /// The place of a range of what is searched.
    pub(super) fn place(&self, range: Range<usize>) -> Place {
        match self {
            Self::Offset(start) => Place {
                bytes: start.saturating_add(range.start)..start.saturating_add(range.end),
                in_array: false,
            },
            Self::Array(braces) => Place {
                bytes: braces.clone(),
                in_array: true,
            },
        }
    }

    /// What tells one bundle from another.
    pub(super) fn identity(&self, start: usize) -> usize {
        self.place(start..start).bytes.start
    }
}

impl Finds {
    pub(super) fn anchor(
        &mut self,
        place: Place,
        form: Form,
        within: Option<usize>,
        anchor: Anchor,
    ) {
        self.found.push(Found {
            place,
            form,
            within,
            anchor,
        });
    }

    pub(super) fn broken(&mut self, place: Place, what: impl Into<String>) {
        self.damage(place, DamageKind::Broken, what.into());
    }

    pub(super) fn not_read(&mut self, place: Place, what: impl Into<String>) {
        self.damage(place, DamageKind::NotRead, what.into());
    }

    fn damage(&mut self, place: Place, kind: DamageKind, what: String) {
        self.damages.push(Damage { place, kind, what });
    }
}

/// Whether bytes are a text: no NUL, and hardly a control character.
pub(super) fn is_text(bytes: &[u8]) -> bool {
    let sample = &bytes[..bytes.len().min(SAMPLE)];
    let odd = |byte: &&u8| matches!(byte, 1..=8 | 14..=31 | 127);
    !bytes.contains(&0)
        && sample.iter().filter(odd).count() * 100 <= sample.len()
        && std::str::from_utf8(sample).map_or_else(|error| mostly_ascii(sample, &error), |_| true)
}

/// ISO 8859-1 in comments is a text too; what is half above 127 is not.
fn mostly_ascii(sample: &[u8], error: &std::str::Utf8Error) -> bool {
    let cut_inside = error.error_len().is_none() && sample.len() == SAMPLE;
    let high = sample.iter().filter(|byte| **byte >= 128).count();
    cut_inside || high * 10 <= sample.len()
}

/// A text: PEM anywhere, and what is in arrays of C. What is commented out in C is found, and counts for nothing: neither as an
/// anchor nor as damage.
pub(super) fn text(file: &Arc<SourceFile>, finds: &mut Finds) {
    let bytes = file.text.as_bytes();
    let Some(split) = comments::split(bytes) else {
        return compiled(bytes, file, finds);
    };
    compiled(&split.compiled, file, finds);
    let mut unused = Finds::default();
    compiled(&split.passed_over, file, &mut unused);
    finds.commented_out = unused.found;
}

fn compiled(bytes: &[u8], file: &Arc<SourceFile>, finds: &mut Finds) {
    pem::search(bytes, file, pem::Surroundings::Text, &At::Offset(0), finds);
    for array in array::search(bytes, finds) {
        binary(&array.content, file, &At::Array(array.braces), finds);
    }
}

/// Anything else.
pub(super) fn binary(bytes: &[u8], file: &Arc<SourceFile>, at: &At, finds: &mut Finds) {
    let mut taken = stored::search(bytes, at, finds);
    taken.extend(bundle::search(bytes, &taken, at, finds));
    taken.extend(pem::search(
        bytes,
        file,
        pem::Surroundings::Binary,
        at,
        finds,
    ));
    der::search(bytes, file, &taken, at, finds);
}

/// The next offset from `from` on that is in none of `taken`.
pub(super) fn outside(taken: &[Range<usize>], from: usize) -> usize {
    let mut at = from;
    while let Some(range) = taken.iter().find(|range| range.contains(&at)) {
        at = range.end;
    }
    at
}

/// Offset of the first `needle` at `from` or after it.
pub(super) fn position(bytes: &[u8], needle: &[u8], from: usize) -> Option<usize> {
    let first = needle.first()?;
    let mut at = from;
    loop {
        let rest = bytes.get(at..)?;
        at = at.checked_add(rest.iter().position(|byte| byte == first)?)?;
        if bytes.get(at..)?.starts_with(needle) {
            return Some(at);
        }
        at = at.checked_add(1)?;
    }
}
