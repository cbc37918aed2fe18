//! Where files of a release come from, and where they go.

use core::fmt;
use core::future::Future;

/// One place that files of a release are fetched from: an endpoint that was verified.
pub trait Source {
    /// Why bytes did not come.
    type Error: fmt::Debug + fmt::Display;

    /// Fetches `file` of the release, from byte `from` on, and gives the bytes to `sink` in order: [`Sink::begin`] once, then
    /// [`Sink::take`]. Returns when the file ended or the sink refused. Where the server has another file now, or one of which
    /// nobody can say that it is the same, and sends the whole of it, the bytes begin with its first one.
    ///
    /// # Errors
    ///
    /// The file is not there, or the connection failed; what came until then went to the sink.
    fn fetch(
        &mut self,
        file: &str,
        from: u32,
        sink: &mut dyn Sink,
    ) -> impl Future<Output = Result<(), FetchError<Self::Error>>>;

    /// Waits before the file is asked for once more: `futile` fetches in a row, at least one, brought nothing. Each wait is
    /// longer than the one before it.
    fn pause(&mut self, futile: u8) -> impl Future<Output = ()>;

    /// Whether the rest may come when it is asked for again.
    fn is_interruption(error: &Self::Error) -> bool;
}

/// What takes the bytes of a file.
pub trait Sink {
    /// Is told, before the bytes, how many the whole file has, as far as the server says it, and which of them comes first: the
    /// one that was asked for, or byte 0, where all that came before is void.
    ///
    /// # Errors
    ///
    /// No bytes of this file are wanted.
    fn begin(&mut self, total: Option<u32>, first: u32) -> Result<(), Refused>;

    /// Takes the next bytes.
    ///
    /// # Errors
    ///
    /// No more bytes are wanted.
    fn take(&mut self, bytes: &[u8]) -> Result<(), Refused>;
}

/// The sink wants no more, and knows why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refused;

/// Why a file was not fetched to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FetchError<E> {
    /// The sink refused.
    Refused,
    /// The source failed.
    Source(E),
}

impl<E> From<Refused> for FetchError<E> {
    fn from(_: Refused) -> Self {
        Self::Refused
    }
}

impl core::error::Error for Refused {}

impl fmt::Display for Refused {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("no more bytes are wanted")
    }
}

impl<E: fmt::Debug + fmt::Display> core::error::Error for FetchError<E> {}

impl<E: fmt::Display> fmt::Display for FetchError<E> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused => fmt::Display::fmt(&Refused, formatter),
            Self::Source(error) => fmt::Display::fmt(error, formatter),
        }
    }
}
