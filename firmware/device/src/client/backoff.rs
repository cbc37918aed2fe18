//! How long to wait for the next round.

use core::time::Duration;

use rand_core::RngCore;

/// Between two rounds when servers answer as they should.
pub const INTERVAL: Duration = Duration::from_hours(6);
/// After the first round in which no server did; it doubles with each one that follows.
pub const FIRST_WAIT: Duration = Duration::from_mins(1);
/// The longest wait after such a round.
pub const LONGEST_WAIT: Duration = Duration::from_hours(6);
/// Between two rounds of an image on trial, which has little time to show that it can be updated.
pub const TRIAL_WAIT: Duration = Duration::from_secs(30);
/// The longest wait between two of them, once it could not fetch the image of a release.
pub const REHEARSAL_WAIT: Duration = Duration::from_mins(5);

/// Each wait is longer by up to a quarter, at random: a fleet that lost its server at one moment must not come back at one.
const SPREAD: u32 = 4;

/// Counts the rounds in which no server answered as it should.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Backoff {
    failed_rounds: u32,
}

impl Backoff {
    /// That of a board which was reset so many times in a row while it asked.
    pub fn after_resets(resets: u8) -> Self {
        Self {
            failed_rounds: u32::from(resets),
        }
    }

    /// How many rounds failed since the last one that did not.
    pub const fn failed_rounds(&self) -> u32 {
        self.failed_rounds
    }

    /// A server answered as it should: the wait for the next round.
    pub fn succeeded(&mut self, random: &mut impl RngCore) -> Duration {
        self.failed_rounds = 0;
        spread(INTERVAL, random)
    }

    /// A server answered as it should, and what it offers is tried after `left`: the wait for the next round.
    pub fn put_off(&mut self, left: Duration, random: &mut impl RngCore) -> Duration {
        self.failed_rounds = 0;
        spread(left.clamp(FIRST_WAIT, INTERVAL), random)
    }

    /// No server did: the wait for the next round.
    pub fn failed(&mut self, random: &mut impl RngCore) -> Duration {
        let factor = 2u32.saturating_pow(self.failed_rounds);
        self.failed_rounds = self.failed_rounds.saturating_add(1);
        spread(FIRST_WAIT.saturating_mul(factor).min(LONGEST_WAIT), random)
    }
}

fn spread(wait: Duration, random: &mut impl RngCore) -> Duration {
    let most = wait.checked_div(SPREAD).unwrap_or_default();
    let share = most.saturating_mul(random.next_u32() >> 16);
    wait.saturating_add(share.checked_div(1 << 16).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::{Backoff, FIRST_WAIT, INTERVAL, LONGEST_WAIT, SPREAD};
    use core::time::Duration;
    use rand_core::{Error, RngCore};

    struct Constant(u32);

    impl RngCore for Constant {
        fn next_u32(&mut self) -> u32 {
            self.0
        }
        fn next_u64(&mut self) -> u64 {
            u64::from(self.0)
        }
        fn fill_bytes(&mut self, into: &mut [u8]) {
            into.fill(0);
        }
        fn try_fill_bytes(&mut self, into: &mut [u8]) -> Result<(), Error> {
            into.fill(0);
            Ok(())
        }
    }

    #[test]
    fn the_wait_doubles_up_to_the_longest_and_starts_anew_after_a_success() {
        let (mut backoff, mut random) = (Backoff::default(), Constant(0));
        let waits: [Duration; 12] = core::array::from_fn(|_| backoff.failed(&mut random));
        assert_eq!(waits[..3], [FIRST_WAIT, FIRST_WAIT * 2, FIRST_WAIT * 4]);
        assert_eq!(waits[8], FIRST_WAIT * 256);
        assert_eq!(waits[9..], [LONGEST_WAIT; 3]);
        assert_eq!(backoff.failed_rounds(), 12);
        assert_eq!(backoff.succeeded(&mut random), INTERVAL);
        assert_eq!(backoff.failed(&mut random), FIRST_WAIT);
    }

    #[test]
    fn chance_adds_less_than_a_quarter() {
        let longest = Backoff::default().succeeded(&mut Constant(u32::MAX));
        let limit = INTERVAL + INTERVAL / SPREAD;
        assert!(longest < limit && longest > limit - Duration::from_secs(1));
    }

    #[test]
    fn a_hundred_years_of_failures_are_waited_for() {
        let mut backoff = Backoff {
            failed_rounds: u32::MAX,
        };
        assert_eq!(backoff.failed(&mut Constant(0)), LONGEST_WAIT);
    }
}
