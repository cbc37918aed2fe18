//! A rescue store as it comes over a channel that nobody vouches for.

use alloc::vec::Vec;
use core::fmt;

use crate::rescue::envelope::{Head, Opening};
use crate::rescue::error::{RescueError, RescueField};
use crate::rescue::layout::{MAX_HEAD_LENGTH, MAX_LENGTH};
use crate::rescue::verified::RescueStore;
use crate::store::TrustStore;

/// Takes the bytes of an envelope in portions of any size.
///
/// It finds memory for no more of them than is known to be wanted: for the head, then for the signatures that it announces, and
/// for the payload only when enough rescue keys have signed its hash. Whoever is on the way can make a device hold two
/// kilobytes, for as long as it takes to read them.
#[derive(Debug)]
pub struct Receiver<'i, 's> {
    image: &'i TrustStore<'s>,
    /// Bytes of the whole, as the channel says it.
    length: usize,
    bytes: Vec<u8>,
    stage: Stage,
    /// Bytes after which something can be said.
    until: usize,
}

/// What is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Head,
    Signatures,
    Payload,
    /// Nothing.
    Whole,
}

/// Why what comes is not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReceiveError {
    /// There is no memory for a payload that the rescue keys signed.
    Memory {
        /// Bytes of the envelope.
        length: usize,
    },
    /// It is no rescue store for this device.
    Refused(RescueError),
    /// No rescue store is so long.
    TooLong {
        /// Bytes that come.
        length: usize,
    },
}

impl<'i, 's> Receiver<'i, 's> {
    /// Takes an envelope of `length` bytes for a device with the image whose store is `image`.
    ///
    /// # Errors
    ///
    /// [`ReceiveError::TooLong`].
    pub fn new(image: &'i TrustStore<'s>, length: usize) -> Result<Self, ReceiveError> {
        if length > MAX_LENGTH {
            return Err(ReceiveError::TooLong { length });
        }
        let mut receiver = Self {
            image,
            length,
            bytes: Vec::new(),
            stage: Stage::Head,
            until: 0,
        };
        receiver.reserve(length.min(MAX_HEAD_LENGTH))?;
        Ok(receiver)
    }

    /// Takes the next bytes.
    ///
    /// # Errors
    ///
    /// See [`ReceiveError`]. No more bytes are wanted then.
    pub fn take(&mut self, bytes: &[u8]) -> Result<(), ReceiveError> {
        let mut rest = bytes;
        while !rest.is_empty() {
            self.check()?;
            let room = self.until.saturating_sub(self.bytes.len());
            if room == 0 {
                let (offset, count) = (self.length, rest.len());
                return Err(refused(RescueError::TrailingBytes { offset, count }));
            }
            let (now, later) = rest.split_at_checked(room).unwrap_or((rest, &[]));
            self.bytes.extend_from_slice(now);
            rest = later;
        }
        Ok(())
    }

    /// The rescue store, when all of it came.
    ///
    /// # Errors
    ///
    /// See [`ReceiveError`].
    pub fn finish(mut self) -> Result<RescueStore, ReceiveError> {
        self.check()?;
        let (stage, until, came) = (self.stage, self.until, self.bytes.len());
        let store = RescueStore::of_authentic(self.bytes).map_err(refused)?;
        // Whatever the bytes look like: nobody's signature was asked for before the last stage.
        if stage != Stage::Whole {
            return Err(refused(RescueError::Truncated {
                offset: came,
                field: RescueField::Payload,
                needed: until.saturating_sub(came),
                available: 0,
            }));
        }
        Ok(store)
    }

    /// Bytes of the heap that it takes.
    pub const fn memory(&self) -> usize {
        self.bytes.capacity()
    }

    /// Looks at what came, as far as something can be said of it.
    fn check(&mut self) -> Result<(), ReceiveError> {
        while self.bytes.len() >= self.until {
            match self.stage {
                Stage::Head => {
                    let opening = self.head().map_err(refused)?;
                    self.stage = Stage::Signatures;
                    self.reserve(opening.max(self.bytes.len()))?;
                }
                Stage::Signatures => {
                    let opening = Opening::read(&self.bytes).map_err(refused)?;
                    opening.check(self.image).map_err(refused)?;
                    self.stage = Stage::Payload;
                    self.reserve(self.length)?;
                }
                Stage::Payload => self.stage = Stage::Whole,
                Stage::Whole => break,
            }
        }
        Ok(())
    }

    /// How many bytes stand before the payload.
    fn head(&self) -> Result<usize, RescueError> {
        let head = Head::read(&self.bytes)?;
        let (opening, whole) = (head.opening_length(), head.envelope_length());
        if self.length < whole {
            return Err(RescueError::Truncated {
                offset: opening,
                field: RescueField::Payload,
                needed: head.payload_length,
                available: self.length.saturating_sub(opening),
            });
        }
        match self.length.saturating_sub(whole) {
            0 => Ok(opening),
            count => Err(RescueError::TrailingBytes {
                offset: whole,
                count,
            }),
        }
    }

    /// Finds memory for the first `until` bytes.
    fn reserve(&mut self, until: usize) -> Result<(), ReceiveError> {
        let length = self.length;
        let more = until.saturating_sub(self.bytes.len());
        let reserved = self.bytes.try_reserve_exact(more);
        reserved.map_err(|_| ReceiveError::Memory { length })?;
        self.until = until;
        Ok(())
    }
}

const fn refused(error: RescueError) -> ReceiveError {
    ReceiveError::Refused(error)
}

impl core::error::Error for ReceiveError {}

impl fmt::Display for ReceiveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Memory { length } => write!(f, "there is no memory for {length} bytes"),
            Self::Refused(error) => write!(f, "{error}"),
            Self::TooLong { length } => {
                write!(f, "the file has {length} bytes, {MAX_LENGTH} are allowed")
            }
        }
    }
}
