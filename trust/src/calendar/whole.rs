//! A project's calendar has facts of each kind: what is lost must not look like what never was.

use std::sync::Arc;

use super::Calendar;
use crate::fields::finding;
use crate::finding::{Finding, Subject};
use crate::rules::certificates::CALENDAR_UNREADABLE;
use crate::source::SourceFile;

/// A kind of fact.
pub(super) struct Kind {
    /// As the tables of the calendar name it.
    name: &'static str,
    /// The file of the project that holds them.
    file: &'static str,
    /// Whether a calendar has none of them.
    pub(super) lacks: fn(&Calendar) -> bool,
}

/// What the root programmes do with any root. A calendar cannot be read without them, of a project or not.
pub(super) const LIFECYCLE_RULES: Kind = Kind {
    name: "lifecycle-rule",
    file: "programmes.toml",
    lacks: |calendar| calendar.lifecycle_rules.is_empty(),
};

/// The other kinds.
const KINDS: [Kind; 5] = [
    Kind {
        name: "certificate",
        file: "letsencrypt.toml",
        lacks: |calendar| calendar.certificates.is_empty(),
    },
    Kind {
        name: "chain",
        file: "chains.toml",
        lacks: |calendar| calendar.chains.is_empty(),
    },
    Kind {
        name: "event",
        file: "events.toml",
        lacks: |calendar| calendar.events.is_empty(),
    },
    Kind {
        name: "owner",
        file: "owners.toml",
        lacks: |calendar| calendar.owners.is_empty(),
    },
    Kind {
        name: "root",
        file: "roots.toml",
        lacks: |calendar| calendar.roots.is_empty(),
    },
];

impl Calendar {
    /// As [`Calendar::read`], of all files of a project: one without a single fact of some kind has a finding too, because
    /// a lost file looks like a world in which nothing ends. Where a file could not be read, that is found already.
    pub fn of_project(files: &[Arc<SourceFile>]) -> (Self, Vec<Finding>) {
        let (calendar, mut findings) = Self::read(files);
        let of_rules = Subject::item(LIFECYCLE_RULES.name);
        let readable = findings.iter().all(|finding| finding.subject == of_rules);
        if readable {
            let missing = KINDS.iter().filter(|kind| (kind.lacks)(&calendar));
            findings.extend(missing.map(|kind| lost(files, kind)));
            crate::finding::sort(&mut findings);
        }
        (calendar, findings)
    }
}

/// There is no fact of a kind: the file that had them is lost.
pub(super) fn lost(files: &[Arc<SourceFile>], kind: &Kind) -> Finding {
    let (kind, short) = (kind.name, kind.file);
    let name = format!("trust/calendar/{short}");
    let there = files.iter().find(|file| file.name == name).cloned();
    let file = there.unwrap_or_else(|| SourceFile::new(&name, ""));
    let message = format!("the calendar has no [[{kind}]]: what it knew of them is lost");
    let label = format!("no `[[{kind}]]`");
    let finding = finding(&CALENDAR_UNREADABLE, &file, 0..0, &label, message)
        .help(format!("restore {name}: git log --diff-filter=D -- {name}"));
    finding.about(Subject::item(kind))
}
