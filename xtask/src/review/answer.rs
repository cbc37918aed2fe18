//! The answer: what the three forms are made from. Its serialisation is the JSON form; `docs/policy-diff.md` describes it.

use serde::Serialize;
use trust::gate::Question;
use trust::review::{Change, Changes, Effect, headline};

use super::place::Side;

/// What the JSON form is.
const SCHEMA: &str = "perennial.policy-diff/1";

/// Where one side is from.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Place {
    /// How what was asked for was understood.
    pub what: String,
    /// The commit, where it is one.
    pub commit: Option<String>,
    /// Where it has no policy at the project's place: the policies that it has elsewhere, from the root of the repository.
    pub elsewhere: Vec<String>,
}

impl Place {
    /// A place that is no commit.
    pub fn new(what: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            commit: None,
            elsewhere: Vec::new(),
        }
    }
}

/// What a change does.
#[derive(Clone, Debug, Serialize)]
pub struct Answer {
    schema: &'static str,
    /// What a reviewer most needs to know; one line.
    pub headline: String,
    /// Whether some change weakens by itself, or the effect does on that day.
    pub weakens: bool,
    /// What an approval is given for, hexadecimal: SHA-256 of what is different in meaning.
    pub digest: String,
    /// Where the base is from.
    pub base: Place,
    /// Where the head is from.
    pub head: Place,
    /// Each change: those that weaken first, the gravest first of all.
    pub changes: Vec<Change>,
    /// What they do together.
    pub effect: Effect,
}

impl Answer {
    /// What `head` in place of `base` does, judged as `question` says.
    pub fn of(base: &Side, head: &Side, question: Question) -> Self {
        let changes = Changes::between(&base.inputs, &head.inputs);
        let effect = Effect::of(&base.inputs, &head.inputs, question);
        Self {
            schema: SCHEMA,
            headline: headline(&changes, &effect),
            weakens: changes.weakens() || effect.weakens(),
            digest: hex::encode(changes.digest()),
            base: base.place.clone(),
            head: head.place.clone(),
            changes: changes.iter().cloned().collect(),
            effect,
        }
    }

    /// Those that weaken by themselves.
    pub(super) fn weakening(&self) -> impl Iterator<Item = &Change> {
        let changes = self.changes.iter();
        changes.filter(|change| change.weakens.is_some())
    }

    /// Those that do not.
    pub(super) fn others(&self) -> impl Iterator<Item = &Change> {
        let changes = self.changes.iter();
        changes.filter(|change| change.weakens.is_none())
    }
}
