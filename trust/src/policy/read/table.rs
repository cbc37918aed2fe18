//! Reading one table: known keys, missing keys, wrong types, each a finding with its place.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ops::Range;

use toml::de::{DeTable, DeValue};

use super::problem::{Problem, Read};
use super::syntax::Repaired;
use crate::finding::{Finding, Subject};
use crate::policy::model::Located;
use crate::policy::schema::{self, Form, Section};
use crate::rules::policy as rules;
use crate::source::Location;

/// What every part of one reading shares.
pub(super) struct Context<'r> {
    syntax: &'r Repaired,
    findings: RefCell<Vec<Finding>>,
}

impl<'r> Context<'r> {
    /// The start of a reading.
    pub(super) fn new(syntax: &'r Repaired) -> Self {
        Self {
            syntax,
            findings: RefCell::default(),
        }
    }

    /// Takes a finding down.
    pub(super) fn report(&self, finding: Finding) {
        self.findings.borrow_mut().push(finding);
    }

    /// The place in the file of a span of the parser.
    pub(super) fn place(&self, span: Range<usize>) -> Location {
        self.syntax.place(span)
    }

    /// What was found.
    pub(super) fn into_findings(self) -> Vec<Finding> {
        self.findings.into_inner()
    }
}

/// A value with its place and the words for it.
#[derive(Clone, Copy)]
pub(super) struct Entry<'t> {
    /// The value.
    pub(super) value: &'t DeValue<'t>,
    start: usize,
    end: usize,
}

impl<'t> Entry<'t> {
    /// An entry of the parser's.
    pub(super) fn new(spanned: &'t toml::Spanned<DeValue<'t>>) -> Self {
        let Range { start, end } = spanned.span();
        Self {
            value: spanned.get_ref(),
            start,
            end,
        }
    }

    /// Its range in the repaired text.
    pub(super) fn span(&self) -> Range<usize> {
        self.start..self.end
    }
}

/// What a table is to be.
pub(super) struct Shape {
    /// Its path: `product`, `signing.keys`.
    pub(super) name: String,
    /// The words for it: `[product]`.
    pub(super) title: String,
    /// How to write it.
    pub(super) example: String,
    /// Its keys.
    pub(super) keys: &'static [&'static str],
}

impl Shape {
    /// One table of a section.
    pub(super) fn of(section: &Section) -> Self {
        let header = section.header();
        Self {
            name: section.name.to_owned(),
            example: format!("{header}, and below it one key = value on each line"),
            title: header,
            keys: section.keys,
        }
    }
}

/// A table that is being read.
pub(super) struct Table<'t> {
    context: &'t Context<'t>,
    /// The words for it: `[product]`, or `the policy`.
    title: String,
    /// The first part of its keys' paths: `product.`.
    prefix: String,
    /// Start of the header in the repaired text; `None` at the top of the file.
    header: Option<usize>,
    /// The header, or the whole of an inline table.
    at: Location,
    subject: Subject,
    entries: BTreeMap<&'static str, Entry<'t>>,
}

impl<'t> Table<'t> {
    /// The top of the file.
    pub(super) fn root(context: &'t Context<'t>, table: &'t DeTable<'t>) -> Self {
        Self {
            context,
            title: "the policy".to_owned(),
            prefix: String::new(),
            header: None,
            at: context.syntax.whole(),
            subject: Subject::default(),
            entries: BTreeMap::new(),
        }
        .filled(table, schema::ROOT_KEYS)
    }

    /// A table of this shape: its keys and no others. Anything but a table is a finding.
    pub(super) fn open(context: &'t Context<'t>, entry: Entry<'t>, shape: &Shape) -> Option<Self> {
        let name = &shape.name;
        let at = context.place(entry.span());
        let DeValue::Table(table) = entry.value else {
            let problem = Problem::wrong_type(entry.value, "a table")
                .help(format!("write {}", shape.example));
            context.report(problem.finding(name, at, Subject::item(name)));
            return None;
        };
        let opened = Self {
            context,
            title: shape.title.clone(),
            prefix: format!("{name}."),
            header: Some(entry.start),
            at,
            subject: Subject::default(),
            entries: BTreeMap::new(),
        };
        Some(opened.filled(table, shape.keys))
    }

    /// The same, whose findings are about `subject`.
    pub(super) fn about(mut self, subject: Subject) -> Self {
        self.subject = subject;
        self
    }

    /// The header, or the whole of an inline table.
    pub(super) fn at(&self) -> &Location {
        &self.at
    }

    /// What its findings are about.
    pub(super) fn subject(&self) -> &Subject {
        &self.subject
    }

    /// Whether `key` may have been in a statement with a syntax error.
    pub(super) fn may_have_lost(&self, key: &str) -> bool {
        self.context.syntax.may_have_lost(self.header, key)
    }

    /// Where everything is reported.
    pub(super) fn context(&self) -> &'t Context<'t> {
        self.context
    }

