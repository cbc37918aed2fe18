//! What a forecast is asked, and why it cannot be given.

use std::fmt;

use crate::date::Date;
use crate::finding::Finding;
use crate::policy::VerifierModel;

/// What is asked.
#[derive(Clone, Debug)]
pub struct Question {
    /// The day of the question: what was before it is past. What-ifs begin on it.
    pub at: Date,
    /// Facts that were published later do not count; `None`: all that the calendar has do.
    pub known_on: Option<Date>,
    /// Last day, in place of each release's end of service.
    pub until: Option<Date>,
    /// A verifier model in place of each release's own.
    pub verifier: Option<VerifierModel>,
    /// What is supposed, in this order.
    pub what_ifs: Vec<WhatIf>,
    /// Whether to ask what each release hangs on.
    pub leave_one_out: bool,
    /// Versions of the ledger, or [`super::THIS_POLICY`]; none is all.
    pub releases: Vec<String>,
}

/// Something that is supposed to happen on [`Question::at`].
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum WhatIf {
    /// Root programmes distrust a key: a name, or a fingerprint of one of its certificates.
    Distrust(String),
    /// A cross-certificate is sent no longer: `NAME`, `NAME signed by ISSUER`, or its fingerprint.
    DropCrossSign(String),
    /// An endpoint gets its certificates from another CA.
    SwitchOwner {
        /// Name of the endpoint.
        endpoint: String,
        /// The CA's owner, in the calendar's words.
        owner: String,
    },
}

/// Why there is no forecast.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ForecastError {
    /// The project's files have mistakes that no waiver covers.
    #[error("the project's files have mistakes")]
    Mistakes(Vec<Finding>),
    /// Nothing has this name.
    #[error("{0}")]
    Unknown(UnknownName),
}

/// A name that nothing has.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct UnknownName {
    /// What was looked for: `release`, `endpoint`.
    pub what: &'static str,
    /// The name.
    pub name: String,
    /// Names like it, the nearest first; all names, where they are few.
    pub near: Vec<String>,
}

impl fmt::Display for UnknownName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "there is no {} `{}`", self.what, self.name)
    }
}

/// Most names that an error lists.
const MOST_NEAR: usize = 6;

impl UnknownName {
    /// The error for `name`, among `known` names.
    pub(super) fn error<'n>(
        what: &'static str,
        name: &str,
        known: impl IntoIterator<Item = &'n str>,
    ) -> ForecastError {
        let wanted = name.to_lowercase();
        let distance = |known: &str| {
            let known = known.to_lowercase();
            let inside = known.contains(&wanted) || wanted.contains(&known);
            let edits = strsim::damerau_levenshtein(&wanted, &known);
            if inside { edits.min(1) } else { edits }
        };
        let mut near: Vec<_> = known.into_iter().map(|one| (distance(one), one)).collect();
        near.sort_unstable();
        near.dedup();
        let near = near
            .into_iter()
            .take(MOST_NEAR)
            .map(|(_, one)| one.to_owned());
        ForecastError::Unknown(Self {
            what,
            name: name.to_owned(),
            near: near.collect(),
        })
    }
}
