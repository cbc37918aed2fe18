//! What is wrong with one value.

use toml::de::DeValue;

use crate::finding::{Finding, Subject};
use crate::rules::{Rule, policy as rules};
use crate::source::Location;

/// Reads one value.
pub(super) type Read<T> = fn(&DeValue<'_>) -> Result<T, Problem>;

/// What is wrong with one value, before its name and place are known.
#[derive(Debug)]
pub(super) struct Problem {
    rule: &'static Rule,
    /// Goes on after the name of the key: "must be a string, but is the integer 3".
    says: String,
    /// At the place: "the integer 3".
    label: String,
    help: String,
    evidence: Vec<(&'static str, String)>,
}

impl Problem {
    /// Another type than the key has.
    pub(super) fn wrong_type(found: &DeValue<'_>, expected: &'static str) -> Self {
        let found = described(found);
        Self {
            rule: &rules::WRONG_TYPE,
            says: format!("must be {expected}, but is {found}"),
            label: format!("this is {found}"),
            help: format!("write {expected}"),
            evidence: vec![("expected", expected.to_owned()), ("found", found)],
        }
    }

    /// The right type, but not a value that is allowed. `says` goes on after the name of the key.
    pub(super) fn invalid(says: impl Into<String>, label: impl Into<String>) -> Self {
        Self {
            rule: &rules::INVALID_VALUE,
            says: says.into(),
            label: label.into(),
            help: String::new(),
            evidence: Vec::new(),
        }
    }

    /// The same of another rule.
    pub(super) fn of(mut self, rule: &'static Rule) -> Self {
        self.rule = rule;
        self
    }

    /// The same with a next step.
    pub(super) fn help(mut self, next_step: impl Into<String>) -> Self {
        self.help = next_step.into();
        self
    }

    /// The same with a fact.
    pub(super) fn evidence(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.evidence.push((name, value.into()));
        self
    }

    /// The finding that it is for the value of `key` at this place.
    pub(super) fn finding(self, key: &str, at: Location, subject: Subject) -> Finding {
        let message = format!("`{key}` {}", self.says);
        let mut finding = Finding::new(self.rule, at, self.label, message)
            .help(self.help)
            .about(subject);
        for (name, value) in self.evidence {
            finding = finding.evidence(name, value);
        }
        finding
    }
}

/// A value in words: its type, and what it is where that is short.
fn described(value: &DeValue<'_>) -> String {
    match value {
        DeValue::Array(elements) => format!("a list of {}", elements.len()),
        DeValue::Boolean(boolean) => format!("the boolean {boolean}"),
        DeValue::Datetime(date) => format!("the TOML date {date}"),
        DeValue::Float(float) => format!("the float {}", shortened(float.as_str())),
        DeValue::Integer(integer) => format!("the integer {}", shortened(&integer.to_string())),
        DeValue::String(text) => format!("the string \"{}\"", shortened(text)),
        DeValue::Table(_) => "a table".to_owned(),
    }
}

/// A text of the file, fit for one line of a message.
pub(super) fn shortened(text: &str) -> String {
    const LONGEST: usize = 60;
    let escaped: Vec<char> = text.chars().take(LONGEST + 1).collect();
    let cut = escaped.len() > LONGEST;
    let shown: String = escaped
        .into_iter()
        .take(LONGEST)
        .flat_map(char::escape_debug)
        .collect();
    if cut { format!("{shown}…") } else { shown }
}
