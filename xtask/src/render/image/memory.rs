//! The bytes of a program that are in a device's memory, and what stands in them.

use std::ops::Range;

use memchr::memmem;
use trust::render::Embedded;

/// The bytes that a program has in memory.
#[derive(Clone, Copy)]
pub(super) struct Memory<'a> {
    pub(super) image: &'a [u8],
    pub(super) ranges: &'a [Range<usize>],
}

/// A way of embedding that stands there whole.
pub(super) struct Hit<'w> {
    pub(super) way: &'w Embedded,
    /// Every place where a store that is one run of bytes stands; of one in parts, the first of each part.
    pub(super) offsets: Vec<usize>,
}

impl Hit<'_> {
    pub(super) fn length(&self) -> usize {
        self.way.parts.iter().map(Vec::len).sum()
    }

    /// The bytes of a store that is one run of bytes.
    pub(super) fn ranges(&self) -> impl Iterator<Item = Range<usize>> {
        let length = self.length();
        self.offsets.iter().map(move |at| *at..at + length)
    }
}

impl Memory<'_> {
    /// Where `way` stands; `None` where a part of it is missing.
    pub(super) fn hit<'w>(&self, way: &'w Embedded) -> Option<Hit<'w>> {
        let offsets: Vec<_> = match &way.parts[..] {
            [whole] => self.places(whole).collect(),
            parts => parts
                .iter()
                .map(|part| self.places(part).next())
                .collect::<Option<_>>()?,
        };
        (!offsets.is_empty()).then_some(Hit { way, offsets })
    }

    /// Every place of `bytes`.
    pub(super) fn places<'s>(&'s self, bytes: &'s [u8]) -> impl Iterator<Item = usize> + 's {
        self.ranges.iter().flat_map(move |range| {
            let part = self.image.get(range.clone()).unwrap_or_default();
            memmem::find_iter(part, bytes).map(|at| range.start + at)
        })
    }

    pub(super) fn has(&self, bytes: &[u8]) -> bool {
        self.places(bytes).next().is_some()
    }

    /// The text that `inner` is part of: up to a byte that no text has.
    pub(super) fn text_around(&self, inner: &Range<usize>) -> Range<usize> {
        let is_text = |byte: &u8| matches!(byte, b'\t' | b'\n' | b'\r' | b' '..=b'~' | 0x80..);
        let holds = |range: &&Range<usize>| range.contains(&inner.start);
        let Some(bounds) = self.ranges.iter().find(holds) else {
            return inner.clone();
        };
        let before = self.image.get(bounds.start..inner.start);
        let before = before.unwrap_or_default().iter().rev();
        let after = self.image.get(inner.end..bounds.end);
        let after = after.unwrap_or_default().iter();
        let start = inner.start - before.take_while(|byte| is_text(byte)).count();
        start..inner.end + after.take_while(|byte| is_text(byte)).count()
    }
}
