//! Finds the ranges in which two files differ, unit by unit.

use std::collections::BTreeMap;
use std::ops::Range;

use super::align::{Common, Hunk, common, hunks};
use super::layout::{Content, Layout, Role, Unit};
use super::moves::Moves;
use super::riscv;

/// A range that differs, not yet explained.
#[derive(Clone, Debug)]
pub(super) struct Raw<'a> {
    /// Its owner in A; in B where A has no such unit.
    pub(super) unit: &'a Unit,
    /// The owner in B, where both have it.
    pub(super) other: Option<&'a Unit>,
    /// Which files have the unit.
    pub(super) presence: Presence,
    /// Its bytes in A; where they would stand, when A has none.
    pub(super) a: Range<usize>,
    /// Its bytes in B.
    pub(super) b: Range<usize>,
    /// The addresses that an instruction names here, when nothing but its operand differs.
    pub(super) targets: Option<(u32, u32)>,
}

/// Which files have a unit.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Presence {
    /// Both.
    Both,
    /// Only the first.
    OnlyA,
    /// Only the second.
    OnlyB,
}

/// Two files of a kind.
pub(super) struct Pair<'a> {
    /// The first.
    pub(super) a: &'a [u8],
    /// Its units.
    pub(super) layout_a: &'a Layout,
    /// The second.
    pub(super) b: &'a [u8],
    /// Its units.
    pub(super) layout_b: &'a Layout,
}

impl<'a> Pair<'a> {
    /// Every range that differs, in the order of A; and where what is in both now stands.
    pub(super) fn differences(&self) -> (Vec<Raw<'a>>, Moves) {
        let units = self.layout_b.units.iter();
        let by_key: BTreeMap<&str, &Unit> = units.map(|unit| (unit.key.as_str(), unit)).collect();
        let mut raws = Vec::new();
        let mut moves = Moves::default();
        let mut matched: BTreeMap<&str, usize> = BTreeMap::new();
        for unit in &self.layout_a.units {
            match by_key.get(unit.key.as_str()) {
                Some(other) => {
                    matched.insert(&unit.key, unit.range.end);
                    self.unit(unit, other, &mut raws, &mut moves);
                }
                None => raws.push(alone(unit, Presence::OnlyA, unit.range.clone(), 0..0)),
            }
        }
        // Where it would stand in A: behind what stands before it in B.
        let mut before = 0;
        for unit in &self.layout_b.units {
            match matched.get(unit.key.as_str()) {
                Some(end) => before = *end,
                None => raws.push(alone(
                    unit,
                    Presence::OnlyB,
                    before..before,
                    unit.range.clone(),
                )),
            }
        }
        raws.sort_by_key(|raw| (raw.a.start, raw.b.start));
        moves.sort();
        (raws, moves)
    }

    fn unit(&self, unit: &'a Unit, other: &'a Unit, raws: &mut Vec<Raw<'a>>, moves: &mut Moves) {
        let a = self.a.get(unit.range.clone()).unwrap_or_default();
        let b = self.b.get(other.range.clone()).unwrap_or_default();
        let whole = Common {
            a: 0,
            b: 0,
            length: a.len(),
        };
        if a == b {
            moves.add(unit, other, &[whole]);
            return;
        }
        if let Role::Filler(filler) = unit.role {
            let wrong = wrong_filler(unit, other, a, b, filler);
            if !wrong.is_empty() {
                raws.extend(wrong);
                return;
            }
        }
        let Role::Content(content) = unit.role else {
            raws.push(Raw {
                unit,
                other: Some(other),
                presence: Presence::Both,
                a: unit.range.clone(),
                b: other.range.clone(),
                targets: None,
            });
            return;
        };
        let pieces = match content {
            Content::Code => self.code(unit, other, raws, moves),
            Content::Data | Content::NotLoaded | Content::Text => {
                let pieces = common(a, b);
                moves.add(unit, other, &reaching(&pieces, a, b));
                pieces
            }
        };
        let mut found = hunks(&pieces, a.len(), b.len());
        if content == Content::Text {
            found = whole_lines(&found, a, b);
        }
        for hunk in found {
            raws.push(Raw {
                unit,
                other: Some(other),
                presence: Presence::Both,
                a: shifted(&hunk.a, unit.range.start),
                b: shifted(&hunk.b, other.range.start),
                targets: None,
            });
        }
    }

