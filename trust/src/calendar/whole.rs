//! A project's calendar has facts of each kind: what is lost must not look like what never was.

use std::sync::Arc;

use super::Calendar;
use crate::fields::finding;
use crate::finding::{Finding, Subject};
use crate::rules::certificates::CALENDAR_UNREADABLE;
use crate::source::SourceFile;

/// Each kind of fact, and the file of the project that holds it.
const KINDS: [(&str, &str); 6] = [
    ("certificate", "letsencrypt.toml"),
    ("chain", "chains.toml"),
    ("event", "events.toml"),
    (LIFECYCLE_RULE, "programmes.toml"),
    ("owner", "owners.toml"),
    ("root", "roots.toml"),
];
pub(super) const LIFECYCLE_RULE: &str = "lifecycle-rule";

impl Calendar {
    /// As [`Calendar::read`], of all files of a project: one without a single fact of some kind has a finding too, because
    /// a lost file looks like a world in which nothing ends. Where a file could not be read, that is found already.
    pub fn of_project(files: &[Arc<SourceFile>]) -> (Self, Vec<Finding>) {
        let (calendar, mut findings) = Self::read(files);
        let readable = findings
            .iter()
            .all(|finding| finding.subject == Subject::item(LIFECYCLE_RULE));
        if readable {
            let kinds = KINDS.iter().map(|(kind, _)| *kind);
            let missing = kinds.filter(|kind| *kind != LIFECYCLE_RULE && calendar.lacks(kind));
            findings.extend(missing.filter_map(|kind| lost(files, kind)));
            crate::finding::sort(&mut findings);
        }
        (calendar, findings)
    }

    fn lacks(&self, kind: &str) -> bool {
        match kind {
            "certificate" => self.certificates.is_empty(),
            "chain" => self.chains.is_empty(),
            "event" => self.events.is_empty(),
            "owner" => self.owners.is_empty(),
            "root" => self.roots.is_empty(),
            _ => self.lifecycle_rules.is_empty(),
        }
    }
}

/// There is no fact of a kind: the file that had them is lost.
pub(super) fn lost(files: &[Arc<SourceFile>], kind: &str) -> Option<Finding> {
    let (_, short) = KINDS.iter().find(|(of, _)| *of == kind)?;
    let name = format!("trust/calendar/{short}");
    let there = files.iter().find(|file| file.name == name).cloned();
    let file = there.unwrap_or_else(|| SourceFile::new(&name, ""));
    let message = format!("the calendar has no [[{kind}]]: what it knew of them is lost");
    let label = format!("no `[[{kind}]]`");
    let finding = finding(&CALENDAR_UNREADABLE, &file, 0..0, &label, message)
        .help(format!("restore {name}: git log --diff-filter=D -- {name}"));
    Some(finding.about(Subject::item(kind)))
}
