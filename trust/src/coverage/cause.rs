//! Why something begins or ends, and how well it is known.

use serde::Serialize;

use crate::calendar::Confidence;
use crate::date::Date;

/// How well it is known what a server sends, best first.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Captured, and the certificates are in hand.
    Proven,
    /// A fact that was seen or published says so.
    Announced,
    /// It follows from a published rule.
    Rule,
    /// Nobody said so: what was goes on, or what is usual comes.
    Assumed,
    /// Nothing is known. Never safe.
    Unknown,
}

impl Level {
    /// The level of a fact.
    pub fn of(confidence: Confidence) -> Self {
        match confidence {
            Confidence::Certificate => Self::Proven,
            Confidence::Announced | Confidence::Observed | Confidence::Policy => Self::Announced,
            Confidence::Rule => Self::Rule,
            Confidence::Assumed => Self::Assumed,
        }
    }
}

/// Why an alternative or an acceptance begins or ends.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
pub struct Cause {
    /// The day of the event itself; servers follow at their next renewal.
    pub date: Date,
    /// What kind of event.
    pub kind: CauseKind,
    /// What happens, in words.
    pub what: String,
    /// Who says so.
    pub source: String,
    /// How well it is known.
    pub confidence: Confidence,
    /// Dates that this one superseded, oldest first.
    pub previously: Vec<Date>,
}

/// What kind of event a [`Cause`] is.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum CauseKind {
    /// A server was seen to send it.
    Captured,
    /// A certificate of the chain ends.
    CertificateEnds,
    /// The CA issues with another chain.
    ChainChange,
    /// No anchor of the store accepts it, on any day.
    NotTrusted,
    /// A key or certificate of the chain is used no longer.
    Retired,
    /// The root of the chain ends.
    RootEnds,
    /// What carried it counts no longer: the anchor's or a path's dates, or a pin's.
    TrustEnds,
    /// Nothing says what is sent.
    Unknown,
}
