//! Findings that a change brings or takes away.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::finding::{Finding, Severity, Subject};
use crate::rules::Rule;

/// How much a finding weighs after waivers.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Weight {
    /// It closes the gate.
    Error,
    /// It is to be looked at.
    Warning,
    /// It is worth knowing.
    Note,
    /// A waiver covers it.
    Waived,
}

impl Weight {
    fn of(finding: &Finding) -> Self {
        match (&finding.waived, finding.severity) {
            (Some(_), _) => Self::Waived,
            (None, Severity::Error) => Self::Error,
            (None, Severity::Warning) => Self::Warning,
            (None, Severity::Note) => Self::Note,
        }
    }

    /// The word that a person reads.
    pub fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Note => "note",
            Self::Waived => "waived",
            Self::Warning => "warning",
        }
    }
}

/// A finding that is not the same on both sides. Two are the same when rule and subject are; their message and place may
/// differ.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct FindingChange {
    /// Id of its rule.
    pub code: &'static str,
    /// Slug of its rule.
    pub slug: &'static str,
    /// What it is about.
    pub subject: Subject,
    /// Its weight in the base; `None`: it is new.
    pub before: Option<Weight>,
    /// Its weight in the head; `None`: it is gone.
    pub after: Option<Weight>,
    /// What is wrong, in the words of the head, else of the base.
    pub message: String,
}

impl FindingChange {
    /// Whether it closes the gate, and did not before.
    pub fn is_new_error(&self) -> bool {
        self.after == Some(Weight::Error) && self.before != Some(Weight::Error)
    }
}

type Identity<'a> = (&'static str, &'a Subject);

/// What differs, the gravest of the head first, what is gone last; then by rule and subject.
pub(super) fn compare(base: &[Finding], head: &[Finding]) -> Vec<FindingChange> {
    let (before, after) = (by_identity(base), by_identity(head));
    let identities: BTreeSet<_> = before.keys().chain(after.keys()).copied().collect();
    let none = Vec::new();
    let mut found = Vec::new();
    for identity in identities {
        let of = |side: &BTreeMap<Identity<'_>, Vec<(Weight, usize)>>| -> Vec<(Weight, usize)> {
            side.get(&identity).unwrap_or(&none).clone()
        };
        let (old, new) = (of(&before), of(&after));
        for place in 0..old.len().max(new.len()) {
            let (old, new) = (old.get(place).copied(), new.get(place).copied());
            if old.map(|(weight, _)| weight) != new.map(|(weight, _)| weight) {
                let finding = match (old, new) {
                    (_, Some((_, at))) => head.get(at),
                    (Some((_, at)), None) => base.get(at),
                    (None, None) => None,
                };
                found.extend(finding.map(|finding| change(finding, old, new)));
            }
        }
    }
    let weight = |change: &FindingChange| (change.after.is_none(), change.after, change.before);
    found.sort_by_key(weight);
    found
}

/// Weight and place of each finding, the gravest first: of those of one identity, the gravest are compared with each other.
fn by_identity(findings: &[Finding]) -> BTreeMap<Identity<'_>, Vec<(Weight, usize)>> {
    let mut found: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for (place, finding) in findings.iter().enumerate() {
        let identity = (finding.rule.id, &finding.subject);
        let of_one = found.entry(identity).or_default();
        of_one.push((Weight::of(finding), place));
    }
    for of_one in found.values_mut() {
        of_one.sort_unstable();
    }
    found
}

fn change(
    finding: &Finding,
    old: Option<(Weight, usize)>,
    new: Option<(Weight, usize)>,
) -> FindingChange {
    let rule: &'static Rule = finding.rule;
    FindingChange {
        code: rule.id,
        slug: rule.slug,
        subject: finding.subject.clone(),
        before: old.map(|(weight, _)| weight),
        after: new.map(|(weight, _)| weight),
        message: finding.message.clone(),
    }
}
