//! Reads the keys of one TOML table with their places. Every mistake becomes a finding; reading goes on.

use std::ops::Range;
use std::sync::Arc;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::date::Date;
use crate::finding::{Finding, Subject};
use crate::policy::Sha256;
use crate::rules::Rule;
use crate::rules::certificates::{CALENDAR_BAD_VALUE, CALENDAR_UNKNOWN_KEY};
use crate::source::{Location, SourceFile};

/// One table while it is read. [`Fields::finish`] reports the keys that nobody asked for.
pub(super) struct Fields<'a> {
    file: &'a Arc<SourceFile>,
    table: &'a DeTable<'a>,
    /// What the table is called in findings: `[[root]]`.
    title: &'a str,
    span: Range<usize>,
    asked: Vec<&'static str>,
    findings: Vec<Finding>,
}

impl<'a> Fields<'a> {
    pub(super) fn new(
        file: &'a Arc<SourceFile>,
        title: &'a str,
        table: &'a DeTable<'a>,
        span: Range<usize>,
    ) -> Self {
        Self {
            file,
            table,
            title,
            span,
            asked: Vec::new(),
            findings: Vec::new(),
        }
    }

    /// The header line of the table.
    pub(super) fn at(&self) -> Location {
        Location::new(self.file, self.span.clone())
    }

    pub(super) fn finish(mut self) -> Vec<Finding> {
        for key in self.table.keys() {
            if !self.asked.contains(&key.get_ref().as_ref()) {
                self.findings
                    .push(unknown_key(self.file, self.title, key, &self.asked));
            }
        }
        self.findings
    }

