//! Dates as whole UTC days.
//!
//! Certificates, policies and stores speak in days here. A day has no hour, no zone and no 32-bit second
//! that runs out in 2038.

use core::fmt;

/// A day of the proleptic Gregorian calendar in UTC, from 0001-01-01 to 9999-12-31.
///
/// The range is what an X.509 GeneralizedTime can say. Days order as time does.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(i32);

impl Day {
    /// 0001-01-01.
    pub const MIN: Self = Self(-719_162);
    /// 9999-12-31, the "no well-defined end" of RFC 5280, section 4.1.2.5.
    pub const MAX: Self = Self(2_932_896);

    /// The day that is `days` whole days after 1970-01-01, or `None` outside the years 1 to 9999.
    pub const fn from_days_since_epoch(days: i32) -> Option<Self> {
        if days < Self::MIN.0 || days > Self::MAX.0 {
            return None;
        }
        Some(Self(days))
    }

    /// The day of a civil date, or `None` when there is no such date (2023-02-29, month 13, year 0).
    ///
    /// Follows `days_from_civil` of Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms".
    #[allow(
        clippy::arithmetic_side_effects,
        reason = "the year is checked to be 1..=9999, so that no step leaves i32"
    )]
    pub const fn from_civil(year: i32, month: u8, day: u8) -> Option<Self> {
        if year < 1 || year > 9999 || day < 1 || day > days_in_month(year, month) {
            return None;
        }
        let month = month as i32;
        // Years begin in March, so that the leap day is the last day of a year.
        let year = if month <= 2 { year - 1 } else { year };
        let era = year.div_euclid(400);
        let year_of_era = year.rem_euclid(400);
        let month_from_march = (month + 9) % 12;
        let day_of_year = (153 * month_from_march + 2) / 5 + day as i32 - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        Some(Self(
            era * DAYS_PER_ERA + day_of_era - EPOCH_FROM_MARCH_0000,
        ))
    }

    /// Year, month (1 to 12) and day of the month (1 to 31).
    ///
    /// Follows `civil_from_days` of Howard Hinnant, as [`Day::from_civil`] does.
    #[allow(
        clippy::arithmetic_side_effects,
        reason = "a Day is within the years 1 to 9999, so that no step leaves i32"
    )]
    pub const fn civil(self) -> (i32, u8, u8) {
        let days = self.0 + EPOCH_FROM_MARCH_0000;
        let era = days.div_euclid(DAYS_PER_ERA);
        let day_of_era = days.rem_euclid(DAYS_PER_ERA);
        let year_of_era =
            (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_from_march = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
        let month = (month_from_march + 2) % 12 + 1;
        let january_or_february = if month <= 2 { 1 } else { 0 };
        let year = era * 400 + year_of_era + january_or_february;
        (year, month as u8, day as u8)
    }

    /// Whole days since 1970-01-01; negative before it.
    pub const fn days_since_epoch(self) -> i32 {
        self.0
    }

    /// The day `days` later (earlier when negative), or `None` outside the years 1 to 9999.
    pub const fn plus_days(self, days: i32) -> Option<Self> {
        match self.0.checked_add(days) {
            Some(days) => Self::from_days_since_epoch(days),
            None => None,
        }
    }

    /// How many days after `self` the day `later` is; negative when it is earlier.
    pub const fn days_until(self, later: Self) -> i32 {
        // Both are within 3,652,059 days of each other.
        later.0.saturating_sub(self.0)
    }
}

/// Days in the 400 years after which the Gregorian calendar repeats.
const DAYS_PER_ERA: i32 = 146_097;
/// Days from 0000-03-01, where eras begin, to 1970-01-01.
const EPOCH_FROM_MARCH_0000: i32 = 719_468;

/// Days of a month, or 0 when there is no such month.
const fn days_in_month(year: i32, month: u8) -> u8 {
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if is_leap_year(year) => 29,
        2 => 28,
        _ => 0,
    }
}

const fn is_leap_year(year: i32) -> bool {
    year.rem_euclid(4) == 0 && (year.rem_euclid(100) != 0 || year.rem_euclid(400) == 0)
}

/// `YYYY-MM-DD`, ISO 8601.
impl fmt::Display for Day {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.civil();
        write!(formatter, "{year:04}-{month:02}-{day:02}")
    }
}

impl fmt::Debug for Day {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::Day;
    use std::string::ToString;

    #[test]
    fn known_days() {
        for (days, text) in [
            (-719_162, "0001-01-01"),
            (-1, "1969-12-31"),
            (0, "1970-01-01"),
            (11_016, "2000-02-29"),
            (18_900, "2021-09-30"),
            (24_855, "2038-01-19"),
            (2_932_896, "9999-12-31"),
        ] {
            let day = Day::from_days_since_epoch(days).unwrap();
            assert_eq!(day.to_string(), text);
            let (year, month, day_of_month) = day.civil();
            assert_eq!(Day::from_civil(year, month, day_of_month), Some(day));
        }
    }

    #[test]
    fn every_day_follows_the_one_before() {
        let mut day = Day::MIN;
        let (mut year, mut month, mut date) = (1, 1, 1);
        loop {
            assert_eq!(day.civil(), (year, month, date));
            assert_eq!(Day::from_civil(year, month, date), Some(day));
            let Some(next) = day.plus_days(1) else { break };
            day = next;
            if Day::from_civil(year, month, date + 1).is_some() {
                date += 1;
            } else if month < 12 {
                (month, date) = (month + 1, 1);
            } else {
                (year, month, date) = (year + 1, 1, 1);
            }
        }
        assert_eq!(day, Day::MAX);
    }

    #[test]
    fn dates_that_do_not_exist() {
        for (year, month, day) in [
            (0, 12, 31),
            (10_000, 1, 1),
            (2023, 0, 1),
            (2023, 13, 1),
            (2023, 2, 29),
            (1900, 2, 29),
            (2023, 4, 31),
            (2023, 1, 0),
            (2023, 1, 32),
        ] {
            assert_eq!(Day::from_civil(year, month, day), None);
        }
        assert!(Day::from_civil(2000, 2, 29).is_some());
        assert_eq!(Day::from_days_since_epoch(Day::MIN.0 - 1), None);
        assert_eq!(Day::from_days_since_epoch(Day::MAX.0 + 1), None);
        assert_eq!(Day::MAX.plus_days(i32::MAX), None);
    }

    #[test]
    fn distance_is_signed() {
        let first = Day::from_civil(2024, 2, 28).unwrap();
        let second = Day::from_civil(2024, 3, 1).unwrap();
        assert_eq!(first.days_until(second), 2);
        assert_eq!(second.days_until(first), -2);
    }
}
