//! A connection to a server that lives in the same thread: it answers each write at once.

use std::collections::VecDeque;
use std::convert::Infallible;

use embedded_io_async::{ErrorType, Read, Write};

/// Answers bytes with bytes.
pub(crate) trait Peer {
    fn hear(&mut self, bytes: &[u8]) -> Vec<u8>;
}

/// A connection to a [`Peer`]. When nothing is left to be read, it ends.
pub(crate) struct Memory<P> {
    peer: P,
    waiting: VecDeque<u8>,
    /// Most bytes of one read.
    most: usize,
}

impl<P: Peer> Memory<P> {
    pub(crate) fn of(peer: P) -> Self {
        Self {
            peer,
            waiting: VecDeque::new(),
            most: usize::MAX,
        }
    }

    /// Gives at most `most` bytes at a time.
    pub(crate) fn dripping(mut self, most: usize) -> Self {
        self.most = most;
        self
    }
}

impl<P> ErrorType for Memory<P> {
    type Error = Infallible;
}

impl<P: Peer> Read for Memory<P> {
    async fn read(&mut self, into: &mut [u8]) -> Result<usize, Infallible> {
        let count = into.len().min(self.waiting.len()).min(self.most);
        for (place, byte) in into.iter_mut().zip(self.waiting.drain(..count)) {
            *place = byte;
        }
        Ok(count)
    }
}

impl<P: Peer> Write for Memory<P> {
    async fn write(&mut self, bytes: &[u8]) -> Result<usize, Infallible> {
        self.waiting.extend(self.peer.hear(bytes));
        Ok(bytes.len())
    }

    async fn flush(&mut self) -> Result<(), Infallible> {
        Ok(())
    }
}
