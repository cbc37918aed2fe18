//! The step that the client is at, kept over a reset: whoever has the board reset is not asked first again.

use crate::memory::FailedRelease;
use crate::otadata::Slot;
use crate::platform::Scratch;

/// What a reset that interrupted a step says to the client that starts after it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct AfterReset {
    /// The step after that one: the first round begins there.
    pub(super) first: usize,
    /// How many resets in a row interrupted a step.
    pub(super) resets: u8,
    /// The release, by the hash of its image, that may have been on its way from the endpoint at which the board was reset: in the
    /// first round another endpoint may give it, and that is no further attempt.
    pub(super) tried: Option<[u8; 32]>,
    /// Whether the board was reset while it asked for the time.
    pub(super) of_time: bool,
}

/// Asking for the time: no place of an endpoint, and none behind the last one.
pub(super) const TIME: usize = 0xFE;

/// A step that a reset interrupted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Interrupted {
    /// The place of an endpoint; behind the last one, rescue; or [`TIME`].
    step: u8,
    /// How many resets in a row interrupted a step, with this one.
    resets: u8,
}

impl AfterReset {
    /// That of the client of the image in `booted`, which has so many endpoints, where this release is remembered as failed.
    /// It is known once: what `scratch` holds is forgotten.
    pub(super) fn take(
        scratch: &mut impl Scratch,
        booted: Slot,
        endpoints: usize,
        failed: Option<&FailedRelease>,
    ) -> Self {
        let Some(Interrupted { step, resets }) = take(scratch, booted) else {
            return Self::default();
        };
        let step = usize::from(step);
        Self {
            first: step.saturating_add(1),
            resets,
            tried: failed
                .map(|failed| failed.sha256)
                .filter(|_| step < endpoints),
            of_time: step == TIME,
        }
    }
}

/// The step of the image in `booted` that a reset interrupted, if one did. Forgets it. That of the image in the other slot says
/// nothing of this one.
fn take(scratch: &mut impl Scratch, booted: Slot) -> Option<Interrupted> {
    let [step, resets, mark @ ..] = scratch.load().to_le_bytes();
    end(scratch);
    (mark == mark_of(booted)).then_some(Interrupted {
        step,
        resets: resets.saturating_add(1),
    })
}

/// The client of the image in `booted` is at `step` from now on, after so many resets in a row.
pub(super) fn begin(scratch: &mut impl Scratch, booted: Slot, step: usize, resets: u8) {
    let [low, high] = mark_of(booted);
    let step = u8::try_from(step).unwrap_or(u8::MAX);
    scratch.store(u32::from_le_bytes([step, resets, low, high]));
}

/// In the upper half of the word. Everything else is nothing: after a loss of power it holds anything.
const fn mark_of(booted: Slot) -> [u8; 2] {
    match booted {
        Slot::Ota0 => [0x7A, 0x5E],
        Slot::Ota1 => [0x7B, 0x5E],
    }
}

/// The client is at no step: a reset is nobody's doing.
pub(super) fn end(scratch: &mut impl Scratch) {
    scratch.store(0);
}

#[cfg(test)]
mod tests {
    use super::{AfterReset, Interrupted, TIME, begin, end, take};
    use crate::day::Day;
    use crate::memory::FailedRelease;
    use crate::otadata::Slot::{Ota0, Ota1};
    use crate::platform::Scratch;
    use crate::verify::Moment;

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
        assert_eq!(take(&mut word, Ota0), None);
        begin(&mut word, Ota0, 2, 0);
        let interrupted = Interrupted { step: 2, resets: 1 };
        assert_eq!(take(&mut word, Ota0), Some(interrupted));
        assert_eq!(take(&mut word, Ota0), None);
        begin(&mut word, Ota0, 2, 1);
        end(&mut word);
        assert_eq!(take(&mut word, Ota0), None);
    }

    #[test]
    fn what_was_on_its_way_is_known_after_a_reset_at_an_endpoint_alone() {
        let failed = FailedRelease {
            sha256: [7; 32],
            attempts: 1,
            put_off: 0,
            next_try: Moment::start_of(Day::MIN),
        };
        let after = |step| {
            let mut word = Word(0);
            begin(&mut word, Ota0, step, 2);
            AfterReset::take(&mut word, Ota0, 2, Some(&failed))
        };
        let at = |first, tried, of_time| AfterReset {
            first,
            resets: 3,
            tried,
            of_time,
        };
        assert_eq!(after(1), at(2, Some([7; 32]), false));
        assert_eq!(after(2), at(3, None, false));
        assert_eq!(after(TIME), at(TIME + 1, None, true));
        let none = AfterReset::take(&mut Word(0), Ota0, 2, Some(&failed));
        assert_eq!(none, AfterReset::default());
    }

    #[test]
    fn resets_are_counted_to_255() {
        let mut word = Word(0);
        begin(&mut word, Ota0, 300, u8::MAX);
        let interrupted = Interrupted {
            step: u8::MAX,
            resets: u8::MAX,
        };
        assert_eq!(take(&mut word, Ota0), Some(interrupted));
    }

    #[test]
    fn the_step_of_an_image_that_was_taken_back_is_not_that_of_the_one_before_it() {
        let mut word = Word(0);
        begin(&mut word, Ota1, 0, 24);
        assert_eq!(take(&mut word, Ota0), None);
        assert_eq!(take(&mut word, Ota1), None);
    }
}
