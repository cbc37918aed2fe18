//! What a check has to say: a rule, places, evidence and a next step.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::rules::Rule;
use crate::source::Location;

/// How much a finding weighs. Only an error closes the gate.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing; nothing to do.
    Note,
    /// To be looked at; the release goes on.
    Warning,
    /// No proof: the release stops.
    Error,
}

impl Severity {
    /// The word a person reads: `error`, `warning` or `note`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Note => "note",
            Self::Warning => "warning",
        }
    }
}

/// A place with what is to be seen there.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Label {
    /// Where.
    pub location: Location,
    /// A lowercase fragment: "ends 2035-06-04".
    pub text: String,
}

/// What a finding is about. Waivers select by it, and it is the stable part of a finding's identity.
#[derive(Clone, Debug, Default, Eq, Ord, PartialEq, PartialOrd, Serialize)]
pub struct Subject {
    /// Name of the anchor, as the policy has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub anchor: Option<String>,
    /// Name of the endpoint.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<String>,
    /// Anything else that tells two findings of one rule apart: a key, a file, a pin.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub item: Option<String>,
}

impl Subject {
    /// About the anchor with this name.
    pub fn anchor(name: impl Into<String>) -> Self {
        Self {
            anchor: Some(name.into()),
            ..Self::default()
        }
    }

    /// About the endpoint with this name.
    pub fn endpoint(name: impl Into<String>) -> Self {
        Self {
            endpoint: Some(name.into()),
            ..Self::default()
        }
    }

    /// About something that is neither an anchor nor an endpoint.
    pub fn item(name: impl Into<String>) -> Self {
        Self {
            item: Some(name.into()),
            ..Self::default()
        }
    }
}

/// One thing that a check found.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Finding {
    /// The rule that speaks.
    pub rule: &'static Rule,
    /// The rule's severity, or what the policy made of it.
    pub severity: Severity,
    /// What is wrong, as a sentence without a full stop: "ISRG Root X1 ends 2035-06-04, 211 days before …".
    pub message: String,
    /// Where: the first label is the primary one. Never empty.
    pub labels: Vec<Label>,
    /// Facts by name, for machines and auditors: dates, fingerprints, counts.
    pub evidence: BTreeMap<&'static str, String>,
    /// The next step, as an imperative.
    pub help: String,
    /// What it is about.
    pub subject: Subject,
    /// Why it does not count, when a waiver covers it: "pki-team until 2027-06-30: kept for …".
    pub waived: Option<String>,
}

impl Finding {
    /// A finding of `rule` at `location`, with the rule's own severity.
    pub fn new(
        rule: &'static Rule,
        location: Location,
        label: impl Into<String>,
        message: impl Into<String>,
    ) -> Self {
        Self {
            rule,
            severity: rule.severity,
            message: message.into(),
            labels: vec![Label {
                location,
                text: label.into(),
            }],
            evidence: BTreeMap::new(),
            help: String::new(),
            subject: Subject::default(),
            waived: None,
        }
    }

    /// The same with another place that explains it.
    pub fn and_label(mut self, location: Location, text: impl Into<String>) -> Self {
        self.labels.push(Label {
            location,
            text: text.into(),
        });
        self
    }

    /// The same with a fact.
    #[allow(
        clippy::needless_pass_by_value,
        reason = "values and references alike can be given"
    )]
    pub fn evidence(mut self, name: &'static str, value: impl ToString) -> Self {
        self.evidence.insert(name, value.to_string());
        self
    }

    /// The same with a next step.
    pub fn help(mut self, next_step: impl Into<String>) -> Self {
        self.help = next_step.into();
        self
    }

    /// The same with another severity than the rule's.
    pub fn severity(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }

    /// The same, about `subject`.
    pub fn about(mut self, subject: Subject) -> Self {
        self.subject = subject;
        self
    }

    /// Whether it closes the gate: an error that no waiver covers.
    pub fn blocks(&self) -> bool {
        self.severity == Severity::Error && self.waived.is_none()
    }

    /// The primary place.
    pub fn location(&self) -> &Location {
        &self.labels[0].location
    }
}

/// Puts findings into file order: by place, then rule, then subject.
pub fn sort(findings: &mut [Finding]) {
    findings.sort_by(|a, b| {
        let place = a.location().cmp(b.location());
        place
            .then_with(|| a.rule.id.cmp(b.rule.id))
            .then_with(|| a.subject.cmp(&b.subject))
    });
}
