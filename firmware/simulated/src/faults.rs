//! What a test makes a flash fail at, and why an operation was not done.

use std::ops::Range;

use embedded_storage::nor_flash::{NorFlashError, NorFlashErrorKind};

/// Why an operation was not done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SimulatedFlashError {
    /// A test made it fail.
    Faulty,
    /// There is no power.
    Off,
    /// The call breaks the rules of the chip.
    Rules(NorFlashErrorKind),
}

/// Places that do not work. An empty range is none.
#[derive(Clone, Debug, Default)]
pub(crate) struct Faults {
    pub(crate) reads: Range<u32>,
    pub(crate) erases: Range<u32>,
    pub(crate) programs: Range<u32>,
    /// A byte that reads with its lowest bit flipped.
    pub(crate) lies_at: Option<u32>,
}

impl Faults {
    /// Flips the bit that is read wrong, if it is among `bytes`, which were read from `offset`.
    pub(crate) fn lie(&self, offset: u32, bytes: &mut [u8]) {
        let place = self.lies_at.and_then(|at| at.checked_sub(offset));
        if let Some(byte) = place.and_then(|place| bytes.get_mut(place as usize)) {
            *byte ^= 1;
        }
    }
}

/// Whether an operation on the `length` bytes from `offset` touches what does not work.
pub(crate) fn touches(fault: &Range<u32>, offset: u32, length: usize) -> bool {
    let end = offset.saturating_add(u32::try_from(length).unwrap_or(u32::MAX));
    !fault.is_empty() && fault.start < end && offset < fault.end
}

impl NorFlashError for SimulatedFlashError {
    fn kind(&self) -> NorFlashErrorKind {
        match self {
            Self::Rules(kind) => *kind,
            Self::Faulty | Self::Off => NorFlashErrorKind::Other,
        }
    }
}
