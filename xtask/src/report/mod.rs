//! Findings for people and machines: one set of findings, four forms.
//!
//! The text form is for people and may change; JSON, SARIF and GitHub annotations are contracts.

mod colour;
mod fingerprint;
mod github;
mod html;
mod human;
mod json;
pub mod page;
pub mod release;
mod sarif;
#[cfg(test)]
mod tests;
mod timeline;

use std::io::{self, Write};

pub use colour::{Colour, Wish};
pub(crate) use json::{Entry, entries};
use trust::date::Date;
use trust::finding::{Finding, Severity};
use trust::words::counted;

/// The forms that findings can be written in.
#[derive(Clone, Copy, Debug, Eq, PartialEq, clap::ValueEnum)]
pub enum Format {
    /// Workflow commands that GitHub turns into annotations
    Github,
    /// Text for people, with the lines of the files
    Human,
    /// `perennial.findings/1`
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
}

/// What a report says besides its findings.
#[derive(Clone, Debug)]
pub struct ReportContext {
    /// The release date that everything was judged at.
    pub as_of: Date,
    /// The channel the release is meant for: `development`, `production`.
    pub channel: String,
    /// Whether the text form uses colours.
    pub colour: Colour,
    /// Columns of the terminal that the text form is fitted to.
    pub width: usize,
}

/// Columns of a page that is no terminal.
pub const PAGE_WIDTH: usize = 120;

/// How many findings there are of each kind. A waived finding counts as waived and nothing else.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, serde::Serialize)]
pub struct Summary {
    /// Errors that no waiver covers: one of them closes the gate.
    pub errors: usize,
    /// Warnings that no waiver covers.
    pub warnings: usize,
    /// Notes that no waiver covers.
    pub notes: usize,
    /// Findings of any severity that a waiver covers.
    pub waived: usize,
}

impl Summary {
    /// Counts `findings`.
    pub fn of(findings: &[Finding]) -> Self {
        let mut summary = Self::default();
        for finding in findings {
            let counter = match (&finding.waived, finding.severity) {
                (Some(_), _) => &mut summary.waived,
                (None, Severity::Error) => &mut summary.errors,
                (None, Severity::Note) => &mut summary.notes,
                (None, Severity::Warning) => &mut summary.warnings,
            };
            *counter += 1;
        }
        summary
    }
}

/// `3 errors, 1 warning, 1 waived`; `no findings` when there is nothing.
impl std::fmt::Display for Summary {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let some = |number, word: &str| (number > 0).then(|| counted(number, word));
        let waived = (self.waived > 0).then(|| format!("{} waived", self.waived));
        let parts: Vec<_> = [
            some(self.errors, "error"),
            some(self.warnings, "warning"),
            some(self.notes, "note"),
            waived,
        ]
        .into_iter()
        .flatten()
        .collect();
        f.write_str(&parts.join(", "))?;
        if parts.is_empty() {
            f.write_str("no findings")?;
        }
        Ok(())
    }
}

/// Writes `findings`, in the order given, to `out`. Fails only where `out` does.
pub fn write(
    format: Format,
    findings: &[Finding],
    context: &ReportContext,
    out: &mut dyn Write,
) -> io::Result<()> {
    match format {
        Format::Github => github::write(findings, out),
        Format::Human => human::write(findings, context, out),
        Format::Json => json::write(findings, context, out),
        Format::Sarif => sarif::write(findings, context, out),
    }
}

/// What the reports call the tool.
const TOOL_NAME: &str = "perennial";
const TOOL_VERSION: &str = env!("CARGO_PKG_VERSION");

/// A report as JSON that a person can read too, with a last newline.
fn text_of_json(value: &impl serde::Serialize) -> String {
    // Text, numbers and maps with text as keys: nothing that JSON cannot say.
    let mut text = serde_json::to_string_pretty(value).unwrap_or_default();
    text.push('\n');
    text
}
