//! Two servers that say the same.

use alloc::vec::Vec;
use core::time::Duration;

use crate::verify::Moment;

/// How far the times of two servers may be apart.
pub const MAX_APART: Duration = Duration::from_secs(60);

/// What a clock was said to show when the board had run for some time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The time.
    pub now: Moment,
    /// Time since the board started, then.
    pub uptime: Duration,
}

/// What servers said so far. One that is wrong does not keep the others from agreeing.
#[derive(Clone, Debug, Default)]
pub struct Agreement<'s> {
    heard: Vec<(&'s str, Reading)>,
}

impl Reading {
    /// What the clock shows at `uptime`; `None` after the year 9999.
    pub fn at(self, uptime: Duration) -> Option<Moment> {
        let passed = uptime.saturating_sub(self.uptime).as_secs();
        let seconds = i64::try_from(passed).ok()?;
        Moment::from_unix_seconds(self.now.unix_seconds().checked_add(seconds)?)
    }

    /// How far two clocks are apart.
    pub fn apart(self, other: Self) -> Duration {
        let (earlier, later) = match self.uptime <= other.uptime {
            true => (self, other),
            false => (other, self),
        };
        let expected = earlier
            .at(later.uptime)
            .map_or(i64::MAX, Moment::unix_seconds);
        Duration::from_secs(expected.abs_diff(later.now.unix_seconds()))
    }
}

impl<'s> Agreement<'s> {
    /// Hears what `server` says, and gives it if another server said the same, but for [`MAX_APART`]. A server that says
    /// something twice agrees with nobody by it.
    pub fn hear(&mut self, server: &'s str, reading: Reading) -> Option<Reading> {
        let agrees = |(other, heard): &(&str, Reading)| {
            *other != server && reading.apart(*heard) <= MAX_APART
        };
        let agreed = self.heard.iter().any(agrees);
        self.heard.push((server, reading));
        agreed.then_some(reading)
    }

    /// What was heard, in order.
    pub fn heard(&self) -> &[(&'s str, Reading)] {
        &self.heard
    }
}
