//! The step that the client is at, kept over a reset: whoever has the board reset is not asked first again.

use crate::platform::Scratch;

/// A step that a reset interrupted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Interrupted {
    /// The place of an endpoint; behind the last one, rescue.
    pub(super) step: u8,
    /// How many resets in a row interrupted a step, with this one.
    pub(super) resets: u8,
}

/// In the upper half of the word. Everything else is nothing: after a loss of power it holds anything.
const MARK: u16 = 0x5E7A;

/// The step that a reset interrupted, if one did. Forgets it.
pub(super) fn take(scratch: &mut impl Scratch) -> Option<Interrupted> {
    let [step, resets, mark @ ..] = scratch.load().to_le_bytes();
    end(scratch);
    (u16::from_le_bytes(mark) == MARK).then_some(Interrupted {
        step,
        resets: resets.saturating_add(1),
    })
}

/// The client is at `step` from now on, after so many resets in a row.
pub(super) fn begin(scratch: &mut impl Scratch, step: usize, resets: u8) {
    let [low, high] = MARK.to_le_bytes();
    let step = u8::try_from(step).unwrap_or(u8::MAX);
    scratch.store(u32::from_le_bytes([step, resets, low, high]));
}

/// The client is at no step: a reset is nobody's doing.
pub(super) fn end(scratch: &mut impl Scratch) {
    scratch.store(0);
}

#[cfg(test)]
mod tests {
    use super::{Interrupted, begin, end, take};
    use crate::platform::Scratch;

    struct Word(u32);

    impl Scratch for Word {
        fn load(&self) -> u32 {
            self.0
        }
        fn store(&mut self, word: u32) {
            self.0 = word;
        }
    }

    #[test]
    fn a_step_is_known_after_a_reset_and_only_once() {
        let mut word = Word(0xDEAD_BEEF);
        assert_eq!(take(&mut word), None);
        begin(&mut word, 2, 0);
        let interrupted = Interrupted { step: 2, resets: 1 };
        assert_eq!(take(&mut word), Some(interrupted));
        assert_eq!(take(&mut word), None);
        begin(&mut word, 2, 1);
        end(&mut word);
        assert_eq!(take(&mut word), None);
    }

    #[test]
    fn resets_are_counted_to_255() {
        let mut word = Word(0);
        begin(&mut word, 300, u8::MAX);
        let interrupted = Interrupted {
            step: u8::MAX,
            resets: u8::MAX,
        };
        assert_eq!(take(&mut word), Some(interrupted));
    }
}
