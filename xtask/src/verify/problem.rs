//! What a step of `verify` saw.

use serde::Serialize;
use trust::rules::Rule;

use crate::exit::Exit;

/// One step and its outcome.
#[derive(Debug, Serialize)]
pub struct Step {
    /// Name: "signatures".
    pub name: &'static str,
    /// What was seen, as a lowercase fragment: "1 of 1, by 9691A03EB0689581 (development)".
    pub seen: String,
    /// What is wrong; nothing when the step passed.
    pub problems: Vec<Problem>,
}

/// One thing that is wrong with a release.
#[derive(Debug, Serialize)]
pub struct Problem {
    /// The rule's id.
    pub code: &'static str,
    /// The file.
    pub artefact: String,
    /// The part of it, where one could be told: "segment 2: IROM data at 0x20020".
    pub field: String,
    /// What is there and what should be.
    pub message: String,
}

impl Step {
    /// The step `name` with its outcome.
    pub fn new(name: &'static str, (seen, problems): (String, Vec<Problem>)) -> Self {
        Self {
            name,
            seen,
            problems,
        }
    }

    /// Whether nothing is wrong.
    pub fn passed(&self) -> bool {
        self.problems.is_empty()
    }
}

impl Problem {
    /// A problem of `rule` in `field` of `artefact`.
    pub fn new(
        rule: &'static Rule,
        artefact: &str,
        field: impl Into<String>,
        message: impl Into<String>,
    ) -> Self {
        Self {
            code: rule.id,
            artefact: artefact.to_owned(),
            field: field.into(),
            message: message.into(),
        }
    }

    /// What a release with this problem ends with.
    pub fn exit(&self) -> Exit {
        if self.code == trust::rules::verification::VERDICT_DIFFERS.id {
            Exit::Findings
        } else {
            Exit::Tampered
        }
    }
}
