//! Collects a piece of known length from bytes that come in any portions.

use super::descriptor::DESCRIPTOR_LENGTH;

/// A piece that is being collected. None is longer than an app descriptor.
pub(super) struct Piece {
    bytes: [u8; DESCRIPTOR_LENGTH],
    filled: usize,
    length: usize,
}

impl Piece {
    /// An empty piece that will have `length` bytes.
    pub(super) const fn new(length: usize) -> Self {
        Self {
            bytes: [0; DESCRIPTOR_LENGTH],
            filled: 0,
            length,
        }
    }

    /// Bytes that are still missing.
    pub(super) const fn missing(&self) -> usize {
        self.length.saturating_sub(self.filled)
    }

    /// Adds bytes, no more than are missing.
    pub(super) fn add(&mut self, bytes: &[u8]) {
        let free = self.bytes.get_mut(self.filled..).unwrap_or_default();
        for (place, byte) in free.iter_mut().zip(bytes) {
            *place = *byte;
        }
        self.filled = self.filled.saturating_add(bytes.len());
    }

    /// The bytes so far.
    pub(super) fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.filled).unwrap_or_default()
    }

    /// The first `N` bytes of a piece that has at least as many.
    pub(super) fn array<const N: usize>(&self) -> [u8; N] {
        self.bytes.first_chunk().copied().unwrap_or([0; N])
    }
}
