//! Where everything stands in the drawing of the anchors' lives.
//!
//! Across, the drawing is in per cent of its width and text keeps its size, so that it can be read on a
//! telephone; down, it is in pixels. Nothing depends on colour: shapes, dashes and words say the same.

use serde::Serialize;
use trust::date::Date;
use trust::words::counted;

use super::release::{AnchorReport, ReleaseReport};

/// Pixels above the first row: two lines of labels.
const HEAD: usize = 44;
/// Pixels of a row: name, bar, words.
const ROW: usize = 62;
/// Pixels below the last row: the years.
const FOOT: usize = 28;
/// Characters of a name that have room on the narrowest page.
const NAME_CHARACTERS: usize = 40;
/// Most years that are written below the drawing.
const MOST_YEARS: i32 = 6;

/// The drawing.
#[derive(Debug, Serialize)]
pub(super) struct Timeline {
    height: usize,
    bottom: usize,
    release: Mark,
    service_end: Mark,
    service_width: String,
    years: Vec<Mark>,
    rows: Vec<Row>,
}

/// A vertical line with a label.
#[derive(Debug, Serialize)]
struct Mark {
    x: String,
    label: String,
    anchor: &'static str,
}

/// One anchor: a solid bar to its effective end, a dashed one to its notAfter.
#[derive(Debug, Serialize)]
struct Row {
    top: usize,
    name: String,
    start: String,
    width: String,
    end: String,
    rest: String,
    words: String,
    short: bool,
}

impl Timeline {
    /// Draws the anchors of `report`, in its order.
    pub(super) fn of(report: &ReleaseReport) -> Self {
        let scale = Scale::of(report);
        let bottom = HEAD + ROW * report.anchors.len();
        let row = |(index, anchor)| row(anchor, HEAD + ROW * index, &scale);
        Self {
            height: bottom + FOOT,
            bottom,
            release: scale.mark(report.released, format!("release {}", report.released)),
            service_end: scale.mark(
                report.service_ends,
                format!("end of service {}", report.service_ends),
            ),
            service_width: scale.width(report.released, report.service_ends),
            years: scale.years(),
            rows: report.anchors.iter().enumerate().map(row).collect(),
        }
    }
}

fn row(anchor: &AnchorReport, top: usize, scale: &Scale) -> Row {
    let end = anchor.effective_end.date;
    let start = anchor.not_before.max(scale.first);
    Row {
        top,
        name: shortened(&anchor.name),
        start: scale.x(start),
        width: scale.width(start, end),
        end: scale.x(end),
        rest: scale.width(end, anchor.not_after),
        words: format!("until {end}, {}", beyond(anchor.days_beyond_service)),
        short: anchor.days_beyond_service < 0,
    }
}

/// Days after (or before) the end of service, in words.
pub(super) fn beyond(days: i64) -> String {
    let counted = counted(days.unsigned_abs(), "day");
    match days {
        0 => "the last day of service".to_owned(),
        1.. => format!("{counted} after service"),
        _ => format!("{counted} before service ends"),
    }
}

fn shortened(name: &str) -> String {
    if name.chars().count() <= NAME_CHARACTERS {
        return name.to_owned();
    }
    let kept: String = name.chars().take(NAME_CHARACTERS - 1).collect();
    format!("{kept}…")
}

/// From days to per cent of the width. Whole numbers, so that every machine draws the same.
struct Scale {
    first: Date,
    last: Date,
}

impl Scale {
    /// A year before the release, to a year after the last date that is drawn.
    fn of(report: &ReleaseReport) -> Self {
        let ends = report.anchors.iter();
        let last = ends
            .flat_map(|anchor| [anchor.not_after, anchor.effective_end.date])
            .chain([report.service_ends, report.released])
            .max();
        Self {
            first: report.released.plus_days(-365),
            last: last.unwrap_or(report.released).plus_days(365),
        }
    }

    /// Hundredths of a per cent.
    fn place(&self, date: Date) -> i64 {
        let whole = self.last.days_since(self.first).max(1);
        let part = date.days_since(self.first).clamp(0, whole);
        part * 10_000 / whole
    }

    fn x(&self, date: Date) -> String {
        per_cent(self.place(date))
    }

    fn width(&self, from: Date, to: Date) -> String {
        per_cent((self.place(to) - self.place(from)).max(0))
    }

    fn mark(&self, date: Date, label: String) -> Mark {
        // Labels grow towards the middle, so that they stay on the page.
        let anchor = if self.place(date) <= 5000 {
            "start"
        } else {
            "end"
        };
        Mark {
            x: self.x(date),
            label,
            anchor,
        }
    }

    fn years(&self) -> Vec<Mark> {
        let (first, last) = (self.first.calendar().0 + 1, self.last.calendar().0);
        let step = usize::try_from((last - first) / MOST_YEARS + 1).unwrap_or(1);
        let years = (first..=last).step_by(step);
        years
            .filter_map(|year| {
                let date = Date::from_calendar(year, 1, 1)?;
                Some(Mark {
                    anchor: "middle",
                    ..self.mark(date, year.to_string())
                })
            })
            .collect()
    }
}

fn per_cent(hundredths: i64) -> String {
    format!("{}.{:02}%", hundredths / 100, hundredths % 100)
}