    /// Aligns code by its instructions without operands; those whose operands differ are differences of their own.
    fn code(
        &self,
        unit: &'a Unit,
        other: &'a Unit,
        raws: &mut Vec<Raw<'a>>,
        moves: &mut Moves,
    ) -> Vec<Common> {
        let a = self.a.get(unit.range.clone()).unwrap_or_default();
        let b = self.b.get(other.range.clone()).unwrap_or_default();
        let ((masked_a, starts), (masked_b, _)) = (riscv::masked(a), riscv::masked(b));
        let pieces = common(&masked_a, &masked_b);
        moves.add(unit, other, &reaching(&pieces, &masked_a, &masked_b));
        let mut registers = riscv::Registers::default();
        for piece in &pieces {
            let (in_a, in_b) = (
                piece.a..piece.a + piece.length,
                piece.b..piece.b + piece.length,
            );
            let (x, y) = (&a.get(in_a.clone()), &b.get(in_b.clone()));
            let (Some(x), Some(y)) = (x, y) else { continue };
            if x == y {
                continue;
            }
            let starts = starts.get(in_a).unwrap_or_default();
            let at = |unit: &Unit, offset: usize| unit.address_of(unit.range.start + offset);
            let at = (
                at(unit, piece.a).unwrap_or(0),
                at(other, piece.b).unwrap_or(0),
            );
            for site in riscv::sites(x, y, starts, at, &mut registers) {
                let range = |start: usize| start + site.offset..start + site.offset + site.length;
                raws.push(Raw {
                    unit,
                    other: Some(other),
                    presence: Presence::Both,
                    a: range(unit.range.start + piece.a),
                    b: range(other.range.start + piece.b),
                    targets: site.targets,
                });
            }
        }
        pieces
    }
}

fn alone<'a>(unit: &'a Unit, presence: Presence, a: Range<usize>, b: Range<usize>) -> Raw<'a> {
    Raw {
        unit,
        other: None,
        presence,
        a,
        b,
        targets: None,
    }
}

fn shifted(range: &Range<usize>, by: usize) -> Range<usize> {
    range.start + by..range.end + by
}

/// The same differences as whole lines.
fn whole_lines(found: &[Hunk], a: &[u8], b: &[u8]) -> Vec<Hunk> {
    let mut lines: Vec<Hunk> = Vec::new();
    for hunk in found {
        let hunk = Hunk {
            a: lines_around(a, &hunk.a),
            b: lines_around(b, &hunk.b),
        };
        match lines.last_mut() {
            Some(last) if hunk.a.start < last.a.end || hunk.b.start < last.b.end => {
                last.a.end = last.a.end.max(hunk.a.end);
                last.b.end = last.b.end.max(hunk.b.end);
            }
            _ => lines.push(hunk),
        }
    }
    lines
}

fn lines_around(text: &[u8], range: &Range<usize>) -> Range<usize> {
    let before = text.get(..range.start).unwrap_or_default();
    let start = before
        .iter()
        .rposition(|byte| *byte == b'\n')
        .map_or(0, |at| at + 1);
    // A range that ends with a line is whole.
    let last = range.end.saturating_sub(usize::from(!range.is_empty()));
    let after = text.get(last..).unwrap_or_default();
    let end = after
        .iter()
        .position(|byte| *byte == b'\n')
        .map_or(text.len(), |at| last + at + 1);
    start..end
}

/// Runs of bytes that are not `filler`, on either side; counted from the end, where what is filled up ends.
fn wrong_filler<'a>(
    unit: &'a Unit,
    other: &'a Unit,
    a: &[u8],
    b: &[u8],
    filler: u8,
) -> Vec<Raw<'a>> {
    let wrong = |bytes: &[u8], from_end: usize| {
        let at = bytes.len().checked_sub(from_end);
        at.and_then(|at| bytes.get(at))
            .is_some_and(|byte| *byte != filler)
    };
    let longest = a.len().max(b.len());
    let is_wrong = |from_end: &usize| wrong(a, *from_end) || wrong(b, *from_end);
    let places: Vec<usize> = (1..=longest).rev().filter(is_wrong).collect();
    let runs = places.chunk_by(|one, next| *one == next + 1);
    let range = |unit: &Unit, run: &[usize]| {
        let place = |from_end: usize| {
            unit.range
                .end
                .saturating_sub(from_end)
                .max(unit.range.start)
        };
        let (first, last) = (run.first().copied(), run.last().copied());
        place(first.unwrap_or_default())..place(last.unwrap_or(1) - 1)
    };
    runs.map(|run| Raw {
        unit,
        other: Some(other),
        presence: Presence::Both,
        a: range(unit, run),
        b: range(other, run),
        targets: None,
    })
    .collect()
}

/// The same pieces, each from as far before as the bytes are still equal. Where something was inserted between two that
/// are alike, nobody can say which of them it stands before: an address there may name the one or the other.
fn reaching(pieces: &[Common], a: &[u8], b: &[u8]) -> Vec<Common> {
    /// Enough for what an insertion has in common with what stands behind it.
    const FARTHEST: usize = 256;
    let equal_before = |piece: &Common| {
        let before = |bytes: &[u8], at: usize| {
            let bytes = bytes.get(at.saturating_sub(FARTHEST)..at);
            bytes.unwrap_or_default().to_vec()
        };
        let (x, y) = (before(a, piece.a), before(b, piece.b));
        let pairs = x.iter().rev().zip(y.iter().rev());
        pairs.take_while(|(one, other)| one == other).count()
    };
    let reach = |piece: &Common| {
        let more = equal_before(piece);
        Common {
            a: piece.a - more,
            b: piece.b - more,
            length: piece.length + more,
        }
    };
    pieces.iter().map(reach).collect()
}
