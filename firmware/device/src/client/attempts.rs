//! When a release that failed is tried again: later and later, at most a day later, and never not at all.
//!
//! A pause is over by the clock, by the time that the board has run, or by the number of rounds in which the release was put
//! off, whichever comes first. A device that is switched off each few hours and knows no time has the rounds alone.

use core::fmt;
use core::time::Duration;

use super::backoff::INTERVAL;
use crate::day::Day;
use crate::memory::FailedRelease;
use crate::verify::{Moment, TimeBasis};

/// After the first attempt that failed; it doubles with each one that follows.
const FIRST_PAUSE: Duration = Duration::from_hours(1);
/// The longest pause.
const LONGEST_PAUSE: Duration = Duration::from_hours(24);
/// As many failures as may be the fault of who is on the way: a pause of four hours.
const MOST_CUT_OFF: u8 = 3;

/// A release that is not tried again yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct PutOff {
    /// How often it was tried.
    attempts: u8,
    /// After how long it is tried again, at most.
    pub(super) left: Duration,
}

/// Whether the release whose image has this hash may be tried now: at `now`, when the board has run for `passed` since it was
/// tried, or since it was started.
///
/// A release is remembered as failed from before the spare slot is erased for it until it is confirmed. When the time is not
/// known, the pause is counted by `passed`. So is one that a wrong clock has set too late.
pub(super) fn check(
    failed: Option<&FailedRelease>,
    sha256: &[u8; 32],
    now: TimeBasis,
    passed: Duration,
) -> Result<(), PutOff> {
    let Some(failed) = failed.filter(|failed| failed.sha256 == *sha256) else {
        return Ok(());
    };
    let pause = pause_after(failed.attempts);
    let by_uptime = pause.saturating_sub(passed);
    let left = match now {
        TimeBasis::Known(now) => by_uptime.min(until(failed.next_try, now)),
        TimeBasis::ClockBehindFloor { .. } | TimeBasis::Unknown { .. } => by_uptime,
    };
    if left.is_zero() || u64::from(failed.put_off) >= rounds_in(pause) {
        return Ok(());
    }
    let attempts = failed.attempts;
    Err(PutOff { attempts, left })
}

/// What is remembered before the release is tried once more.
pub(super) fn begin(
    failed: Option<&FailedRelease>,
    sha256: &[u8; 32],
    now: TimeBasis,
) -> FailedRelease {
    let before = failed.filter(|failed| failed.sha256 == *sha256);
    let attempts = before.map_or(1, |failed| failed.attempts.saturating_add(1));
    FailedRelease {
        sha256: *sha256,
        attempts,
        put_off: 0,
        next_try: next_try(attempts, now),
    }
}

/// What is remembered when the release is not tried in this round.
pub(super) const fn put_off(failed: FailedRelease) -> FailedRelease {
    FailedRelease {
        put_off: failed.put_off.saturating_add(1),
        ..failed
    }
}

/// What is remembered when nothing was wrong with the last attempt but the network: the pause begins now, and is not longer
/// than the one before. No clock ends it: who blocked the network may tell the time, too.
pub(super) fn uncounted(failed: FailedRelease) -> FailedRelease {
    FailedRelease {
        attempts: failed.attempts.saturating_sub(1),
        next_try: by_no_clock(),
        ..failed
    }
}

/// What is remembered when a verified server was there, and no image came whole in the trial. Whoever is on the way may have cut
/// it off, or the new image can receive none, which the servers pay for: so the pause grows, and not far. No clock ends it,
/// either.
pub(super) fn cut_off(failed: FailedRelease) -> FailedRelease {
    FailedRelease {
        attempts: failed.attempts.min(MOST_CUT_OFF),
        next_try: by_no_clock(),
        ..failed
    }
}

/// Where the time is not known now, a clock says nothing of the pause later: it is over in another way.
fn next_try(attempts: u8, now: TimeBasis) -> Moment {
    let TimeBasis::Known(now) = now else {
        return by_no_clock();
    };
    let pause = i64::try_from(pause_after(attempts).as_secs()).unwrap_or(i64::MAX);
    let next_try = Moment::from_unix_seconds(now.unix_seconds().saturating_add(pause));
    next_try.unwrap_or_else(by_no_clock)
}

/// The pause is over by the time that the board has run, or by rounds.
fn by_no_clock() -> Moment {
    Moment::end_of(Day::MAX)
}

fn pause_after(attempts: u8) -> Duration {
    let factor = 2u32.saturating_pow(u32::from(attempts).saturating_sub(1));
    FIRST_PAUSE.saturating_mul(factor).min(LONGEST_PAUSE)
}

