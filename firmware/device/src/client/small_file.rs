//! Files that are held whole: manifests and signatures.

use alloc::vec::Vec;
use core::fmt;

use crate::http::{HttpError, ResponseError};
use crate::install::{FetchError, Refused, Sink, Source};

use super::fetch::WireError;

/// Why a small file is not there.
#[derive(Debug)]
#[non_exhaustive]
pub enum SmallFileError<E> {
    /// It did not come.
    Source(E),
    /// It has more bytes than such a file may have.
    TooLong {
        /// Bytes that it may have.
        maximum: usize,
    },
}

/// The whole of `file`, if it has at most `maximum` bytes.
///
/// # Errors
///
/// See [`SmallFileError`].
pub(super) async fn fetch<S: Source>(
    source: &mut S,
    file: &str,
    maximum: usize,
) -> Result<Vec<u8>, SmallFileError<S::Error>> {
    let mut whole = Whole {
        bytes: Vec::new(),
        maximum,
    };
    match source.fetch(file, 0, &mut whole).await {
        Ok(()) => Ok(whole.bytes),
        Err(FetchError::Refused) => Err(SmallFileError::TooLong { maximum }),
        Err(FetchError::Source(error)) => Err(SmallFileError::Source(error)),
    }
}

/// Whether it is the server's answer to this file that is of no use, and not the server: it says that there is none, or sends a
/// page that says so.
pub(super) const fn is_of_the_file<N>(error: &SmallFileError<WireError<N>>) -> bool {
    match error {
        SmallFileError::TooLong { .. } => true,
        SmallFileError::Source(WireError::Http(HttpError::Response(answer))) => !matches!(
            answer,
            ResponseError::Status {
                code: 429 | 500..,
                ..
            }
        ),
        SmallFileError::Source(error) => matches!(error, WireError::Redirect(_)),
    }
}

struct Whole {
    bytes: Vec<u8>,
    maximum: usize,
}

impl Sink for Whole {
    fn begin(&mut self, total: Option<u32>, _: u32) -> Result<(), Refused> {
        // The whole file was asked for.
        self.bytes.clear();
        let total = total.and_then(|total| usize::try_from(total).ok());
        let total = total
            .filter(|total| *total <= self.maximum)
            .ok_or(Refused)?;
        self.bytes.try_reserve_exact(total).map_err(|_| Refused)
    }

    fn take(&mut self, bytes: &[u8]) -> Result<(), Refused> {
        let length = self.bytes.len().saturating_add(bytes.len());
        if length > self.maximum {
            return Err(Refused);
        }
        self.bytes.extend_from_slice(bytes);
        Ok(())
    }
}

impl<E: fmt::Display> fmt::Display for SmallFileError<E> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Source(error) => write!(formatter, "{error}"),
            Self::TooLong { maximum } => write!(formatter, "it has more than {maximum} bytes"),
        }
    }
}
