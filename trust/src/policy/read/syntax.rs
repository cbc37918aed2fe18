//! Syntax errors, all of them, and what can be read in spite of them.
//!
//! The TOML parser recovers from many errors, but gives up at a key without a value and swallows what
//! follows an unclosed bracket. So the offending statement is blanked out and the rest is parsed again:
//! each mistake is told once, and none hides another.

use std::ops::Range;
use std::sync::Arc;

use super::lines::{self, Statement};
use super::mistakes::Mistake;
use crate::finding::Finding;
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

/// A file without a syntax error.
pub(super) fn intact(file: &Arc<SourceFile>) -> Repaired {
    Repaired {
        file: Arc::clone(file),
        text: file.text.clone(),
        edits: Vec::new(),
        lost: Vec::new(),
        findings: Vec::new(),
    }
}

/// Reads the syntax of a file.
pub(super) fn repair(file: &Arc<SourceFile>) -> Repaired {
    let mut repaired = intact(file);
    for _ in 0..MAX_REPAIRS {
        if !repaired.take_out_first_mistake() {
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

    /// Takes the first mistake out and reports it; `false` when there is none.
    fn take_out_first_mistake(&mut self) -> bool {
        let Some(mistake) = Mistake::first_in(&self.text) else {
            return false;
        };
        self.report(&mistake);
        let text = std::mem::take(&mut self.text);
        self.text = match &mistake.header {
            Some(header) => self.with_header(&text, &mistake.statement, header),
            None => self.without(&text, &mistake),
        };
        // Never the same text twice: what cannot be taken out alone goes as a whole.
        if self.text == text {
            self.lose_everything();
        }
        true
    }

    fn report(&mut self, mistake: &Mistake) {
        let finding = mistake.finding(&self.text, |span| self.place(span));
        self.findings.push(finding);
    }

    fn without(&mut self, text: &str, mistake: &Mistake) -> String {
        let statement = &mistake.statement;
        let span = if statement.is_header {
            statement.span.start..lines::end_of_table(text, statement.span.end)
        } else {
            statement.span.clone()
        };
        let content = &text[statement.span.clone()];
        if !mistake.is_repeated() && !lines::is_comment(content) {
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
        let mistakes = Mistake::all_in(&self.text);
        mistakes.iter().for_each(|mistake| self.report(mistake));
        if !mistakes.is_empty() {
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
