//! Finds what two byte streams have in common, in order: an inserted string does not make everything behind it differ.
//!
//! Time is linear in the bytes, but for a sort of the pieces that are found. Blocks of one stream are looked up by a
//! rolling hash over the other, as rsync does; blocks that stand in it twice say nothing about where they came from
//! and are left out. Of the pieces, those that lie in the same order in both and have the most bytes are kept.

use std::collections::BTreeMap;
use std::ops::Range;

/// Blocks with which pieces are searched: over everything first, then between what was found.
const BLOCKS: [usize; 2] = [32, 8];
/// Gaps above this are not searched with the smallest block.
const LARGEST_REFINED: usize = 64 * 1024;
/// Fewer equal bytes between two differences are chance.
const SHORTEST_RUN: usize = 8;
/// The multiplier of the rolling hash: odd, with bits everywhere.
const MULTIPLIER: u64 = 0x9E37_79B9_7F4A_7C15;

/// Bytes that both streams have.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Common {
    /// Where in A.
    pub(super) a: usize,
    /// Where in B.
    pub(super) b: usize,
    /// How many.
    pub(super) length: usize,
}

/// A place where the streams differ: what A has there, and what B.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Hunk {
    /// In A; empty where B has more.
    pub(super) a: Range<usize>,
    /// In B; empty where A has more.
    pub(super) b: Range<usize>,
}

/// What `a` and `b` have in common, in order.
pub(super) fn common(a: &[u8], b: &[u8]) -> Vec<Common> {
    let mut found = Vec::new();
    between(a, b, 0..a.len(), 0..b.len(), &BLOCKS, &mut found);
    joined(found)
}

/// Where streams of these lengths differ that have `common` in common.
pub(super) fn hunks(common: &[Common], a: usize, b: usize) -> Vec<Hunk> {
    let mut hunks = Vec::new();
    let (mut at_a, mut at_b) = (0, 0);
    let end = Common { a, b, length: 0 };
    for piece in common.iter().chain([&end]) {
        if at_a < piece.a || at_b < piece.b {
            hunks.push(Hunk {
                a: at_a..piece.a,
                b: at_b..piece.b,
            });
        }
        (at_a, at_b) = (piece.a + piece.length, piece.b + piece.length);
    }
    hunks
}

/// Finds what `a[in_a]` and `b[in_b]` have in common.
fn between(
    a: &[u8],
    b: &[u8],
    in_a: Range<usize>,
    in_b: Range<usize>,
    blocks: &[usize],
    found: &mut Vec<Common>,
) {
    let (x, y) = (part(a, &in_a), part(b, &in_b));
    let prefix = equal_start(x, y);
    let (x, y) = (
        x.get(prefix..).unwrap_or_default(),
        y.get(prefix..).unwrap_or_default(),
    );
    let suffix = equal_end(x, y);
    push(found, in_a.start, in_b.start, prefix);
    let a_middle = in_a.start + prefix..in_a.end - suffix;
    let b_middle = in_b.start + prefix..in_b.end - suffix;
    middle(a, b, &a_middle, &b_middle, blocks, found);
    push(found, a_middle.end, b_middle.end, suffix);
}

/// Finds what two parts have in common that neither begin nor end alike.
fn middle(
    a: &[u8],
    b: &[u8],
    in_a: &Range<usize>,
    in_b: &Range<usize>,
    blocks: &[usize],
    found: &mut Vec<Common>,
) {
    let (x, y) = (part(a, in_a), part(b, in_b));
    if x.is_empty() || y.is_empty() {
        return;
    }
    let searched = match blocks.split_first() {
        Some((block, finer)) if *block > 8 || x.len().max(y.len()) <= LARGEST_REFINED => {
            Some((*block, finer))
        }
        _ => None,
    };
    let Some((block, finer)) = searched else {
        return in_place(x, y, in_a.start, in_b.start, found);
    };
    let chain = chain(&pieces(x, y, block));
    let (mut at_a, mut at_b) = (in_a.start, in_b.start);
    for piece in &chain {
        let (start_a, start_b) = (in_a.start + piece.a, in_b.start + piece.b);
        between(a, b, at_a..start_a, at_b..start_b, finer, found);
        push(found, start_a, start_b, piece.length);
        (at_a, at_b) = (start_a + piece.length, start_b + piece.length);
    }
    if chain.is_empty() {
        return middle(a, b, in_a, in_b, finer, found);
    }
    between(a, b, at_a..in_a.end, at_b..in_b.end, finer, found);
}

