//! The day of issue of a rescue store. It orders what is published (L107), so a mistyped one would put the store after releases
//! that are yet to come.

use trust::date::Date;

use crate::endpoints;
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::project::Project;
use crate::release_date;

/// The day that `make` writes: `asked`, else the release date `as_of`. For a later day than that the store was not judged.
///
/// # Errors
/// [`Exit::Unreadable`] for a later day, and for one that has not come.
pub fn decide(project: &Project, asked: Option<Date>, as_of: Date) -> Result<Date> {
    let issued = asked.unwrap_or(as_of);
    if issued > as_of {
        return Err(late(issued, as_of, "the release date"));
    }
    require_come(project, issued)?;
    Ok(issued)
}

/// Nothing is published before the day of its issue.
///
/// # Errors
/// [`Exit::Unreadable`] for a day that has not come.
pub fn require_come(project: &Project, issued: Date) -> Result<()> {
    let (today, source) = today(project)?;
    match issued > today {
        true => Err(late(issued, today, source)),
        false => Ok(()),
    }
}

/// `SOURCE_DATE_EPOCH` where it is set, else the clock: a commit's date says nothing of the day of publication.
fn today(project: &Project) -> Result<(Date, &'static str)> {
    if std::env::var_os("SOURCE_DATE_EPOCH").is_some() {
        let date = release_date::decide(None, &project.root)?;
        return Ok((date.day, date.source));
    }
    Ok((endpoints::today()?, "today"))
}

fn late(issued: Date, last: Date, source: &str) -> Failure {
    let what =
        format!("a rescue store cannot be issued on {issued}: that is after {last}, {source}");
    Failure::new(Exit::Unreadable, what)
        .help("make it with the day of issue, `rescue make --issued YYYY-MM-DD`, and a release date (--as-of) not before it")
}
