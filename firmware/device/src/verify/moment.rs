//! What time it is, as far as a device can know.

use core::fmt;

use crate::day::Day;

const SECONDS_PER_DAY: i64 = 86_400;

/// A second of UTC within the years 1 to 9999, as seconds since 1970-01-01T00:00:00Z; leap seconds do not count.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment(i64);

/// What a device knows of the time.
///
/// The floor is the newest time that it has authentic evidence of ([`crate::time`]). The clock may be unset, or wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clock {
    floor: Moment,
    now: Option<Moment>,
}

/// What dates were judged by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeBasis {
    /// The clock was set to a time before the floor, so it is wrong. Judged as if it were unknown.
    ClockBehindFloor {
        /// What the clock said.
        now: Moment,
        /// What notAfter was compared with.
        floor: Moment,
    },
    /// The time was known.
    Known(Moment),
    /// The time was unknown: notAfter was compared with the floor, notBefore with nothing.
    Unknown {
        /// The floor.
        floor: Moment,
    },
}

impl Moment {
    /// The moment `seconds` after 1970-01-01T00:00:00Z, or `None` outside the years 1 to 9999.
    pub fn from_unix_seconds(seconds: i64) -> Option<Self> {
        let days = i32::try_from(seconds.div_euclid(SECONDS_PER_DAY)).ok()?;
        Day::from_days_since_epoch(days).map(|_| Self(seconds))
    }

    /// The first second of `day`.
    pub fn start_of(day: Day) -> Self {
        Self(i64::from(day.days_since_epoch()).saturating_mul(SECONDS_PER_DAY))
    }

    /// The last second of `day`.
    pub fn end_of(day: Day) -> Self {
        Self(Self::start_of(day).0.saturating_add(SECONDS_PER_DAY - 1))
    }

    /// Seconds since 1970-01-01T00:00:00Z; negative before it.
    pub const fn unix_seconds(self) -> i64 {
        self.0
    }

    /// The day it belongs to.
    pub fn day(self) -> Day {
        let days = i32::try_from(self.0.div_euclid(SECONDS_PER_DAY)).ok();
        // Cannot fail: every way to a moment checks the years.
        days.and_then(Day::from_days_since_epoch)
            .unwrap_or(Day::MAX)
    }
}

impl Clock {
    /// A clock that was set to `now`. When that is before the floor, it is wrong and counts as unknown.
    pub const fn known(floor: Moment, now: Moment) -> Self {
        Self {
            floor,
            now: Some(now),
        }
    }

    /// A clock that was not set.
    pub const fn unknown(floor: Moment) -> Self {
        Self { floor, now: None }
    }

    /// What dates are judged by.
    pub fn basis(self) -> TimeBasis {
        let Self { floor, now } = self;
        match now {
            None => TimeBasis::Unknown { floor },
            Some(now) if now < floor => TimeBasis::ClockBehindFloor { now, floor },
            Some(now) => TimeBasis::Known(now),
        }
    }
}

impl TimeBasis {
    /// What notAfter is compared with. It must not be later.
    pub const fn for_not_after(self) -> Moment {
        match self {
            Self::Known(now) => now,
            Self::ClockBehindFloor { floor, .. } | Self::Unknown { floor } => floor,
        }
    }

    /// What notBefore is compared with, if the time is known. It must not be earlier.
    pub const fn for_not_before(self) -> Option<Moment> {
        match self {
            Self::Known(now) => Some(now),
            Self::ClockBehindFloor { .. } | Self::Unknown { .. } => None,
        }
    }
}

/// `YYYY-MM-DDThh:mm:ssZ`, RFC 3339.
impl fmt::Display for Moment {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let second = self.0.rem_euclid(SECONDS_PER_DAY);
        let (hour, minute) = (
            second.div_euclid(3600),
            second.div_euclid(60).rem_euclid(60),
        );
        let (day, second) = (self.day(), second.rem_euclid(60));
        write!(formatter, "{day}T{hour:02}:{minute:02}:{second:02}Z")
    }
}

impl fmt::Debug for Moment {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

impl fmt::Display for TimeBasis {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ClockBehindFloor { now, floor } => write!(
                formatter,
                "the clock says {now}, which is before {floor}, the newest time known for sure"
            ),
            Self::Known(now) => write!(formatter, "it is {now}"),
            Self::Unknown { floor } => {
                write!(formatter, "the time is unknown, and at least {floor}")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Clock, Moment, SECONDS_PER_DAY, TimeBasis};
    use crate::day::Day;
    use std::string::ToString;

    fn moment(seconds: i64) -> Moment {
        Moment::from_unix_seconds(seconds).unwrap()
    }

    #[test]
    fn moments_are_the_seconds_of_their_day() {
        let day = Day::from_civil(2021, 9, 30).unwrap();
        let (start, end) = (Moment::start_of(day), Moment::end_of(day));
        assert_eq!(start.to_string(), "2021-09-30T00:00:00Z");
        assert_eq!(end.to_string(), "2021-09-30T23:59:59Z");
        assert_eq!((start.day(), end.day()), (day, day));
        assert_eq!(
            moment(end.unix_seconds() + 1).to_string(),
            "2021-10-01T00:00:00Z"
        );
        assert_eq!(moment(-1).to_string(), "1969-12-31T23:59:59Z");
        assert_eq!(moment(1_633_010_475).to_string(), "2021-09-30T14:01:15Z");
    }

    #[test]
    fn moments_end_with_the_calendar() {
        let last = Moment::end_of(Day::MAX).unix_seconds();
        assert!(Moment::from_unix_seconds(last).is_some());
        assert_eq!(Moment::from_unix_seconds(last + 1), None);
        let first = Moment::start_of(Day::MIN).unix_seconds();
        assert!(Moment::from_unix_seconds(first).is_some());
        assert_eq!(Moment::from_unix_seconds(first - 1), None);
        assert_eq!(Moment::from_unix_seconds(i64::MAX), None);
        assert_eq!(Moment::from_unix_seconds(i64::MIN), None);
    }

    #[test]
    fn a_clock_behind_the_floor_is_wrong_and_at_the_floor_right() {
        let (floor, before) = (moment(SECONDS_PER_DAY), moment(SECONDS_PER_DAY - 1));
        assert_eq!(Clock::known(floor, floor).basis(), TimeBasis::Known(floor));
        let behind = Clock::known(floor, before).basis();
        assert_eq!(behind, TimeBasis::ClockBehindFloor { now: before, floor });
        assert_eq!(
            (behind.for_not_after(), behind.for_not_before()),
            (floor, None)
        );
        let unknown = Clock::unknown(floor).basis();
        assert_eq!(
            (unknown.for_not_after(), unknown.for_not_before()),
            (floor, None)
        );
    }
}
