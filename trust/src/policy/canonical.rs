//! The canonical form of `policy.toml`: one way to write a policy, so that a diff shows meaning only.
//!
//! Sections and keys stand in the order of the schema; unknown ones follow in file order. Tables of a list keep
//! their order: endpoints are tried in it, and people group the rest. There is one blank line between tables,
//! `key = value`, one form for each value, four spaces in lists, LF, no byte order mark. Fingerprints become
//! lowercase digits and unquoted dates are put in quotes: the two mistakes that have one right answer.
//!
//! Comments stay with what stands below them, or left of them. A paragraph of comments at the top of the file that a
//! blank line separates from what follows stays at the top, and one directly below a section's last key stays
//! with that section.

mod comments;
mod document;
mod placing;
#[cfg(test)]
mod tests;
mod value;

use std::sync::Arc;

use toml_edit::{DocumentMut, TomlError};

use super::read;
use crate::finding::{Finding, Subject};
use crate::rules::policy as rules;
use crate::source::{Location, SourceFile};

/// The canonical form of a policy.
///
/// # Errors
/// The syntax errors of the file, in file order. A policy that is valid TOML and wrong otherwise has a canonical
/// form: mistakes are what [`read`](super::read) reports.
pub fn canonical(file: &Arc<SourceFile>) -> Result<String, Vec<Finding>> {
    let findings = read::syntax_findings(file);
    if !findings.is_empty() {
        return Err(findings);
    }
    let parsed: Result<DocumentMut, TomlError> = file.text.parse();
    let document = parsed.map_err(|error| vec![refused(file, &error)])?;
    Ok(document::canonical(&document))
}

/// What this parser refuses and the reader's does not: numbers beyond 64 bits.
fn refused(file: &Arc<SourceFile>, error: &TomlError) -> Finding {
    let at = Location::new(file, error.span().unwrap_or_default());
    let line = at.start().0;
    Finding::new(
        &rules::SYNTAX,
        at,
        error.message(),
        format!("this cannot be formatted: {}", error.message()),
    )
    .help("correct the value; whole numbers have at most 64 bits")
    .about(Subject::item(format!("line {line}")))
}
