//! The label of an entry: the trial boots of its image, counted by clearing bits.

use core::fmt;

use crate::otadata::{ERASED, LABEL_LENGTH};

/// Boots that may end before they reach the network; then the image is taken back.
pub const MAX_FAILED_BOOTS: u32 = 3;
/// Boots without confirming, however far they came; then the image is taken back.
pub const MAX_BOOTS: u32 = 24;

pub(super) type Label = [u8; LABEL_LENGTH];

const BOOTS: usize = 0;
const REACHED: usize = 4;
const MARKER: usize = 8;

/// The trial boots of an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counted {
    /// Boots that were started, with the one that runs.
    pub boots: u32,
    /// Those that did not reach the network; the one that runs is among them until it did.
    pub failed: u32,
}

impl Counted {
    pub(super) fn of(label: &Label) -> Self {
        let (boots, reached) = (word(label, BOOTS), word(label, REACHED));
        Self {
            boots: boots.count_zeros(),
            failed: (!boots & reached).count_ones(),
        }
    }
}

/// The label of an entry for an image that was not started yet.
pub(super) const fn fresh() -> Label {
    [ERASED; LABEL_LENGTH]
}

/// The label of an image that needs no trial.
pub(super) fn confirmed(label: &Label) -> Label {
    with(label, MARKER, 0)
}

pub(super) fn is_confirmed(label: &Label) -> bool {
    word(label, MARKER) == 0
}

/// The label with one boot more.
pub(super) fn booted(label: &Label) -> Label {
    let boots = word(label, BOOTS);
    with(label, BOOTS, boots & boots.wrapping_sub(1))
}

/// The label when the boot that was counted last reached the network.
pub(super) fn reached(label: &Label) -> Label {
    let boots = word(label, BOOTS).trailing_zeros();
    let this = boots
        .checked_sub(1)
        .and_then(|bit| 1_u32.checked_shl(bit))
        .unwrap_or(0);
    with(label, REACHED, word(label, REACHED) & !this)
}

/// Why the image is not started once more, if so. Each boot clears a bit, so it comes to an end.
pub(super) fn verdict(label: &Label) -> Option<super::Why> {
    let counted = Counted::of(label);
    if counted.failed >= MAX_FAILED_BOOTS {
        return Some(super::Why::FailedBoots);
    }
    (counted.boots >= MAX_BOOTS).then_some(super::Why::TooManyBoots)
}

fn word(label: &Label, at: usize) -> u32 {
    let bytes = label.get(at..).and_then(|rest| rest.first_chunk());
    bytes.map_or(u32::MAX, |bytes| u32::from_le_bytes(*bytes))
}

fn with(label: &Label, at: usize, word: u32) -> Label {
    let mut label = *label;
    for (place, byte) in label.iter_mut().skip(at).zip(word.to_le_bytes()) {
        *place = byte;
    }
    label
}

impl fmt::Display for Counted {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { boots, failed } = self;
        write!(
            formatter,
            "{boots} boots, {failed} of them without the network"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::{Counted, booted, confirmed, fresh, is_confirmed, reached, verdict};
    use crate::slots::Why;

    #[test]
    fn each_boot_clears_one_bit_and_reaching_the_network_the_same_one() {
        let once = reached(&booted(&fresh()));
        assert_eq!(once[..8], [0xFE, 0xFF, 0xFF, 0xFF, 0xFE, 0xFF, 0xFF, 0xFF]);
        assert_eq!(reached(&once), once);
        let twice = booted(&once);
        let counted = Counted {
            boots: 2,
            failed: 1,
        };
        assert_eq!(Counted::of(&twice), counted);
        assert_eq!(reached(&twice)[4], 0xFC);
        // Nothing was counted yet, so nothing was reached.
        assert_eq!(reached(&fresh()), fresh());
    }

    #[test]
    fn three_failed_boots_or_24_in_all() {
        let mut label = fresh();
        for _ in 0..2 {
            label = booted(&label);
        }
        assert_eq!(verdict(&label), None);
        assert_eq!(verdict(&booted(&label)), Some(Why::FailedBoots));
        let mut label = fresh();
        for _ in 0..23 {
            label = reached(&booted(&label));
        }
        assert_eq!(verdict(&label), None);
        assert_eq!(verdict(&reached(&booted(&label))), Some(Why::TooManyBoots));
    }

    #[test]
    fn a_label_of_garbage_comes_to_its_end() {
        let mut label = [0xA5; 20];
        let mut boots = 0;
        while verdict(&label).is_none() {
            label = reached(&booted(&label));
            boots += 1;
        }
        assert!(boots <= 24);
        // Not one bit is left.
        let mut label = [0; 20];
        label = reached(&booted(&label));
        assert_eq!(verdict(&label), Some(Why::TooManyBoots));
    }

    #[test]
    fn confirmed_when_all_of_the_marker_is_zero() {
        let label = confirmed(&fresh());
        assert_eq!(label[8..12], [0; 4]);
        assert!(is_confirmed(&label));
        let mut torn = label;
        torn[11] = 1;
        assert!(!is_confirmed(&torn));
        assert_eq!(confirmed(&torn), label);
    }
}