/// Runs of equal bytes at equal places, of parts with the same length.
fn in_place(x: &[u8], y: &[u8], at_a: usize, at_b: usize, found: &mut Vec<Common>) {
    if x.len() != y.len() {
        return;
    }
    let mut run = 0;
    for (place, (one, other)) in x.iter().zip(y).enumerate() {
        if one == other {
            run += 1;
            continue;
        }
        if run >= SHORTEST_RUN {
            push(found, at_a + place - run, at_b + place - run, run);
        }
        run = 0;
    }
}

fn part<'a>(bytes: &'a [u8], range: &Range<usize>) -> &'a [u8] {
    bytes.get(range.clone()).unwrap_or_default()
}

fn push(found: &mut Vec<Common>, a: usize, b: usize, length: usize) {
    if length > 0 {
        found.push(Common { a, b, length });
    }
}

/// Pieces that touch in both streams are one.
fn joined(found: Vec<Common>) -> Vec<Common> {
    let mut joined: Vec<Common> = Vec::new();
    for piece in found {
        match joined.last_mut() {
            Some(last) if last.a + last.length == piece.a && last.b + last.length == piece.b => {
                last.length += piece.length;
            }
            _ => joined.push(piece),
        }
    }
    joined
}

/// How many bytes at the start are equal.
fn equal_start(x: &[u8], y: &[u8]) -> usize {
    const STEP: usize = 64;
    let blocks = x.chunks_exact(STEP).zip(y.chunks_exact(STEP));
    let whole = blocks.take_while(|(one, other)| one == other).count() * STEP;
    let tail = x.iter().zip(y).skip(whole);
    whole + tail.take_while(|(one, other)| one == other).count()
}

/// How many bytes at the end are equal.
fn equal_end(x: &[u8], y: &[u8]) -> usize {
    const STEP: usize = 64;
    let blocks = x.rchunks_exact(STEP).zip(y.rchunks_exact(STEP));
    let whole = blocks.take_while(|(one, other)| one == other).count() * STEP;
    let tail = x.iter().rev().zip(y.iter().rev()).skip(whole);
    whole + tail.take_while(|(one, other)| one == other).count()
}

/// Where each block of A begins that stands in A once; open addressing by its hash.
struct Index {
    slots: Vec<Slot>,
    mask: usize,
}

#[derive(Clone, Copy)]
enum Slot {
    Ambiguous(u64),
    Empty,
    Once(u64, usize),
}

impl Index {
    fn of(x: &[u8], block: usize) -> Self {
        let size = (x.len() / block * 2 + 2).next_power_of_two();
        let mut index = Self {
            slots: vec![Slot::Empty; size],
            mask: size - 1,
        };
        for (number, bytes) in x.chunks_exact(block).enumerate() {
            index.insert(hash(bytes), number * block);
        }
        index
    }

    fn insert(&mut self, hash: u64, offset: usize) {
        let place = self.place(hash);
        if let Some(slot) = self.slots.get_mut(place) {
            *slot = match slot {
                Slot::Empty => Slot::Once(hash, offset),
                Slot::Ambiguous(_) | Slot::Once(..) => Slot::Ambiguous(hash),
            };
        }
    }

    /// Where the block with this hash begins.
    fn once(&self, hash: u64) -> Option<usize> {
        match self.slots.get(self.place(hash)) {
            Some(Slot::Once(_, offset)) => Some(*offset),
            _ => None,
        }
    }

