//! The release date: `--as-of`, else `SOURCE_DATE_EPOCH`, else the commit's date. Never a clock.

use std::path::Path;

use trust::date::Date;

use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::git;

/// The day that a verdict is for, with the place it came from.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ReleaseDate {
    /// The day.
    pub day: Date,
    /// The instant that goes into the image (`SOURCE_DATE_EPOCH`): seconds since 1970-01-01T00:00:00Z.
    pub epoch: i64,
    /// Who said so: "--as-of", "SOURCE_DATE_EPOCH", "the commit's date".
    pub source: &'static str,
}

/// Decides on the release date.
///
/// # Errors
/// [`Exit::Unreadable`] for a `SOURCE_DATE_EPOCH` that is not a number of seconds, and where neither is
/// given and there is no commit.
pub fn decide(as_of: Option<Date>, root: &Path) -> Result<ReleaseDate> {
    decide_with(as_of, || Ok(git::head(root)?.committed))
}

/// As [`decide`], for another commit than the one that is checked out.
pub fn decide_at(as_of: Option<Date>, root: &Path, commit: &str) -> Result<ReleaseDate> {
    decide_with(as_of, || git::committed(root, commit))
}

fn decide_with(
    as_of: Option<Date>,
    committed: impl FnOnce() -> Result<i64>,
) -> Result<ReleaseDate> {
    if let Some(day) = as_of {
        return Ok(ReleaseDate {
            day,
            epoch: day.unix_seconds(),
            source: "--as-of",
        });
    }
    if let Some(value) = std::env::var_os("SOURCE_DATE_EPOCH") {
        let epoch = value.to_str().and_then(|text| text.parse().ok());
        return at(epoch, "SOURCE_DATE_EPOCH", &value.to_string_lossy());
    }
    let committed =
        committed().map_err(|failure| failure.help("say the release date: --as-of YYYY-MM-DD"))?;
    at(Some(committed), "the commit's date", "")
}

fn at(epoch: Option<i64>, source: &'static str, text: &str) -> Result<ReleaseDate> {
    let known = epoch.and_then(|epoch| Some((epoch, Date::from_unix_seconds(epoch)?)));
    let (epoch, day) = known.ok_or_else(|| {
        Failure::new(
            Exit::Unreadable,
            format!("{source} is not a number of seconds since 1970"),
        )
        .evidence(format!("it is `{text}`"))
        .help("unset it, or set it as https://reproducible-builds.org/docs/source-date-epoch/ says")
    })?;
    Ok(ReleaseDate { day, epoch, source })
}

/// `HH:MM:SS` of an instant, UTC, as the app descriptor has it.
pub fn time_of_day(epoch: i64) -> String {
    let seconds = epoch.rem_euclid(86_400);
    format!(
        "{:02}:{:02}:{:02}",
        seconds / 3600,
        seconds / 60 % 60,
        seconds % 60
    )
}