    pub(super) fn optional<T>(
        &mut self,
        key: &'static str,
        expected: &str,
        read: impl Fn(&DeValue<'_>) -> Option<T>,
    ) -> Option<T> {
        let value = self.ask(key)?;
        let read_value = read(value.get_ref());
        if read_value.is_none() {
            let message = format!("`{key}` in {} is not {expected}", self.title);
            self.bad(
                value.span(),
                format!("expected {expected}"),
                message,
                expected,
            );
        }
        read_value
    }

    pub(super) fn required<T>(
        &mut self,
        key: &'static str,
        expected: &str,
        read: impl Fn(&DeValue<'_>) -> Option<T>,
    ) -> Option<T> {
        if self.table.contains_key(key) {
            return self.optional(key, expected, read);
        }
        self.asked.push(key);
        let message = format!("{} has no `{key}`", self.title);
        self.bad(
            self.span.clone(),
            format!("`{key}` is missing"),
            message,
            expected,
        );
        None
    }

    /// Whether `key` is this text; does not count as asking.
    pub(super) fn has_text(&self, key: &str, text: &str) -> bool {
        let value = self.table.get(key);
        value.is_some_and(|value| value.get_ref().as_str() == Some(text))
    }

    /// `key` is known and was read in another way.
    pub(super) fn skip(&mut self, key: &'static str) {
        self.asked.push(key);
    }

    pub(super) fn text(&mut self, key: &'static str) -> Option<String> {
        self.required(key, "a text that is not empty", text)
    }

    pub(super) fn optional_text(&mut self, key: &'static str) -> Option<String> {
        self.optional(key, "a text that is not empty", text)
    }

    pub(super) fn date(&mut self, key: &'static str) -> Option<Date> {
        self.required(key, "a date \"YYYY-MM-DD\"", date)
    }

    pub(super) fn optional_date(&mut self, key: &'static str) -> Option<Date> {
        self.optional(key, "a date \"YYYY-MM-DD\"", date)
    }

    pub(super) fn sha256(&mut self, key: &'static str) -> Option<Sha256> {
        self.required(key, "64 hexadecimal digits", sha256)
    }

    pub(super) fn optional_sha256(&mut self, key: &'static str) -> Option<Sha256> {
        self.optional(key, "64 hexadecimal digits", sha256)
    }

    pub(super) fn optional_texts(&mut self, key: &'static str) -> Option<Vec<String>> {
        self.optional(key, "a list of texts", texts)
    }

    /// The tables of an array of tables, or of an array of inline tables, each with its span.
    pub(super) fn tables(&mut self, key: &'static str) -> Vec<(&'a DeTable<'a>, Range<usize>)> {
        let Some(value) = self.ask(key) else {
            return Vec::new();
        };
        if let (DeValue::Table(table), Some(span)) = (value.get_ref(), inline_only(key, value)) {
            return vec![(table, span)];
        }
        let items = value.get_ref().as_array();
        let tables = items.map(|items| items.iter().map(as_table).collect::<Option<Vec<_>>>());
        if let Some(Some(tables)) = tables {
            return tables;
        }
        let message = format!("`{key}` in {} is not a list of tables", self.title);
        self.bad(value.span(), "expected tables", message, "a list of tables");
        Vec::new()
    }

    pub(super) fn bad(
        &mut self,
        span: Range<usize>,
        label: impl Into<String>,
        message: String,
        expected: &str,
    ) {
        let help = format!("write {expected}");
        self.findings
            .push(finding(&CALENDAR_BAD_VALUE, self.file, span, label, message).help(help));
    }

    pub(super) fn span_of(&self, key: &str) -> Range<usize> {
        self.table.get(key).map_or(self.span.clone(), Spanned::span)
    }

    pub(super) fn add(&mut self, findings: Vec<Finding>) {
        self.findings.extend(findings);
    }

    fn ask(&mut self, key: &'static str) -> Option<&'a Spanned<DeValue<'a>>> {
        self.asked.push(key);
        self.table.get(key)
    }
}

/// `root = { … }` is one table; what there may be several of is a list.
fn inline_only(key: &str, value: &Spanned<DeValue<'_>>) -> Option<Range<usize>> {
    (key == "root").then(|| value.span())
}

fn as_table<'a>(item: &'a Spanned<DeValue<'a>>) -> Option<(&'a DeTable<'a>, Range<usize>)> {
    Some((item.get_ref().as_table()?, item.span()))
}

fn text(value: &DeValue<'_>) -> Option<String> {
    let text = value.as_str()?;
    (!text.trim().is_empty()).then(|| text.to_owned())
}

fn texts(value: &DeValue<'_>) -> Option<Vec<String>> {
    let items = value.as_array()?.iter();
    items.map(|item| text(item.get_ref())).collect()
}

fn date(value: &DeValue<'_>) -> Option<Date> {
    value.as_str()?.parse().ok()
}

/// Lower-case digits only: one spelling, so that a search finds it.
fn sha256(value: &DeValue<'_>) -> Option<Sha256> {
    let text = value.as_str()?;
    let lower = text
        .bytes()
        .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    let mut bytes = [0; 32];
    (lower && hex::decode_to_slice(text, &mut bytes).is_ok()).then_some(bytes)
}

fn unknown_key(
    file: &Arc<SourceFile>,
    title: &str,
    key: &Spanned<toml::de::DeString<'_>>,
    known: &[&'static str],
) -> Finding {
    let name = key.get_ref().as_ref();
    let near = known
        .iter()
        .map(|other| (strsim::jaro_winkler(name, other), other))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0));
    let guess = near.map_or_else(String::new, |(_, other)| {
        format!("did you mean `{other}`? ")
    });
    let message = format!("{title} has no key `{name}`");
    let finding = finding(
        &CALENDAR_UNKNOWN_KEY,
        file,
        key.span(),
        "unknown key",
        message,
    );
    finding.help(format!("{guess}known keys: {}", known.join(", ")))
}

pub(super) fn finding(
    rule: &'static Rule,
    file: &Arc<SourceFile>,
    span: Range<usize>,
    label: impl Into<String>,
    message: String,
) -> Finding {
    let location = Location::new(file, span);
    let line = location.start().0;
    Finding::new(rule, location, label, message)
        .about(Subject::item(format!("{}:{line}", file.name)))
}
