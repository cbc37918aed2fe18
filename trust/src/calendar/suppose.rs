//! Facts that somebody supposes: "what if this root were distrusted?"

use super::{Calendar, Confidence, EventFact, EventKind, Evidence, Named, RootFact};
use crate::date::Date;
use crate::policy::Sha256;
use crate::source::{Location, SourceFile};

/// A CA key that is supposed to be trusted no longer.
#[derive(Clone, Debug)]
pub struct SupposedDistrust {
    /// What it is called.
    pub name: String,
    /// Who runs it, where that is known.
    pub owner: Option<String>,
    /// SHA-256 of its SubjectPublicKeyInfo.
    pub spki_sha256: Sha256,
    /// Fingerprints and last days of its self-issued certificates.
    pub roots: Vec<(Sha256, Date)>,
    /// First day without it.
    pub from: Date,
}

impl Calendar {
    /// The same facts, and that the programmes distrust a key from a day on: its CA issues below it no longer, and no
    /// server can go on with it after its next renewal. It is *assumed*, and says so.
    #[must_use]
    pub fn supposing(&self, distrust: &SupposedDistrust) -> Self {
        let mut supposed = self.clone();
        let owner = distrust.owner.as_deref().unwrap_or(&distrust.name);
        let evidence = evidence(distrust);
        let fact = |(sha256, not_after): &(Sha256, Date)| RootFact {
            name: distrust.name.clone(),
            sha256: *sha256,
            owner: owner.to_owned(),
            not_after: *not_after,
            key_created: None,
            effective_end: Some(distrust.from.plus_days(-1)),
            programmes: None,
            evidence: evidence.clone(),
        };
        supposed.roots.extend(distrust.roots.iter().map(fact));
        supposed.events.push(EventFact {
            date: distrust.from,
            owner: owner.to_owned(),
            kind: EventKind::Distrust,
            programmes: Vec::new(),
            retires: vec![Named {
                name: distrust.name.clone(),
                sha256: None,
                spki_sha256: Some(distrust.spki_sha256),
                unrecorded: false,
                at: evidence.at.clone(),
            }],
            introduces: Vec::new(),
            days: None,
            evidence,
        });
        supposed.events.sort_by_key(|event| event.date);
        supposed.rebuild_index();
        supposed
    }
}

fn evidence(distrust: &SupposedDistrust) -> Evidence {
    let source = format!("what if {} is distrusted", distrust.name);
    Evidence {
        confidence: Confidence::Assumed,
        at: Location::whole(&SourceFile::new("what if", source.clone())),
        source,
        announced: None,
        superseded: None,
        note: None,
    }
}
