//! Where in memory things stand that are in both programs.

use super::align::Common;
use super::layout::Unit;
use super::symbols::Symbols;

/// Ranges of memory with the same contents in both programs.
#[derive(Clone, Debug, Default)]
pub(super) struct Moves {
    pieces: Vec<Piece>,
    /// Whether one of them stands at another address: asked for every difference, and there may be as many as pieces.
    any: bool,
}

#[derive(Clone, Copy, Debug)]
struct Piece {
    a: u32,
    b: u32,
    length: u32,
}

impl Moves {
    /// What `unit` and `other` have in common; pieces may share bytes of one of the two.
    pub(super) fn add(&mut self, unit: &Unit, other: &Unit, pieces: &[Common]) {
        let (Some(a), Some(b)) = (unit.address, other.address) else {
            return;
        };
        let number = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
        for piece in pieces {
            self.push(Piece {
                a: a.saturating_add(number(piece.a)),
                b: b.saturating_add(number(piece.b)),
                length: number(piece.length),
            });
        }
    }

    fn push(&mut self, piece: Piece) {
        self.any |= piece.a != piece.b;
        self.pieces.push(piece);
    }

    /// What has no bytes in a file and still an address: the zeroed sections of both programs, by name.
    pub(super) fn add_zeroed(&mut self, a: &Symbols, b: &Symbols) {
        for section in a.zeroed() {
            if let Some(other) = b.zeroed().find(|other| other.name == section.name) {
                self.push(Piece {
                    a: section.address,
                    b: other.address,
                    length: section.size.min(other.size),
                });
            }
        }
        self.sort();
    }

    /// To be done after the last piece was added.
    pub(super) fn sort(&mut self) {
        self.pieces.sort_by_key(|piece| piece.a);
    }

    /// Whether anything stands at another address.
    pub(super) const fn any(&self) -> bool {
        self.any
    }

    /// Whether what `a` names in A is what `b` names in B, at another address.
    pub(super) fn is_moved(&self, a: u32, b: u32) -> bool {
        a != b && self.corresponds(a, b)
    }

    /// Whether what `a` names in A is what `b` names in B.
    pub(super) fn corresponds(&self, a: u32, b: u32) -> bool {
        let after = self.pieces.partition_point(|piece| piece.a <= a);
        // The end of one piece may be the start of the next, and names either; and pieces overlap.
        let candidates = self
            .pieces
            .get(after.saturating_sub(4)..after)
            .unwrap_or_default();
        candidates.iter().any(|piece| {
            let offset = a.wrapping_sub(piece.a);
            offset <= piece.length && piece.b.checked_add(offset) == Some(b)
        })
    }
}
