//! When an image was built: instants between the first file of the compilation and now, as text. A binary number of eight bytes
//! is one by accident in every larger program; the second build of `--twice` finds those.

use std::ops::Range;
use std::ops::RangeInclusive;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use time::OffsetDateTime;

const INSTANT: &str = "the time of the build";
const DAY: &str = "the day of the build";

/// Seconds in a day.
const DAY_SECONDS: i64 = 86_400;
/// Zones reach from 12 hours behind to 14 hours ahead of UTC.
const ZONES: RangeInclusive<i64> = -12..=14;
/// No compilation whose files are kept is looked at for longer.
const LONGEST: i64 = 400 * DAY_SECONDS;
const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// The time in which an image was compiled.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Clock {
    /// From the first file of the compilation to now: seconds since 1970-01-01T00:00:00Z.
    pub building: RangeInclusive<i64>,
    /// The instant that an image says of itself, in the same seconds: no leak.
    pub released: i64,
}

impl Clock {
    /// For what was compiled in `target`. What was compiled earlier and is used again counts too.
    #[allow(
        clippy::disallowed_methods,
        reason = "it looks for what the clock says"
    )]
    pub fn of(target: &Path, released: i64) -> Self {
        let now = seconds(SystemTime::now());
        let first =
            oldest(&target.join(crate::toolchain::TARGET).join("release"), 2).unwrap_or(now);
        Self {
            building: first.max(now - LONGEST)..=now,
            released,
        }
    }

    /// Where an instant or a day of the compilation is written.
    pub fn find(&self, bytes: &[u8]) -> Vec<(Range<usize>, &'static str)> {
        let mut found: Vec<_> = numbers(bytes)
            .filter(|(_, value)| self.is_instant(*value))
            .map(|(at, _)| (at, INSTANT))
            .collect();
        found.extend(self.days(bytes));
        found
    }

    /// Whether a decimal number is an instant of the compilation: seconds, milliseconds, microseconds or nanoseconds.
    fn is_instant(&self, value: u64) -> bool {
        let scales = [1_u64, 1_000, 1_000_000, 1_000_000_000];
        let as_seconds = scales
            .iter()
            .filter_map(|scale| i64::try_from(value / scale).ok());
        as_seconds
            .into_iter()
            .any(|seconds| seconds != self.released && self.building.contains(&seconds))
    }

    /// The days of the compilation in any zone, as people and compilers write them, but for the day of the release.
    fn days(&self, bytes: &[u8]) -> Vec<(Range<usize>, &'static str)> {
        let (first, last) = (
            self.building.start() + ZONES.start() * 3_600,
            self.building.end() + ZONES.end() * 3_600,
        );
        let days = first.div_euclid(DAY_SECONDS)..=last.div_euclid(DAY_SECONDS);
        let released = self.released.div_euclid(DAY_SECONDS);
        let written = days
            .filter(|day| *day != released)
            .filter_map(|day| OffsetDateTime::from_unix_timestamp(day * DAY_SECONDS).ok());
        let forms = written.flat_map(|date| {
            let (year, month, day) = (date.year(), u8::from(date.month()), date.day());
            let name = MONTHS[usize::from(month) - 1];
            [
                format!("{year}-{month:02}-{day:02}"),
                format!("{year}{month:02}{day:02}"),
                format!("{name} {day:2} {year}"),
            ]
        });
        forms
            .flat_map(|form| {
                let found = memchr::memmem::find_iter(bytes, form.as_bytes());
                found
                    .map(|at| (at..at + form.len(), DAY))
                    .collect::<Vec<_>>()
            })
            .collect()
    }
}

/// The decimal numbers of 10 to 19 digits in `bytes`.
fn numbers(bytes: &[u8]) -> impl Iterator<Item = (Range<usize>, u64)> + '_ {
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at + bytes[at..].iter().position(u8::is_ascii_digit)?;
        let length = bytes[start..]
            .iter()
            .take_while(|byte| byte.is_ascii_digit())
            .count();
        at = start + length;
        Some(start..at)
    })
    .filter(|range| (10..=19).contains(&range.len()))
    .filter_map(|range| {
        let value = std::str::from_utf8(&bytes[range.clone()])
            .ok()?
            .parse()
            .ok()?;
        Some((range, value))
    })
}

fn seconds(time: SystemTime) -> i64 {
    time.duration_since(UNIX_EPOCH)
        .ok()
        .and_then(|since| i64::try_from(since.as_secs()).ok())
        .unwrap_or_default()
}

/// The oldest file below `folder`, `depth` folders deep: seconds since 1970.
fn oldest(folder: &Path, depth: u32) -> Option<i64> {
    let entries = std::fs::read_dir(folder).ok()?.flatten();
    entries
        .filter_map(|entry| {
            if depth > 0 && entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                return oldest(&entry.path(), depth - 1);
            }
            entry.metadata().ok()?.modified().ok().map(seconds)
        })
        .min()
}
