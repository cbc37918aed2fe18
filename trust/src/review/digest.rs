//! The digest of a change: what an approval is given for.
//!
//! SHA-256 of a text in UTF-8. Its first line is `perennial-policy-diff-v1`. Then comes one line for each change, in the
//! order of the bytes of the lines: a JSON array without spaces of kind, section, identity, field (`null` for the subject as
//! a whole), value before and value after (`null` where there is none). Each line ends with a line feed.
//!
//! Verdicts, weights, names for the reader and dates of a question are not in it.

use sha2::{Digest as _, Sha256};

use super::change::Change;

/// The first line: which form this is.
const VERSION: &str = "perennial-policy-diff-v1";

/// The digest of these changes, in any order.
pub(super) fn of(changes: &[Change]) -> [u8; 32] {
    Sha256::digest(text(changes).as_bytes()).into()
}

fn text(changes: &[Change]) -> String {
    let mut lines: Vec<_> = changes.iter().map(line).collect();
    lines.sort_unstable();
    std::iter::once(VERSION.to_owned())
        .chain(lines)
        .map(|line| line + "\n")
        .collect()
}

fn line(change: &Change) -> String {
    let subject = &change.subject;
    serde_json::json!([
        change.kind.word(),
        subject.section,
        subject.identity,
        change.field,
        change.before,
        change.after,
    ])
    .to_string()
}
