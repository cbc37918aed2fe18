//! What a test makes a flash fail at.

use std::ops::Range;

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
