//! From days to pixels.

use trust::date::Date;
use trust::forecast::Forecast;

use super::text::{Text, width};

/// Whole pixels, so that every machine draws the same.
pub(super) struct Scale {
    first: Date,
    last: Date,
    width: i64,
}

/// A year's line.
pub(super) struct Year {
    pub(super) x: i64,
    pub(super) label: Option<Text>,
}

/// Pixels between two years' numbers.
const YEAR_GAP: i64 = 10;

impl Scale {
    /// Whole years, from the first day of anything to the last.
    pub(super) fn of(forecast: &Forecast, width: i64) -> Self {
        let releases = forecast.releases.iter();
        let days = releases.flat_map(|release| [release.from, release.until, release.service_ends]);
        let days: Vec<_> = days.chain([forecast.at]).collect();
        let first = days.iter().min().copied().unwrap_or(forecast.at);
        let last = days.iter().max().copied().unwrap_or(forecast.at);
        let january = |year: i32| Date::from_calendar(year, 1, 1);
        Self {
            first: january(first.calendar().0).unwrap_or(first),
            last: january(last.calendar().0 + 1).unwrap_or(last),
            width,
        }
    }

    /// Where a day begins.
    pub(super) fn x(&self, day: Date) -> i64 {
        let whole = self.last.days_since(self.first).max(1);
        let part = day.days_since(self.first).clamp(0, whole);
        (part * self.width + whole / 2) / whole
    }

    /// The first day of each year, with as many numbers as there is room for.
    pub(super) fn years(&self, baseline: i64) -> Vec<Year> {
        let mut free = 0;
        let years = self.first.calendar().0..=self.last.calendar().0;
        let days = years.filter_map(|year| Some((year, Date::from_calendar(year, 1, 1)?)));
        let year = |(year, day): (i32, Date)| {
            let x = self.x(day);
            let text = year.to_string();
            let wide = width(&text, false);
            let left = x - wide / 2;
            let fits = left >= free && left + wide <= self.width;
            let label = fits.then(|| {
                free = left + wide + YEAR_GAP;
                Text {
                    x: left,
                    y: baseline,
                    width: wide,
                    class: "quiet",
                    text,
                }
            });
            Year { x, label }
        };
        days.map(year).collect()
    }
}
