//! Reads the keys of one TOML table with their places. Every mistake becomes a finding; reading goes on.
//! Which rules speak is the caller's: each kind of file has a family of its own.

use std::ops::Range;
use std::sync::Arc;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::date::Date;
use crate::finding::{Finding, Subject};
use crate::policy::Sha256;
use crate::rules::Rule;
use crate::source::{Location, SourceFile};

/// The rules of one kind of file.
#[derive(Debug)]
pub(crate) struct FieldRules {
    /// A value that is missing or not in its form.
    pub(crate) bad_value: &'static Rule,
    /// A key that the schema does not have.
    pub(crate) unknown_key: &'static Rule,
}

/// One table while it is read. [`Fields::finish`] reports the keys that nobody asked for.
pub(crate) struct Fields<'a> {
    rules: &'static FieldRules,
    file: &'a Arc<SourceFile>,
    table: &'a DeTable<'a>,
    /// What the table is called in findings: `[[root]]`.
    title: &'a str,
    span: Range<usize>,
    asked: Vec<&'static str>,
    findings: Vec<Finding>,
}

impl<'a> Fields<'a> {
    pub(crate) fn new(
        rules: &'static FieldRules,
        file: &'a Arc<SourceFile>,
        title: &'a str,
        table: &'a DeTable<'a>,
        span: Range<usize>,
    ) -> Self {
        Self {
            rules,
            file,
            table,
            title,
            span,
            asked: Vec::new(),
            findings: Vec::new(),
        }
    }

    /// The header line of the table.
    pub(crate) fn at(&self) -> Location {
        Location::new(self.file, self.span.clone())
    }

    pub(crate) fn finish(mut self) -> Vec<Finding> {
        let unknown: Vec<_> = self
            .table
            .keys()
            .filter(|key| !self.asked.contains(&key.get_ref().as_ref()))
            .map(|key| self.unknown_key(key))
            .collect();
        self.findings.extend(unknown);
        self.findings
    }

