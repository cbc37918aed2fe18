//! Floor and clock, and what verification is told of them.

use core::fmt;
use core::time::Duration;

use super::agreement::Reading;
use crate::verify::{Clock, Moment};

/// How far a clock may be ahead of the floor. No fleet is in service for longer, and a device that believed more would find
/// every certificate expired.
pub const MAX_AHEAD: Duration = Duration::from_secs(20 * 31_557_600);

/// What a device knows of the time.
///
/// **The floor** rises and never falls. It is the newest of the date of the build and the dates of releases *that were
/// confirmed*. What is not confirmed yet must not raise a floor that is remembered: a release that is dated ahead of its time
/// would make each server's certificate look expired, after going back to the older image too. Confirming takes a server that
/// was verified with that floor in force, which shows that it is not too far ahead.
///
/// **The clock** is set from SNTP, which is not authentic, and is held in memory only; nothing here can be stored. One that
/// is behind the floor is wrong, one that is [`MAX_AHEAD`] of it absurd: neither is set, and an older setting stays. One that
/// is wrong within these limits can make certificates look expired; [`TrustedTime::forget`] is what to do when every server
/// is refused for its dates. Nothing is lost by it: who can forge SNTP could also have withheld it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TrustedTime {
    floor: Moment,
    clock: Option<Reading>,
}

/// Why a clock was not set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ClockRefused {
    /// It is before the newest time that is known for sure.
    BehindFloor {
        /// What the clock says.
        now: Moment,
        /// The floor.
        floor: Moment,
    },
    /// It is more than [`MAX_AHEAD`] of the newest time that is known for sure.
    TooFarAhead {
        /// What the clock says.
        now: Moment,
        /// The floor.
        floor: Moment,
    },
}

impl TrustedTime {
    /// It is not before the date of the build. The clock is not set.
    pub const fn new(build: Moment) -> Self {
        Self {
            floor: build,
            clock: None,
        }
    }

    /// It is not before `evidence` either, which was confirmed.
    pub fn raise(&mut self, evidence: Moment) {
        self.floor = self.floor.max(evidence);
    }

    /// Sets the clock.
    ///
    /// # Errors
    ///
    /// [`ClockRefused`]; nothing changes.
    pub fn set(&mut self, reading: Reading) -> Result<(), ClockRefused> {
        let (now, floor) = (reading.now, self.floor);
        if now < floor {
            return Err(ClockRefused::BehindFloor { now, floor });
        }
        if now.unix_seconds().abs_diff(floor.unix_seconds()) > MAX_AHEAD.as_secs() {
            return Err(ClockRefused::TooFarAhead { now, floor });
        }
        self.clock = Some(reading);
        Ok(())
    }

    /// Forgets what the clock was set to.
    pub fn forget(&mut self) {
        self.clock = None;
    }

    /// The newest time that is known for sure.
    pub const fn floor(&self) -> Moment {
        self.floor
    }

    /// Whether the clock was set.
    pub const fn is_set(&self) -> bool {
        self.clock.is_some()
    }

    /// What certificates are judged by when the board has run for `uptime`.
    pub fn clock(&self, uptime: Duration) -> Clock {
        match self.clock.and_then(|reading| reading.at(uptime)) {
            Some(now) => Clock::known(self.floor, now),
            None => Clock::unknown(self.floor),
        }
    }
}

impl core::error::Error for ClockRefused {}

impl fmt::Display for ClockRefused {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BehindFloor { now, floor } => {
                write!(formatter, "it cannot be {now}: it is at least {floor}")
            }
            Self::TooFarAhead { now, floor } => {
                let years = MAX_AHEAD.as_secs().div_euclid(31_557_600);
                write!(
                    formatter,
                    "{now} is more than {years} years after {floor}, the newest time known for sure"
                )
            }
        }
    }
}
