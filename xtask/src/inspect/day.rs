//! The day of the question, where no project says it.

use std::path::Path;

use trust::date::Date;

use crate::failure::Result;
use crate::{git, release_date};

/// A day, and who said so.
#[derive(Clone, Copy, Debug)]
pub(super) struct Day {
    pub(super) date: Date,
    pub(super) source: &'static str,
}

/// `--as-of`, else `SOURCE_DATE_EPOCH`, else the commit's date, else today: nothing is released here, and who asks about a file
/// on a desk has no commit.
pub(super) fn decide(as_of: Option<Date>) -> Result<Day> {
    let here = Path::new(".");
    let said = as_of.is_some() || std::env::var_os("SOURCE_DATE_EPOCH").is_some();
    if said || git::head(here).is_ok() {
        let date = release_date::decide(as_of, here)?;
        return Ok(Day {
            date: date.day,
            source: date.source,
        });
    }
    Ok(Day {
        date: crate::endpoints::today()?,
        source: "today",
    })
}