    /// The slot of `hash`, or the empty one where it would be. There is always an empty one.
    fn place(&self, hash: u64) -> usize {
        let mut place = (hash ^ (hash >> 32)) as usize & self.mask;
        loop {
            match self.slots.get(place) {
                Some(Slot::Ambiguous(found) | Slot::Once(found, _)) if *found != hash => {
                    place = (place + 1) & self.mask;
                }
                _ => return place,
            }
        }
    }
}

fn hash(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |hash, byte| roll(hash, *byte))
}

const fn roll(hash: u64, byte: u8) -> u64 {
    hash.wrapping_mul(MULTIPLIER).wrapping_add(byte as u64 + 1)
}

/// Equal pieces of at least `block` bytes, in the order of `y`, none of whose bytes in `y` is in two.
fn pieces(x: &[u8], y: &[u8], block: usize) -> Vec<Common> {
    let mut pieces = Vec::new();
    if x.len() < block || y.len() < block {
        return pieces;
    }
    let index = Index::of(x, block);
    let leaving = (0..block).fold(1_u64, |power, _| power.wrapping_mul(MULTIPLIER));
    let (mut at, mut free) = (0, 0);
    let mut rolling = hash(part(y, &(0..block)));
    while at + block <= y.len() {
        let found = index
            .once(rolling)
            .filter(|from| part(x, &(*from..*from + block)) == part(y, &(at..at + block)));
        if let Some(from) = found {
            let piece = extended(x, y, from, at, block, free);
            free = piece.b + piece.length;
            pieces.push(piece);
            at = free;
            rolling = hash(part(y, &(at..(at + block).min(y.len()))));
            continue;
        }
        if let (Some(old), Some(new)) = (y.get(at), y.get(at + block)) {
            let gone = (u64::from(*old) + 1).wrapping_mul(leaving);
            rolling = roll(rolling, *new).wrapping_sub(gone);
        }
        at += 1;
    }
    pieces
}

/// The whole piece around an equal block; it begins at `free` in `y` or later.
fn extended(x: &[u8], y: &[u8], from: usize, at: usize, block: usize, free: usize) -> Common {
    let before = equal_end(part(x, &(0..from)), part(y, &(free..at)));
    let after = equal_start(
        part(x, &(from + block..x.len())),
        part(y, &(at + block..y.len())),
    );
    Common {
        a: from - before,
        b: at - before,
        length: before + block + after,
    }
}

