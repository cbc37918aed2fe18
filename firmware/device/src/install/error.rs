//! Why a release was not installed.

use core::fmt;

use super::content::ContentError;
use super::source::FetchError;

/// Why a release was not installed; `E` is the source's.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InstallError<E> {
    /// What came is not the release, or does not get into the slot. To ask the same server again is of no use.
    Content(ContentError),
    /// The source failed again and again.
    Fetch {
        /// Bytes that came.
        received: u32,
        /// Bytes of the file.
        expected: u32,
        /// The last failure.
        error: E,
    },
    /// What was written reads as something else.
    ReadBack(ContentError),
    /// The file ended early again and again, without a failure.
    Short {
        /// Bytes that came.
        received: u32,
        /// Bytes of the file.
        expected: u32,
    },
}

impl<E> InstallError<E> {
    /// What it is when nothing more came after `outcome`.
    pub(super) fn of_fetch(
        outcome: Result<(), FetchError<E>>,
        received: u32,
        expected: u32,
    ) -> Self {
        match outcome {
            Err(FetchError::Source(error)) => Self::Fetch {
                received,
                expected,
                error,
            },
            // A source that says the sink refused, which did not, gave too few bytes and no reason.
            Ok(()) | Err(FetchError::Refused) => Self::Short { received, expected },
        }
    }
}

impl<E: fmt::Debug + fmt::Display> core::error::Error for InstallError<E> {}

impl<E: fmt::Display> fmt::Display for InstallError<E> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Content(error) => fmt::Display::fmt(error, formatter),
            Self::Fetch {
                received,
                expected,
                error,
            } => write!(
                formatter,
                "{received} of {expected} bytes came, then: {error}"
            ),
            Self::ReadBack(error) => write!(formatter, "read back: {error}"),
            Self::Short { received, expected } => {
                write!(
                    formatter,
                    "the file ended after {received} of {expected} bytes"
                )
            }
        }
    }
}
