//! When each anchor of a release stops being worth anything.

use serde::Serialize;

use super::subject::SubjectAnchor;
use super::what_if::Supposed;
use crate::calendar::{Confidence, End, EndCause};

/// An anchor of a release.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct AnchorForecast {
    /// Its name.
    pub name: String,
    /// Fingerprint, lowercase hexadecimal.
    pub sha256: String,
    /// Its effective end, where its certificate is known.
    pub effective_end: Option<End>,
}

impl AnchorForecast {
    /// What is known of `anchor`.
    pub(super) fn of(anchor: &SubjectAnchor<'_>, supposed: &Supposed<'_>) -> Self {
        let certificate = supposed.known.project.inventory.find(&anchor.sha256);
        let ends = certificate.map(|found| supposed.calendar.ends(found, anchor.root));
        let known = ends.and_then(|ends| ends.into_iter().next());
        let not_after = anchor.not_after.map(|date| End {
            date,
            cause: EndCause::NotAfter,
            confidence: Confidence::Certificate,
            source: "notAfter, as the ledger has it".to_owned(),
        });
        Self {
            name: anchor.name.to_owned(),
            sha256: hex::encode(anchor.sha256),
            effective_end: known.or(not_after),
        }
    }
}