/// Of `pieces`, which are in the order of B, those with the most bytes that are in the order of A too.
fn chain(pieces: &[Common]) -> Vec<Common> {
    // For each end in A, the most bytes of a chain that ends there or before; both rise.
    let mut best: BTreeMap<usize, (usize, usize)> = BTreeMap::new();
    let mut before: Vec<Option<usize>> = Vec::new();
    for (index, piece) in pieces.iter().enumerate() {
        let earlier = best.range(..=piece.a).next_back().map(|(_, found)| *found);
        let (weight, last) = earlier.map_or((0, None), |(weight, last)| (weight, Some(last)));
        before.push(last);
        let (end, weight) = (piece.a + piece.length, weight + piece.length);
        if best
            .range(..=end)
            .next_back()
            .is_some_and(|(_, (found, _))| *found >= weight)
        {
            continue;
        }
        let beaten: Vec<usize> = best
            .range(end..)
            .take_while(|(_, (found, _))| *found <= weight)
            .map(|(end, _)| *end)
            .collect();
        for end in beaten {
            best.remove(&end);
        }
        best.insert(end, (weight, index));
    }
    let mut chain = Vec::new();
    let mut next = best.values().next_back().map(|(_, index)| *index);
    while let Some(index) = next {
        chain.extend(pieces.get(index));
        next = before.get(index).copied().flatten();
    }
    chain.reverse();
    chain
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bytes without a pattern.
    pub(super) fn noise(seed: u64, length: usize) -> Vec<u8> {
        let mut state = seed.wrapping_mul(MULTIPLIER) | 1;
        let mut next = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 24) as u8
        };
        (0..length).map(|_| next()).collect()
    }

    /// The differences; and that what is common is common, in order, and everything else is in a difference.
    fn differences(a: &[u8], b: &[u8]) -> Vec<Hunk> {
        let common = common(a, b);
        for piece in &common {
            assert_eq!(a[piece.a..][..piece.length], b[piece.b..][..piece.length]);
        }
        for (one, next) in common.iter().zip(common.iter().skip(1)) {
            assert!(one.a + one.length <= next.a && one.b + one.length <= next.b);
        }
        let hunks = hunks(&common, a.len(), b.len());
        let kept: usize = common.iter().map(|piece| piece.length).sum();
        let gone: usize = hunks.iter().map(|hunk| hunk.a.len()).sum();
        let new: usize = hunks.iter().map(|hunk| hunk.b.len()).sum();
        assert_eq!((kept + gone, kept + new), (a.len(), b.len()));
        hunks
    }

    #[test]
    fn an_insertion_is_one_difference() {
        let a = noise(1, 20_000);
        let mut b = a.clone();
        b.splice(7_000..7_000, *b"inserted");
        let hunks = differences(&a, &b);
        assert_eq!(hunks.len(), 1, "{hunks:?}");
        assert_eq!((hunks[0].a.len(), hunks[0].b.len()), (0, 8));
        assert_eq!(differences(&b, &a).len(), 1);
    }

    #[test]
    fn an_insertion_that_a_fixed_length_absorbs_is_two_differences() {
        let a = noise(2, 20_000);
        let mut b = a.clone();
        b.splice(5_000..5_000, *b"0123456789");
        b.truncate(20_000);
        let hunks = differences(&a, &b);
        assert_eq!(hunks.len(), 2, "{hunks:?}");
        assert_eq!(hunks[1].a, 19_990..20_000);
    }

    #[test]
    fn changed_bytes_stay_where_they_are() {
        let a = noise(3, 10_000);
        let mut b = a.clone();
        for at in [0, 100, 5_000, 9_999] {
            b[at] ^= 1;
        }
        let hunks = differences(&a, &b);
        let places: Vec<usize> = hunks.iter().map(|hunk| hunk.a.start).collect();
        assert_eq!(places, [0, 100, 5_000, 9_999]);
        assert!(
            hunks
                .iter()
                .all(|hunk| hunk.a == hunk.b && hunk.a.len() == 1)
        );
    }

    #[test]
    fn several_insertions_and_removals_are_found() {
        let a = noise(4, 50_000);
        let mut b = a.clone();
        b.drain(40_000..40_100);
        b.splice(20_000..20_010, noise(5, 300));
        b.splice(10_000..10_000, noise(6, 4));
        let hunks = differences(&a, &b);
        assert_eq!(hunks.len(), 3, "{hunks:?}");
    }

    #[test]
    fn what_changed_places_differs_once() {
        let a = noise(7, 30_000);
        let b = [&a[20_000..], &a[..20_000]].concat();
        let hunks = differences(&a, &b);
        assert_eq!(hunks.len(), 2);
        assert_eq!(hunks.iter().map(|hunk| hunk.a.len()).sum::<usize>(), 10_000);
    }

    #[test]
    fn equal_empty_and_repeated_streams_end() {
        let zeros = vec![0; 300_000];
        let mut ones = zeros.clone();
        ones.splice(1_000..1_000, [1; 100]);
        assert_eq!(differences(&zeros, &zeros), []);
        assert_eq!(differences(&[], &[]), []);
        assert_eq!(differences(&[], &[1]).len(), 1);
        assert_eq!(differences(&zeros, &ones).len(), 1);
        let (x, y) = (noise(8, 300_000), noise(9, 300_000));
        assert!(differences(&x, &y).iter().all(|hunk| !hunk.a.is_empty()));
    }
}
