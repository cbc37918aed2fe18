//! One mistake in the syntax of a file: where it is, what to say about it, and what to do to read on.

use std::ops::Range;

use toml::de::{DeTable, DeValue, Error};

use super::lines::{self, Statement};
use crate::finding::{Finding, Subject};
use crate::policy::schema::{self, Form, Section};
use crate::rules::policy as rules;
use crate::source::Location;

/// The first thing in a text that keeps it from being TOML.
pub(super) struct Mistake {
    kind: Kind,
    /// Where the parser stumbled.
    at: Range<usize>,
    /// What has to be taken out, or whose header has to be replaced, to read on.
    pub(super) statement: Statement,
    /// The header that should stand in the place of the statement, where there is one.
    pub(super) header: Option<String>,
}

enum Kind {
    /// The header of a section has the wrong number of brackets, and then again the right one.
    Form(&'static Section),
    /// A key or section that was there before.
    Repeated {
        name: String,
        first: Option<Range<usize>>,
    },
    /// Anything else, in the parser's words.
    Syntax(String),
}

impl Mistake {
    /// The first mistake of a text; `None` when it is TOML.
    pub(super) fn first_in(text: &str) -> Option<Self> {
        let (table, errors) = DeTable::parse_recoverable(text);
        let error = errors.iter().min_by_key(|error| place(error).start)?;
        let at = place(error);
        let start = value_around(table.get_ref(), at.start).unwrap_or(at.start);
        let statement = lines::statement(text, start);
        Some(if is_repeated(error) {
            Self::repeated(text, at, statement)
        } else {
            let header = better_header(text, &statement);
            Self {
                kind: Kind::Syntax(error.message().to_owned()),
                at,
                statement,
                header,
            }
        })
    }

    /// Every mistake of a text, without a way to read on.
    pub(super) fn all_in(text: &str) -> Vec<Self> {
        let (_, errors) = DeTable::parse_recoverable(text);
        let mistake = |error: &Error| Self {
            kind: Kind::Syntax(error.message().to_owned()),
            at: place(error),
            statement: lines::line_around(text, place(error).start),
            header: None,
        };
        errors.iter().map(mistake).collect()
    }

    /// Whether its statement was read before, so that nothing is lost without it.
    pub(super) fn is_repeated(&self) -> bool {
        matches!(self.kind, Kind::Repeated { .. })
    }

    /// What there is to say. `place_of` gives the place in the file.
    pub(super) fn finding(
        &self,
        text: &str,
        place_of: impl Fn(Range<usize>) -> Location,
    ) -> Finding {
        let at = place_of(self.at.clone());
        match &self.kind {
            Kind::Form(section) => {
                let (name, header) = (section.name, section.header());
                let message = format!("`{name}` must be written as {header}");
                Finding::new(&rules::WRONG_TYPE, at, "another form of header", message)
                    .help(format!("write its header as {header}"))
                    .about(Subject::item(name))
            }
            Kind::Repeated { name, first } => {
                let message = format!("`{name}` is given twice");
                let finding = Finding::new(&rules::DUPLICATE, at, "given again here", message)
                    .help(repeated_help(name))
                    .about(Subject::item(name));
                match first {
                    Some(first) => finding.and_label(place_of(first.clone()), "first given here"),
                    None => finding,
                }
            }
            Kind::Syntax(error) => {
                let name = lines::name_in(&text[self.statement.span.clone()]);
                let help = match &self.header {
                    Some(header) => format!("write {header}"),
                    None => next_step(error).to_owned(),
                };
                Finding::new(
                    &rules::SYNTAX,
                    at,
                    error,
                    format!("not valid TOML: {error}"),
                )
                .help(help)
                .about(Subject::item(name.unwrap_or_default()))
            }
        }
    }

    fn repeated(text: &str, at: Range<usize>, statement: Statement) -> Self {
        let name = text[at.clone()].to_owned();
        let first = lines::first_of_the_same_name(text, &statement);
        if let Some(section) = schema::section(&name).filter(|_| statement.is_header) {
            let both = [first.clone(), Some(at.clone())];
            for header in both.into_iter().flatten() {
                let wrong = lines::statement(text, header.start);
                if let Some(right) = better_header(text, &wrong) {
                    return Self {
                        kind: Kind::Form(section),
                        at: header,
                        statement: wrong,
                        header: Some(right),
                    };
                }
            }
        }
        Self {
            kind: Kind::Repeated { name, first },
            at,
            statement,
            header: None,
        }
    }
}

fn place(error: &Error) -> Range<usize> {
    error.span().unwrap_or_default()
}

// The parser has no kinds of errors; the tests fail should it change its words.
fn is_repeated(error: &Error) -> bool {
    error.message() == "duplicate key"
}

/// What the header should have been; `None` where it is no header, no name can be made out, or it is right.
fn better_header(text: &str, statement: &Statement) -> Option<String> {
    let line = &text[lines::first_line(text, statement.span.start)];
    let name = lines::name_in(line).filter(|_| statement.is_header)?;
    let header = match schema::section(&name) {
        Some(section) => section.header(),
        None if line.trim_start().starts_with("[[") => format!("[[{name}]]"),
        None => format!("[{name}]"),
    };
    let written = line.split('#').next().unwrap_or(line);
    (written.trim() != header).then_some(header)
}

fn repeated_help(name: &str) -> String {
    match schema::section(name) {
        Some(section) if section.form == Form::Single => {
            let header = section.header();
            format!("move its keys to the first {header} and delete this one")
        }
        _ => "delete the one that does not hold".to_owned(),
    }
}

fn next_step(message: &str) -> &'static str {
    match message {
        m if m.contains("must be quoted") => "write a text in double quotes: key = \"value\"",
        m if m.contains("key with no value") => "write the line as key = value, or begin it with #",
        m if m.contains("inline table") => "close the inline table with }",
        m if m.contains("array") => "close the list with ] and put a comma between its elements",
        m if m.contains("basic string") => "close the text with \" on the same line",
        m if m.contains("literal string") => "close the text with ' on the same line",
        m if m.contains("date") => "write a date in quotes: \"2034-06-30\"",
        _ => "correct the line; the form is key = value, as toml.io describes it",
    }
}

/// Start of the outermost value that has `at` in it.
fn value_around(table: &DeTable<'_>, at: usize) -> Option<usize> {
    table
        .values()
        .filter_map(|value| start_around(value.get_ref(), value.span(), at))
        .min()
}

fn start_around(value: &DeValue<'_>, span: Range<usize>, at: usize) -> Option<usize> {
    let inside = match value {
        DeValue::Array(elements) => elements
            .iter()
            .filter_map(|element| start_around(element.get_ref(), element.span(), at))
            .min(),
        DeValue::Table(table) => value_around(table, at),
        _ => None,
    };
    let itself = (span.start..=span.end).contains(&at).then_some(span.start);
    inside.into_iter().chain(itself).min()
}
