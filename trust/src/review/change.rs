//! One difference.

use serde::Serialize;

use super::subject::Subject;
use super::weakening::Why;

/// What happened to something.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ChangeKind {
    /// It is in the head alone.
    Added,
    /// It is in both, with another value.
    Changed,
    /// It is in the base alone.
    Removed,
}

impl ChangeKind {
    /// The word that a person reads: `added`, `changed` or `removed`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Changed => "changed",
            Self::Removed => "removed",
        }
    }
}

/// One difference in meaning between two sets of inputs.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Change {
    /// What happened: to the subject as a whole, or where there is a field, to that or to one element of it.
    pub kind: ChangeKind,
    /// To what.
    pub subject: Subject,
    /// Which of its keys, in the word of the file; `None`: the subject as a whole.
    pub field: Option<&'static str>,
    /// The value in the base. For a subject as a whole all of its fields: `key = value`, texts quoted as in JSON.
    pub before: Option<String>,
    /// The value in the head, the same way.
    pub after: Option<String>,
    /// Why it weakens, when it does.
    pub weakens: Option<Why>,
    /// What it is in words: a fragment without a full stop. Holds text of the files as it is.
    pub sentence: String,
}
