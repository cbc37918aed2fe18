//! When a release that failed is tried again: later and later, and never not at all.

use core::fmt;
use core::time::Duration;

use crate::memory::FailedRelease;
use crate::verify::{Moment, TimeBasis};

/// After the first attempt that failed; it doubles with each one that follows.
const FIRST_PAUSE: Duration = Duration::from_hours(1);
/// The longest pause.
const LONGEST_PAUSE: Duration = Duration::from_hours(7 * 24);

/// A release that is not tried again yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// How often it was tried.
    pub attempts: u8,
    /// How long to wait before it is tried again.
    pub pause: Duration,
}

/// Whether the release whose image has this hash may be tried now: at `now`, after the board has run for `uptime`.
///
/// A release is remembered as failed from when it is selected until it is confirmed. When the time is not known, the
/// pause is counted from when the board started. So is one that a wrong clock has set too late.
pub(super) fn check(
    failed: Option<&FailedRelease>,
    sha256: &[u8; 32],
    now: TimeBasis,
    uptime: Duration,
) -> Result<(), Attempt> {
    let Some(failed) = failed.filter(|failed| failed.sha256 == *sha256) else {
        return Ok(());
    };
    let pause = pause_after(failed.attempts);
    let reached = match now {
        TimeBasis::Known(now) => now >= failed.next_try,
        TimeBasis::ClockBehindFloor { .. } | TimeBasis::Unknown { .. } => false,
    };
    if reached || uptime >= pause {
        return Ok(());
    }
    let attempts = failed.attempts;
    Err(Attempt { attempts, pause })
}

/// What is remembered when the release is selected once more.
pub(super) fn begin(
    failed: Option<&FailedRelease>,
    sha256: &[u8; 32],
    now: TimeBasis,
) -> FailedRelease {
    let before = failed.filter(|failed| failed.sha256 == *sha256);
    let attempts = before.map_or(1, |failed| failed.attempts.saturating_add(1));
    let pause = i64::try_from(pause_after(attempts).as_secs()).unwrap_or(i64::MAX);
    let now = now.for_not_after();
    let next_try = Moment::from_unix_seconds(now.unix_seconds().saturating_add(pause));
    FailedRelease {
        sha256: *sha256,
        attempts,
        next_try: next_try.unwrap_or(now),
    }
}

fn pause_after(attempts: u8) -> Duration {
    let factor = 2u32.saturating_pow(u32::from(attempts).saturating_sub(1));
    FIRST_PAUSE.saturating_mul(factor).min(LONGEST_PAUSE)
}

impl fmt::Display for Attempt {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { attempts, pause } = self;
        let hours = pause.as_secs().div_euclid(3600);
        write!(
            formatter,
            "the release failed {attempts} times; it is tried again after {hours} h"
        )
    }
}
