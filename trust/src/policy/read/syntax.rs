//! Syntax errors, all of them, and what can be read in spite of them.
//!
//! The TOML parser recovers from many errors, but gives up at a key without a value and swallows what
//! follows an unclosed bracket. So the offending statement is blanked out and the rest is parsed again:
//! each mistake is told once, and none hides another.

use std::ops::Range;
use std::sync::Arc;

use toml::de::{DeTable, DeValue, Error};

use super::lines::{self, Statement};
use crate::finding::{Finding, Subject};
use crate::policy::schema;
use crate::rules::policy as rules;
use crate::source::{Location, SourceFile};

/// Statements are taken out one at a time, and each time the text is parsed again: so the work stays linear
/// in the size of the text. Whoever has more mistakes than this sees the rest without recovery.
const MAX_REPAIRS: usize = 64;

/// A file's text without its syntax errors.
pub(super) struct Repaired {
    file: Arc<SourceFile>,
    /// TOML without a syntax error, unless there were more than [`MAX_REPAIRS`].
    pub(super) text: String,
    edits: Vec<Edit>,
    lost: Vec<Lost>,
    /// One finding for each mistake.
    pub(super) findings: Vec<Finding>,
}

/// From this place in the repaired text on, places lie `longer` bytes behind those of the file.
struct Edit {
    at: usize,
    longer: isize,
}

/// A statement that was taken out: that its key is missing is no mistake of its own.
struct Lost {
    /// The first bracket of its table's header; `None` at the top of the file.
    table: Option<usize>,
    /// Its key, where one could be made out.
    key: Option<String>,
}

/// Reads the syntax of a file.
pub(super) fn repair(file: &Arc<SourceFile>) -> Repaired {
    let mut repaired = Repaired {
        file: Arc::clone(file),
        text: file.text.clone(),
        edits: Vec::new(),
        lost: Vec::new(),
        findings: Vec::new(),
    };
    for _ in 0..MAX_REPAIRS {
        if !repaired.take_out_first_error() {
            return repaired;
        }
    }
    repaired.report_what_is_left();
    repaired
}

impl Repaired {
    /// The place in the file of a range of the repaired text.
    pub(super) fn place(&self, span: Range<usize>) -> Location {
        Location::new(
            &self.file,
            self.original(span.start)..self.original(span.end),
        )
    }

    /// Whether `key` of the table whose header starts at `table` may have been in a statement with a syntax
    /// error.
    pub(super) fn may_have_lost(&self, table: Option<usize>, key: &str) -> bool {
        self.lost.iter().any(|lost| {
            lost.table == table && lost.key.as_deref().is_none_or(|lost_key| lost_key == key)
        })
    }

    /// The file as a whole.
    pub(super) fn whole(&self) -> Location {
        Location::whole(&self.file)
    }

    fn original(&self, at: usize) -> usize {
        let longer: isize = self
            .edits
            .iter()
            .filter(|edit| edit.at <= at)
            .map(|edit| edit.longer)
            .sum();
        at.saturating_add_signed(-longer)
    }

    /// Takes the first statement with an error out and reports it; `false` when there is none.
    fn take_out_first_error(&mut self) -> bool {
        let text = std::mem::take(&mut self.text);
        let (table, errors) = DeTable::parse_recoverable(&text);
        let first = errors.iter().min_by_key(|error| start(error));
        let problem = first.map(|error| {
            let at = value_around(table.get_ref(), start(error)).unwrap_or(start(error));
            (error, lines::statement(&text, at))
        });
        let Some((error, statement)) = problem else {
            self.text = text;
            return false;
        };
        let duplicate = is_duplicate(error);
        let first = duplicate
            .then(|| lines::first_of_the_same_name(&text, &statement))
            .flatten();
        self.findings.push(self.finding(error, first));
        self.text = self.without(&text, &statement, duplicate);
        // Never the same text twice: what cannot be taken out alone goes as a whole.
        if self.text == text {
            self.lose_everything();
        }
        true
    }

    fn without(&mut self, text: &str, statement: &Statement, duplicate: bool) -> String {
        if statement.is_header && !duplicate {
            if let Some(header) = better_header(text, statement) {
                return self.with_header(text, statement, &header);
            }
        }
        let span = if statement.is_header {
            statement.span.start..lines::end_of_table(text, statement.span.end)
        } else {
            statement.span.clone()
        };
        let content = &text[statement.span.clone()];
        if !duplicate && !lines::is_comment(content) {
            self.lost.push(Lost {
                table: statement.table.filter(|_| !statement.is_header),
                key: lines::name_in(content),
            });
        }
        blanked(text, span)
    }