    pub(crate) fn optional<T>(
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

    pub(crate) fn required<T>(
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

    pub(crate) fn text(&mut self, key: &'static str) -> Option<String> {
        self.required(key, "a text that is not empty", text)
    }

    pub(crate) fn optional_text(&mut self, key: &'static str) -> Option<String> {
        self.optional(key, "a text that is not empty", text)
    }

    pub(crate) fn date(&mut self, key: &'static str) -> Option<Date> {
        self.required(key, "a date \"YYYY-MM-DD\"", date)
    }

    pub(crate) fn optional_date(&mut self, key: &'static str) -> Option<Date> {
        self.optional(key, "a date \"YYYY-MM-DD\"", date)
    }

    pub(crate) fn sha256(&mut self, key: &'static str) -> Option<Sha256> {
        self.required(key, "64 hexadecimal digits", sha256)
    }

    pub(crate) fn optional_sha256(&mut self, key: &'static str) -> Option<Sha256> {
        self.optional(key, "64 hexadecimal digits", sha256)
    }

    pub(crate) fn optional_texts(&mut self, key: &'static str) -> Option<Vec<String>> {
        self.optional(key, "a list of texts", texts)
    }

    /// Whether `key` is this text; does not count as asking.
    pub(crate) fn has_text(&self, key: &str, text: &str) -> bool {
        let value = self.table.get(key);
        value.is_some_and(|value| value.get_ref().as_str() == Some(text))
    }

    /// `key` is known and was read in another way.
    /// Whether a key that may be left away is `true`; there is no reason to write `false`.
    pub(crate) fn has_true(&mut self, key: &'static str) -> bool {
        let is_true = |value: &DeValue<'_>| value.as_bool().filter(|given| *given).map(drop);
        self.optional(key, "true, or no such key", is_true)
            .is_some()
    }

    pub(crate) fn skip(&mut self, key: &'static str) {
        self.asked.push(key);
    }

    /// A list of texts that each have a form.
    pub(crate) fn optional_list(
        &mut self,
        key: &'static str,
        expected: &str,
        fits: impl Fn(&str) -> bool,
    ) -> Option<Vec<String>> {
        self.optional(key, expected, |value| {
            texts(value).filter(|all| all.iter().all(|one| fits(one)))
        })
    }

    /// A whole number from `least` up, in decimal.
    pub(crate) fn optional_number<N: TryFrom<u64>>(
        &mut self,
        key: &'static str,
        expected: &str,
        least: u64,
    ) -> Option<N> {
        self.optional(key, expected, |value| number(value, least))
    }

    /// As [`Fields::optional_number`], and it must be there.
    pub(crate) fn number<N: TryFrom<u64>>(
        &mut self,
        key: &'static str,
        expected: &str,
        least: u64,
    ) -> Option<N> {
        self.required(key, expected, |value| number(value, least))
    }

    /// The one table `[key]`, with its span.
    pub(crate) fn table(&mut self, key: &'static str) -> Option<(&'a DeTable<'a>, Range<usize>)> {
        let Some(value) = self.ask(key) else {
            let message = format!("{} has no `[{key}]`", self.title);
            let label = format!("`[{key}]` is missing");
            self.bad(self.span.clone(), label, message, &format!("[{key}]"));
            return None;
        };
        let table = value.get_ref().as_table();
        if table.is_none() {
            let message = format!("`{key}` in {} is not a table", self.title);
            self.bad(value.span(), "expected a table", message, "a table");
        }
        Some((table?, value.span()))
    }

    /// As [`Fields::table`], and it may be left away.
    pub(crate) fn optional_table(
        &mut self,
        key: &'static str,
    ) -> Option<(&'a DeTable<'a>, Range<usize>)> {
        if self.table.contains_key(key) {
            return self.table(key);
        }
        self.skip(key);
        None
    }

    /// The tables of an array of tables, or of an array of inline tables, each with its span.
    pub(crate) fn tables(&mut self, key: &'static str) -> Vec<(&'a DeTable<'a>, Range<usize>)> {
        let Some(value) = self.ask(key) else {
            return Vec::new();
        };
        let items = value.get_ref().as_array();
        let tables = items.map(|items| items.iter().map(as_table).collect::<Option<Vec<_>>>());
        if let Some(Some(tables)) = tables {
            return tables;
        }
        let message = format!("`{key}` in {} is not a list of tables", self.title);
        self.bad(value.span(), "expected tables", message, "a list of tables");
        Vec::new()
    }

    /// A table within this one, which may also stand alone as `key = { … }`.
    pub(crate) fn tables_or_one(
        &mut self,
        key: &'static str,
    ) -> Vec<(&'a DeTable<'a>, Range<usize>)> {
        let value = self.table.get(key);
        let one = value.and_then(|value| Some((value.get_ref().as_table()?, value.span())));
        match one {
            Some(one) => {
                self.skip(key);
                vec![one]
            }
            None => self.tables(key),
        }
    }

    /// Findings about what stands within this table.
    pub(crate) fn add(&mut self, findings: Vec<Finding>) {
        self.findings.extend(findings);
    }

    pub(crate) fn bad(
        &mut self,
        span: Range<usize>,
        label: impl Into<String>,
        message: String,
        expected: &str,
    ) {
        let help = format!("write {expected}");
        self.findings
            .push(finding(self.rules.bad_value, self.file, span, label, message).help(help));
    }

    pub(crate) fn span_of(&self, key: &str) -> Range<usize> {
        self.table.get(key).map_or(self.span.clone(), Spanned::span)
    }

    fn unknown_key(&self, key: &Spanned<toml::de::DeString<'_>>) -> Finding {
        let (name, title) = (key.get_ref().as_ref(), self.title);
        let near = self
            .asked
            .iter()
            .map(|other| (strsim::jaro_winkler(name, other), other))
            .filter(|(likeness, _)| *likeness > 0.8)
            .max_by(|a, b| a.0.total_cmp(&b.0));
        let guess = near.map_or_else(String::new, |(_, other)| {
            format!("did you mean `{other}`? ")
        });
        let shown = name.escape_debug();
        let message = format!("{title} has no key `{shown}`");
        let rule = self.rules.unknown_key;
        finding(rule, self.file, key.span(), "unknown key", message)
            .help(format!("{guess}known keys: {}", self.asked.join(", ")))
    }

    fn ask(&mut self, key: &'static str) -> Option<&'a Spanned<DeValue<'a>>> {
        self.asked.push(key);
        self.table.get(key)
    }
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

fn number<N: TryFrom<u64>>(value: &DeValue<'_>, least: u64) -> Option<N> {
    let integer = value.as_integer().filter(|integer| integer.radix() == 10)?;
    let number: u64 = integer.as_str().parse().ok()?;
    (number >= least)
        .then(|| N::try_from(number).ok())
        .flatten()
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

pub(crate) fn finding(
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
