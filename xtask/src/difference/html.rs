//! The answer as one HTML page: no script, no font, no image, nothing fetched.

use serde::Serialize;

use super::human::{Group, word};
use super::model::{Difference, FileDifference, LeakKind};
use crate::failure::Result;
use crate::report::page::fill;

const TEMPLATE: &str = include_str!("../../../templates/difference.html.j2");
/// Most groups of ranges that are shown of one file.
const MOST_GROUPS: usize = 500;

/// The page for `difference`.
///
/// # Errors
/// A template that does not fit its values, which is a bug.
pub fn html(difference: &Difference) -> Result<String> {
    let values = Values {
        difference,
        files: difference.files.iter().map(FileRow::of).collect(),
    };
    fill(
        "the difference",
        "templates/difference.html.j2",
        TEMPLATE,
        &values,
    )
}

#[derive(Serialize)]
struct Values<'a> {
    difference: &'a Difference,
    files: Vec<FileRow<'a>>,
}

/// A file and its rows.
#[derive(Serialize)]
struct FileRow<'a> {
    file: &'a FileDifference,
    kind: &'static str,
    rows: Vec<Row>,
    left: usize,
}

/// Ranges that follow each other with one owner and one kind of cause.
#[derive(Serialize)]
struct Row {
    place: String,
    size: String,
    owner: String,
    word: &'static str,
    cause: String,
    explained: bool,
    strings: Vec<Text>,
}

#[derive(Serialize)]
struct Text {
    what: &'static str,
    a: Option<String>,
    b: Option<String>,
}

impl<'a> FileRow<'a> {
    fn of(file: &'a FileDifference) -> Self {
        let groups = Group::of(file);
        let (mut open, closed): (Vec<_>, Vec<_>) =
            groups.iter().partition(|group| !group.explained());
        open.extend(closed);
        Self {
            file,
            kind: file.kind.words(),
            rows: open
                .iter()
                .take(MOST_GROUPS)
                .map(|group| Row::of(group))
                .collect(),
            left: open.len().saturating_sub(MOST_GROUPS) + file.omitted,
        }
    }
}

impl Row {
    fn of(group: &Group<'_>) -> Self {
        let first = group.ranges.first();
        Self {
            place: group.place(),
            size: group.size(),
            owner: group.owner(),
            word: first.map_or("", |range| word(&range.cause)),
            cause: group.cause(),
            explained: group.explained(),
            strings: group
                .strings()
                .map(|pair| Text {
                    what: pair.leak.map_or("text", LeakKind::words),
                    a: pair.a.clone(),
                    b: pair.b.clone(),
                })
                .collect(),
        }
    }
}
