//! Whole UTC days, the only clock of the project.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};
use time::macros::format_description;

/// A UTC calendar day, years 0000 to 9999. A `notAfter` is inclusive: an anchor is valid *on* its
/// last day.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Date(time::Date);

/// Why a text is not a [`Date`].
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("`{0}` is not a date of the form YYYY-MM-DD")]
pub struct DateError(String);

impl Date {
    /// The first day there is: 0000-01-01. Stands for "always was".
    pub const FIRST: Self = Self(FIRST);
    /// The last day there is: 9999-12-31. Stands for "open".
    pub const LAST: Self = Self(LAST);

    /// The day with this year, month (1 to 12) and day of the month; `None` where the calendar has none.
    pub fn from_calendar(year: i32, month: u8, day: u8) -> Option<Self> {
        let month = time::Month::try_from(month).ok()?;
        let date = time::Date::from_calendar_date(year, month, day).ok()?;
        (0..=9999).contains(&year).then_some(Self(date))
    }

    /// The UTC day in which the instant `seconds` after 1970-01-01T00:00:00Z lies.
    pub fn from_unix_seconds(seconds: i64) -> Option<Self> {
        let instant = time::OffsetDateTime::from_unix_timestamp(seconds).ok()?;
        (0..=9999)
            .contains(&instant.year())
            .then_some(Self(instant.date()))
    }

    /// Days since 1970-01-01, negative before.
    pub fn days_since_epoch(self) -> i32 {
        self.0.to_julian_day() - EPOCH_JULIAN_DAY
    }

    /// Seconds from 1970-01-01T00:00:00Z to the first instant of the day.
    pub fn unix_seconds(self) -> i64 {
        i64::from(self.days_since_epoch()) * 86_400
    }

    /// The day `days` later (earlier when negative); saturates at years 0000 and 9999.
    pub fn plus_days(self, days: i64) -> Self {
        let moved = self
            .0
            .checked_add(time::Duration::days(days))
            .filter(|d| (0..=9999).contains(&d.year()));
        Self(moved.unwrap_or(if days < 0 { FIRST } else { LAST }))
    }

    /// The same day `years` later; 29 February becomes 28 February where the year has none.
    pub fn plus_years(self, years: u16) -> Self {
        let year = self.0.year().saturating_add(i32::from(years)).min(9999);
        Self(
            self.0
                .replace_year(year)
                .or_else(|_| self.0.previous_day().unwrap_or(self.0).replace_year(year))
                .unwrap_or(LAST),
        )
    }

    /// How many days from `earlier` to `self`; negative when `self` is before it.
    pub fn days_since(self, earlier: Self) -> i64 {
        i64::from(self.0.to_julian_day()) - i64::from(earlier.0.to_julian_day())
    }

    /// Year, month (1 to 12) and day of the month.
    pub fn calendar(self) -> (i32, u8, u8) {
        (self.0.year(), u8::from(self.0.month()), self.0.day())
    }
}

const EPOCH_JULIAN_DAY: i32 = 2_440_588;
const FIRST: time::Date = time::macros::date!(0000 - 01 - 01);
const LAST: time::Date = time::macros::date!(9999 - 12 - 31);

impl FromStr for Date {
    type Err = DateError;

    fn from_str(text: &str) -> Result<Self, DateError> {
        let strict = text.len() == 10;
        let parsed = time::Date::parse(text, format_description!("[year]-[month]-[day]"));
        parsed
            .ok()
            .filter(|_| strict)
            .map(Self)
            .ok_or_else(|| DateError(text.to_owned()))
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.calendar();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

impl Serialize for Date {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn reads_and_prints_iso_days_only() {
        assert_eq!(date("2034-06-30").to_string(), "2034-06-30");
        for bad in [
            "2034-6-30",
            "2034-02-29",
            "34-06-30",
            "2034-06-30 ",
            "+2034-06-3",
            "2034/06/30",
            "",
        ] {
            assert!(bad.parse::<Date>().is_err(), "{bad}");
        }
    }

    #[test]
    fn counts_days_across_2038_and_before_1970() {
        assert_eq!(date("1970-01-01").unix_seconds(), 0);
        assert_eq!(date("2038-01-20").unix_seconds(), 2_147_558_400);
        assert_eq!(date("1969-12-31").days_since_epoch(), -1);
        assert_eq!(
            Date::from_unix_seconds(2_147_558_399),
            Some(date("2038-01-19"))
        );
        assert_eq!(date("2036-01-01").days_since(date("2035-06-04")), 211);
    }

    #[test]
    fn a_leap_day_keeps_to_february() {
        assert_eq!(date("2028-02-29").plus_years(6), date("2034-02-28"));
        assert_eq!(date("2028-02-29").plus_years(4), date("2032-02-29"));
        assert_eq!(date("9999-12-31").plus_days(1), date("9999-12-31"));
    }
}