    fn with_header(&mut self, text: &str, statement: &Statement, header: &str) -> String {
        let Range { start, end } = lines::first_line(text, statement.span.start);
        if text[start..end].contains('=') {
            self.lost.push(Lost {
                table: Some(start),
                key: None,
            });
        }
        let longer = header.len() as isize - (end - start) as isize;
        self.moved(start, end, longer);
        format!("{}{header}{}", &text[..start], &text[end..])
    }

    /// Keeps the places right when what stood from `start` to `end` becomes `longer`.
    fn moved(&mut self, start: usize, end: usize, longer: isize) {
        let later = |at: &mut usize| {
            if *at >= end {
                *at = at.saturating_add_signed(longer);
            }
        };
        self.edits.iter_mut().for_each(|edit| later(&mut edit.at));
        self.lost
            .iter_mut()
            .filter_map(|lost| lost.table.as_mut())
            .for_each(later);
        let at = end.saturating_add_signed(longer).max(start + 1);
        self.edits.push(Edit { at, longer });
    }

    fn report_what_is_left(&mut self) {
        let (_, errors) = DeTable::parse_recoverable(&self.text);
        let findings: Vec<_> = errors
            .iter()
            .map(|error| self.finding(error, None))
            .collect();
        if !findings.is_empty() {
            self.findings.extend(findings);
            self.lose_everything();
        }
    }

    fn lose_everything(&mut self) {
        self.text.clear();
        self.lost.push(Lost {
            table: None,
            key: None,
        });
    }

    fn finding(&self, error: &Error, before: Option<Range<usize>>) -> Finding {
        let span = error.span().unwrap_or_default();
        let at = self.place(span.clone());
        let line = at.start().0;
        if !is_duplicate(error) {
            return Finding::new(
                &rules::SYNTAX,
                at,
                error.message(),
                format!("line {line} is not valid TOML: {}", error.message()),
            )
            .help(next_step(error.message()))
            .about(Subject::item(format!("line {line}")));
        }
        let name = &at.file.text[at.span.clone()];
        let finding = Finding::new(
            &rules::DUPLICATE,
            at.clone(),
            "given again here",
            format!("`{name}` is given twice"),
        )
        .help(duplicate_help(name))
        .about(Subject::item(name));
        match before {
            Some(first) => finding.and_label(self.place(first), "first given here"),
            None => finding,
        }
    }
}

fn start(error: &Error) -> usize {
    error.span().map_or(0, |span| span.start)
}

// The parser has no kinds of errors; the tests fail should it change its words.
fn is_duplicate(error: &Error) -> bool {
    error.message() == "duplicate key"
}

fn next_step(message: &str) -> &'static str {
    match message {
        m if m.contains("must be quoted") => "write a text in double quotes: key = \"value\"",
        m if m.contains("key with no value") => "write the line as key = value, or begin it with #",
        m if m.contains("unclosed table") => "close the header: [section]",
        m if m.contains("unclosed array table") => {
            "close the header with two brackets: [[section]]"
        }
        m if m.contains("array") => "close the list with ] and put a comma between its elements",
        m if m.contains("inline table") => "close the inline table with }",
        m if m.contains("basic string") => "close the text with \" on the same line",
        m if m.contains("literal string") => "close the text with ' on the same line",
        m if m.contains("date") => "write a date in quotes: \"2034-06-30\"",
        _ => "correct the line; the form is key = value, as toml.io describes it",
    }
}

fn duplicate_help(name: &str) -> String {
    match schema::section(name) {
        Some(section) if section.form == schema::Form::List => {
            format!("write each entry as {}", section.header())
        }
        Some(section) => format!(
            "move its keys to the first {} and delete this one",
            section.header()
        ),
        None => "delete the line that does not hold".to_owned(),
    }
}

/// What the header should have been; `None` where no name can be made out or where it is already that.
fn better_header(text: &str, statement: &Statement) -> Option<String> {
    let line = &text[lines::first_line(text, statement.span.start)];
    let name = lines::name_in(line)?;
    let header = match schema::section(&name) {
        Some(section) => section.header(),
        None if line.trim_start().starts_with("[[") => format!("[[{name}]]"),
        None => format!("[{name}]"),
    };
    (line.trim() != header).then_some(header)
}

/// Start of the outermost value that has `at` in it.
fn value_around(table: &DeTable<'_>, at: usize) -> Option<usize> {
    let values = table.values();
    values
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

fn blanked(text: &str, span: Range<usize>) -> String {
    let blank = text[span.clone()]
        .bytes()
        .map(|byte| if byte == b'\n' { '\n' } else { ' ' });
    let mut result = String::with_capacity(text.len());
    result.push_str(&text[..span.start]);
    result.extend(blank);
    result.push_str(&text[span.end..]);
    result
}
