//! Dated facts about CAs and root programmes, and what they make of an anchor's end.

use crate::anchors::Certificate;
use crate::date::Date;
use crate::policy::RequiredRoot;

/// How well a date is known.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// It stands in the certificate.
    Certificate,
    /// Seen to have happened.
    Observed,
    /// Published by the CA or the programme.
    Announced,
    /// Follows from a published rule.
    Rule,
    /// Decided in the policy.
    Policy,
}

/// Which clock ends an anchor.
#[derive(Clone, Copy, Debug, Eq, PartialEq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum EndCause {
    /// The certificate's notAfter.
    NotAfter,
    /// A date that the CA's owner published.
    Owner,
    /// `effective-end` in the policy.
    Policy,
    /// The root programmes' lifecycle rule, by the age of the key.
    Programme,
}

/// One candidate for the end of an anchor.
#[derive(Clone, Debug, Eq, PartialEq, serde::Serialize)]
pub struct End {
    /// Last day on which the anchor counts, inclusive.
    pub date: Date,
    /// Which clock says so.
    pub cause: EndCause,
    /// How well it is known.
    pub confidence: Confidence,
    /// Who says so, in words: "Let's Encrypt, Chains of Trust page".
    pub source: String,
}

/// The facts of `trust/calendar/`.
#[derive(Clone, Debug, Default)]
pub struct Calendar {}

impl Calendar {
    /// Every end that is known for this anchor, earliest first; the first one is its *effective end*.
    /// Never empty: notAfter is always there.
    pub fn ends(&self, certificate: &Certificate, root: Option<&RequiredRoot>) -> Vec<End> {
        let _ = (certificate, root);
        unreachable!("replaced by the calendar reader")
    }

    /// The owner of a CA certificate, in the words that endpoints use: from the facts by fingerprint, else
    /// by organisation, else the organisation itself.
    pub fn owner(&self, certificate: &Certificate) -> Option<String> {
        let _ = certificate;
        unreachable!("replaced by the calendar reader")
    }
}
