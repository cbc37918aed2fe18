//! Sentences and tables.

use std::collections::BTreeSet;
use std::fmt;

use toml_edit::{DocumentMut, Value};

use super::answer::{Carried, Lacking};
use super::pool::Root;
use crate::date::Date;
use crate::words::counted;

/// Why an anchor is in the store: `carries primary from … to …; without it primary is not held from … to …`.
pub(super) fn reason(carries: &[Carried], without: &[Lacking]) -> String {
    let carries: Vec<_> = carries.iter().map(carried).collect();
    let without: Vec<_> = without.iter().map(lacking).collect();
    let carries = match carries.len() {
        0 => "carries no endpoint".to_owned(),
        _ => format!("carries {}", carries.join(", ")),
    };
    match without.len() {
        // Where pins carry everything.
        0 => format!("{carries}; a store has at least one anchor"),
        _ => format!("{carries}; without it {}", without.join(", ")),
    }
}

fn carried(carried: &Carried) -> String {
    let with = if carried.with_others {
        " with others"
    } else {
        ""
    };
    format!(
        "{}{with} {}",
        carried.endpoint,
        days(carried.from, carried.until)
    )
}

impl fmt::Display for Lacking {
    /// `primary is not held from … to …`, `there is 1 path of 2 from … to …`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&lacking(self))
    }
}

fn lacking(lacking: &Lacking) -> String {
    let count = |found: usize, required: usize, what: &str, from, until| {
        let verb = if found == 1 { "is" } else { "are" };
        let (found, days) = (counted(found, what), days(from, until));
        format!("there {verb} {found} of {required} {days}")
    };
    match lacking {
        Lacking::Endpoint {
            endpoint,
            from,
            until,
        } => {
            format!("{endpoint} is not held {}", days(*from, *until))
        }
        Lacking::Owners {
            found,
            required,
            from,
            until,
        } => count(*found, *required, "owner", *from, *until),
        Lacking::Paths {
            found,
            required,
            from,
            until,
        } => count(*found, *required, "path", *from, *until),
    }
}

/// `from 2026-07-01 to 2032-06-30`, `on 2026-07-01`
pub(super) fn days(from: Date, until: Date) -> String {
    if from == until {
        format!("on {from}")
    } else {
        format!("from {from} to {until}")
    }
}

/// The table that requires `root`. What the policy says of it already stays as it is.
pub(super) fn table(root: &Root, reason: &str) -> String {
    let required = &root.required;
    let reason = if root.is_required {
        &required.reason.value
    } else {
        reason
    };
    let text = |value: &str| Value::from(value).to_string();
    let end = required.effective_end.as_ref();
    let end = end.map(|end| format!("effective-end = \"{}\"\n", end.value));
    format!(
        "[[required-root]]\nname = {}\nsha256 = \"{}\"\nreason = {}\n{}",
        text(&required.name.value),
        hex::encode(required.sha256.value),
        text(reason),
        end.unwrap_or_default(),
    )
}

/// The policy with these tables in place of its own. It was read before, so that it can be parsed again.
pub(super) fn with_roots(policy: &str, tables: &str) -> String {
    let mut document: DocumentMut = policy.parse().unwrap_or_default();
    document.remove("required-root");
    format!("{document}\n{tables}")
}

/// `A, B and C`, each once, in order.
pub(super) fn list<'t>(names: impl IntoIterator<Item = &'t str>) -> String {
    let names: BTreeSet<_> = names.into_iter().collect();
    let names: Vec<_> = names.into_iter().collect();
    match names.split_last() {
        None => "nothing".to_owned(),
        Some((only, [])) => (*only).to_owned(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
    }
}
