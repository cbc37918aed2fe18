//! Bytes that were read and not used yet.

use alloc::boxed::Box;
use alloc::vec;

use embedded_io_async::Read;

/// Bytes that are read ahead: a head comes in one or a few portions.
const ROOM: usize = 1024;

/// Room for a portion of a head, and for what came behind it.
#[derive(Debug)]
pub(super) struct Buffer {
    bytes: Box<[u8]>,
    start: usize,
    end: usize,
}

impl Buffer {
    pub(super) fn new() -> Self {
        Self {
            bytes: vec![0; ROOM].into_boxed_slice(),
            start: 0,
            end: 0,
        }
    }

    /// What was not used yet.
    pub(super) fn unused(&self) -> &[u8] {
        self.bytes.get(self.start..self.end).unwrap_or_default()
    }

    /// Drops the first `count` bytes of what was not used.
    pub(super) fn used(&mut self, count: usize) {
        self.start = self.start.saturating_add(count).min(self.end);
    }

    /// Moves as many bytes as fit to `into`.
    pub(super) fn take(&mut self, into: &mut [u8]) -> usize {
        let count = into.len().min(self.unused().len());
        for (to, from) in into.iter_mut().zip(self.unused()) {
            *to = *from;
        }
        self.used(count);
        count
    }

    /// Reads once; 0 bytes when the stream ended, or nothing more fits in.
    pub(super) async fn fill<S: Read>(&mut self, stream: &mut S) -> Result<usize, S::Error> {
        self.bytes.copy_within(self.start..self.end, 0);
        self.end = self.end.saturating_sub(self.start);
        self.start = 0;
        let room = self.bytes.get_mut(self.end..).unwrap_or_default();
        let most = room.len();
        let count = stream.read(room).await?.min(most);
        self.end = self.end.saturating_add(count);
        Ok(count)
    }
}
