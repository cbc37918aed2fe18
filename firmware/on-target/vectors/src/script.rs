//! A connection to a server that only talks, and futures over it.

use core::convert::Infallible;
use core::pin::pin;
use core::task::{Context, Poll, Waker};

use embedded_io_async::{ErrorType, Read, Write};

/// What a future gives that waits for nothing.
pub(crate) fn at_once<F: Future>(future: F) -> Option<F::Output> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => Some(output),
        Poll::Pending => None,
    }
}

/// A server that says this, in pieces, whatever it is asked.
#[derive(Debug)]
pub(crate) struct Script<'a> {
    pub(crate) says: &'a [u8],
    /// Most bytes of one read.
    pub(crate) piece: usize,
}

impl ErrorType for Script<'_> {
    type Error = Infallible;
}

impl Read for Script<'_> {
    async fn read(&mut self, into: &mut [u8]) -> Result<usize, Infallible> {
        let most = self.piece.min(into.len());
        let (now, later) = self.says.split_at_checked(most).unwrap_or((self.says, &[]));
        for (to, from) in into.iter_mut().zip(now) {
            *to = *from;
        }
        self.says = later;
        Ok(now.len())
    }
}

impl Write for Script<'_> {
    async fn write(&mut self, bytes: &[u8]) -> Result<usize, Infallible> {
        Ok(bytes.len())
    }

    async fn flush(&mut self) -> Result<(), Infallible> {
        Ok(())
    }
}