    /// The value of `key`, if there is one.
    pub(super) fn entry(&self, key: &str) -> Option<Entry<'t>> {
        self.entries.get(key).copied()
    }

    /// A value that must be there; `None` when it is missing or wrong, which is then reported.
    pub(super) fn required<T>(&self, key: &'static str, read: Read<T>) -> Option<Located<T>> {
        if !self.entries.contains_key(key) {
            self.report_missing(key);
        }
        self.optional(key, read)
    }

    /// A value that may be left out; `None` when it is, and when it is wrong, which is then reported.
    pub(super) fn optional<T>(&self, key: &'static str, read: Read<T>) -> Option<Located<T>> {
        self.value(key, self.entry(key)?, read)
    }

    /// A list that must be there, even if it is empty; `None` when it is missing or one element is wrong.
    pub(super) fn required_list<T>(
        &self,
        key: &'static str,
        read: Read<T>,
    ) -> Option<Vec<Located<T>>> {
        if !self.entries.contains_key(key) {
            self.report_missing(key);
            return None;
        }
        self.list(key, read)
    }

    /// A list; empty when it is left out, `None` when one element is wrong.
    pub(super) fn list<T>(&self, key: &'static str, read: Read<T>) -> Option<Vec<Located<T>>> {
        let elements = self.elements(key)?;
        let values: Vec<_> = elements
            .into_iter()
            .map(|element| self.value(key, element, read))
            .collect();
        values.into_iter().collect()
    }

    /// The elements of a list; empty when it is left out, `None` when it is no list.
    pub(super) fn elements(&self, key: &'static str) -> Option<Vec<Entry<'t>>> {
        let Some(entry) = self.entry(key) else {
            return Some(Vec::new());
        };
        match entry.value {
            DeValue::Array(elements) => Some(elements.iter().map(Entry::new).collect()),
            other => {
                let problem = Problem::wrong_type(other, "a list")
                    .help(format!("put it in brackets: {key} = [ … ]"));
                self.report(key, self.context.place(entry.span()), problem);
                None
            }
        }
    }

    /// Reports a problem with the value of `key`.
    pub(super) fn report(&self, key: &str, at: Location, problem: Problem) {
        let path = format!("{}{key}", self.prefix);
        self.context
            .report(problem.finding(key, at, self.subject_of(path)));
    }

    /// Reports that `key` is missing, unless it was lost in a syntax error.
    pub(super) fn report_missing(&self, key: &str) {
        if self.may_have_lost(key) {
            return;
        }
        let title = &self.title;
        let finding = Finding::new(
            &rules::MISSING,
            self.at.clone(),
            format!("`{key}` is missing"),
            format!("`{key}` is missing in {title}{}", self.name()),
        );
        let path = format!("{}{key}", self.prefix);
        self.context.report(
            finding
                .help(missing_help(self.header, title, key))
                .about(self.subject_of(path)),
        );
    }

    /// The name of what the table is about, behind its title.
    fn name(&self) -> String {
        let name = self
            .subject
            .anchor
            .as_ref()
            .or(self.subject.endpoint.as_ref());
        name.map_or(String::new(), |name| format!(" \"{name}\""))
    }

    fn value<T>(&self, key: &str, entry: Entry<'t>, read: Read<T>) -> Option<Located<T>> {
        let at = self.context.place(entry.span());
        match read(entry.value) {
            Ok(value) => Some(Located { value, at }),
            Err(problem) => {
                self.report(key, at, problem);
                None
            }
        }
    }

    fn subject_of(&self, path: String) -> Subject {
        Subject {
            item: Some(path),
            ..self.subject.clone()
        }
    }

    /// Takes the known keys; reports the others. A misspelt key whose right one is missing is read as that:
    /// the one mistake is reported once, and those in its value too.
    fn filled(mut self, table: &'t DeTable<'t>, known: &'static [&'static str]) -> Self {
        for key in known {
            if let Some(value) = table.get(*key) {
                self.entries.insert(key, Entry::new(value));
            }
        }
        let unknown = table
            .iter()
            .filter(|(key, _)| !known.contains(&key.get_ref().as_ref()));
        for (key, value) in unknown {
            let meant = schema::nearest(key.get_ref(), known.iter().copied())
                .and_then(|near| known.iter().find(|key| **key == near));
            self.report_unknown(key.get_ref(), self.context.place(key.span()), known, meant);
            if let Some(meant) = meant {
                self.entries.entry(meant).or_insert(Entry::new(value));
            }
        }
        self
    }

    fn report_unknown(&self, key: &str, at: Location, known: &[&str], meant: Option<&&str>) {
        let shown: String = key.escape_debug().collect();
        let title = &self.title;
        let mut finding = Finding::new(
            &rules::UNKNOWN_KEY,
            at,
            "not a known key",
            format!("`{shown}` is not a key of {title}"),
        )
        .evidence("known", known.join(", "))
        .about(self.subject_of(format!("{}{shown}", self.prefix)));
        if let Some(meant) = meant {
            finding = finding.evidence("nearest", meant);
        }
        self.context
            .report(finding.help(unknown_help(key, known, meant.copied())));
    }
}

fn missing_help(header: Option<usize>, title: &str, key: &str) -> String {
    match schema::section(key).filter(|_| header.is_none()) {
        Some(section) if section.form == Form::List => {
            format!(
                "add at least one {} with {}",
                section.header(),
                section.keys.join(", ")
            )
        }
        Some(section) => format!("add {} with {}", section.header(), section.keys.join(", ")),
        None if header.is_none() => format!("begin the file with {key} = 1"),
        None => format!("add {key} = … to {title}"),
    }
}

fn unknown_help(key: &str, known: &[&str], meant: Option<&str>) -> String {
    let known_keys = known.join(", ");
    if let Some(meant) = meant {
        return format!("did you mean `{meant}`? Known here: {known_keys}");
    }
    match schema::SECTIONS
        .into_iter()
        .find(|section| section.keys.contains(&key))
    {
        Some(home) => {
            format!(
                "`{key}` belongs in {}. Known here: {known_keys}",
                home.header()
            )
        }
        None => format!("delete it, or use one of: {known_keys}"),
    }
}