/// How many rounds come in a pause when all is well, and at least one: 1 to 4.
const fn rounds_in(pause: Duration) -> u64 {
    pause.as_secs().div_ceil(INTERVAL.as_secs())
}

fn until(next_try: Moment, now: Moment) -> Duration {
    let seconds = next_try.unix_seconds().saturating_sub(now.unix_seconds());
    Duration::from_secs(u64::try_from(seconds).unwrap_or(0))
}

impl fmt::Display for PutOff {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let minutes = self.left.as_secs().div_ceil(60);
        match self.attempts {
            0 => formatter.write_str("its trial did not count")?,
            1 => formatter.write_str("it failed once")?,
            attempts => write!(formatter, "it failed {attempts} times")?,
        }
        write!(formatter, ", and is tried again in at most {minutes} min")
    }
}

#[cfg(test)]
mod tests {
    use super::{begin, check, cut_off, put_off, uncounted};
    use crate::memory::FailedRelease;
    use crate::verify::{Moment, TimeBasis};
    use core::time::Duration;

    const HOUR: Duration = Duration::from_hours(1);
    const IMAGE: [u8; 32] = [7; 32];

    fn known(hours: i64) -> TimeBasis {
        TimeBasis::Known(moment(hours))
    }

    fn moment(hours: i64) -> Moment {
        Moment::from_unix_seconds(1_770_000_000 + hours * 3600).unwrap()
    }

    fn unknown() -> TimeBasis {
        TimeBasis::Unknown { floor: moment(0) }
    }

    fn failed(attempts: u8) -> FailedRelease {
        (0..attempts).fold(
            begin(None, &IMAGE, known(0)),
            |failed, attempt| match attempt {
                0 => failed,
                _ => begin(Some(&failed), &IMAGE, known(0)),
            },
        )
    }

    fn may(failed: FailedRelease, now: TimeBasis, uptime: Duration) -> bool {
        check(Some(&failed), &IMAGE, now, uptime).is_ok()
    }

    #[test]
    fn a_pause_doubles_up_to_a_day_and_is_over_by_the_clock_or_by_uptime() {
        for (attempts, hours) in [(1, 1), (2, 2), (3, 4), (5, 16), (6, 24), (7, 24), (255, 24)] {
            let failed = failed(attempts);
            let just_before = HOUR * hours - Duration::from_secs(1);
            assert!(!may(failed, known(i64::from(hours) - 1), just_before));
            assert!(may(failed, known(i64::from(hours)), Duration::ZERO));
            assert!(!may(failed, unknown(), just_before));
            assert!(may(failed, unknown(), HOUR * hours));
        }
    }

    #[test]
    fn without_a_clock_and_always_switched_off_soon_a_few_rounds_are_enough() {
        for (attempts, rounds) in [(1, 1), (3, 1), (4, 2), (5, 3), (6, 4), (255, 4)] {
            let mut failed = failed(attempts);
            for _ in 0..rounds {
                assert!(!may(failed, unknown(), Duration::ZERO));
                failed = put_off(failed);
            }
            assert!(may(failed, unknown(), Duration::ZERO));
            assert_eq!(begin(Some(&failed), &IMAGE, unknown()).put_off, 0);
        }
    }

    #[test]
    fn a_clock_says_nothing_of_a_pause_that_began_without_one() {
        let failed = begin(None, &IMAGE, unknown());
        assert!(!may(failed, known(100_000), HOUR - Duration::from_secs(1)));
        assert!(may(failed, known(0), HOUR));
    }

    #[test]
    fn what_does_not_count_leaves_the_pause_as_it_was() {
        let mut release = failed(1);
        for _ in 0..10 {
            release = begin(Some(&uncounted(release)), &IMAGE, known(0));
            assert_eq!(release, failed(1));
        }
        let release = uncounted(release);
        // Who blocked the network may tell any time.
        assert!(!may(release, known(100_000), HOUR - Duration::from_secs(1)));
        assert!(may(release, known(0), HOUR));
        assert!(may(put_off(release), unknown(), Duration::ZERO));
    }

    #[test]
    fn what_may_have_been_cut_off_has_pauses_up_to_four_hours() {
        let mut release = failed(1);
        for hours in [1, 2, 4, 4, 4] {
            let cut = cut_off(release);
            assert!(!may(
                cut,
                known(100_000),
                HOUR * hours - Duration::from_secs(1)
            ));
            assert!(may(cut, known(0), HOUR * hours));
            release = begin(Some(&cut), &IMAGE, known(0));
        }
    }

    #[test]
    fn another_release_is_tried_at_once() {
        assert!(check(Some(&failed(9)), &[8; 32], known(0), Duration::ZERO).is_ok());
        assert_eq!(begin(Some(&failed(9)), &[8; 32], known(0)).attempts, 1);
    }
}
