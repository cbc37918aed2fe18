//! Who the anchors are: certificates say it themselves, entries of bundles are looked up by name and key.

use super::{AnchorKind, Facts, Identified, Known};
use crate::anchors::{Certificate, NameAndKey};
use crate::calendar::{CertificateFact, Confidence, End, EndCause};
use crate::material::{Anchor, Found, Material, StoredAnchor};

pub(super) fn identify(material: &Material, facts: &Facts<'_>) -> Vec<Identified> {
    let found = material.found.iter();
    found.map(|found| facts.identified(found)).collect()
}

impl Facts<'_> {
    fn identified(&self, found: &Found) -> Identified {
        match &found.anchor {
            Anchor::Certificate(certificate) => {
                self.of_certificate(found, certificate, Known::InFile)
            }
            Anchor::NameAndKey(entry) => self.of_entry(found, entry),
            Anchor::Stored(stored) => self.of_stored(found, stored),
        }
    }

    fn of_certificate(&self, found: &Found, certificate: &Certificate, known: Known) -> Identified {
        let kind = match (certificate.may_issue, certificate.self_issued) {
            (false, _) => AnchorKind::Leaf,
            (true, false) => AnchorKind::Intermediate,
            (true, true) => AnchorKind::Root,
        };
        let mut ends = self.calendar.ends(certificate, None);
        let public = self.is_public(certificate);
        if !public {
            // No programme removes a root that it never had.
            ends.retain(|end| end.cause != EndCause::Programme);
        }
        Identified {
            name: certificate.name.clone(),
            place: found.place.clone(),
            form: found.form,
            within: found.within,
            subject: certificate.subject.clone(),
            sha256: Some(certificate.fingerprint),
            spki_sha256: certificate.spki_sha256,
            key: certificate.key.clone(),
            owner: self.calendar.owner(certificate),
            kind,
            known,
            public,
            not_after: Some(certificate.not_after),
            ends,
        }
    }

    /// Whether root programmes know the certificate or its issuer, as far as is known here.
    fn is_public(&self, certificate: &Certificate) -> bool {
        let has = |root: &Certificate| root.fingerprint == certificate.fingerprint;
        let is_fact = |fact: &CertificateFact| fact.sha256 == certificate.fingerprint;
        let mut roots = self.calendar.roots();
        let signed = |root: &Certificate| root.subject == certificate.issuer;
        self.pool.iter().any(|root| has(root) || signed(root))
            || roots.any(|root| root.sha256 == certificate.fingerprint)
            || self.calendar.certificates().any(is_fact)
    }

    fn of_entry(&self, found: &Found, entry: &NameAndKey) -> Identified {
        let of_pool = self
            .pool
            .iter()
            .filter(|root| root.spki_sha256 == entry.spki_sha256 && root.subject == entry.subject);
        if let Some(root) = of_pool.max_by_key(|root| (root.is_root(), root.not_after)) {
            return self.of_certificate(found, root, Known::Pool);
        }
        let facts = self.calendar.certificates().filter(|fact| {
            fact.spki_sha256 == entry.spki_sha256 && fact.subject == entry.distinguished_name
        });
        match facts.max_by_key(|fact| (fact.self_issued(), fact.not_after)) {
            Some(fact) => self.of_fact(found, entry, fact),
            None => unknown(found, entry),
        }
    }

    fn of_fact(&self, found: &Found, entry: &NameAndKey, fact: &CertificateFact) -> Identified {
        let not_after = End {
            date: fact.not_after,
            cause: EndCause::NotAfter,
            confidence: Confidence::Certificate,
            source: fact.evidence.source.clone(),
        };
        let root = fact.self_issued();
        let of_key = self
            .calendar
            .key_end(&[fact.sha256], root.then_some(fact.not_before))
            .filter(|_| root);
        let mut ends: Vec<_> = [not_after].into_iter().chain(of_key).collect();
        ends.sort_by_key(|end| (end.date, end.confidence));
        Identified {
            sha256: Some(fact.sha256),
            owner: self
                .calendar
                .owner_of(&fact.sha256, entry.organisation.as_deref()),
            kind: if root {
                AnchorKind::Root
            } else {
                AnchorKind::Intermediate
            },
            known: Known::Calendar,
            public: true,
            not_after: Some(fact.not_after),
            ends,
            ..unknown(found, entry)
        }
    }

    /// An anchor of our own store ends on the day that it was rendered with, or before it: nothing that became known later makes it
    /// last longer.
    fn of_stored(&self, found: &Found, stored: &StoredAnchor) -> Identified {
        let end = |date, cause, confidence, source: &str| End {
            date,
            cause,
            confidence,
            source: source.to_owned(),
        };
        let effective = end(
            stored.effective_end,
            EndCause::Policy,
            Confidence::Policy,
            "effective end in the store",
        );
        if let Some(root) = self
            .pool
            .iter()
            .find(|root| root.fingerprint == stored.sha256)
        {
            let mut identified = self.of_certificate(found, root, Known::Pool);
            let known = identified.effective_end().map(|end| end.date);
            if known.is_none_or(|known| effective.date < known) {
                identified.ends.insert(0, effective);
            }
            return identified;
        }
        let not_after = end(
            stored.not_after,
            EndCause::NotAfter,
            Confidence::Certificate,
            "notAfter in the store",
        );
        let mut ends = vec![not_after, effective];
        ends.sort_by_key(|end| (end.date, end.confidence));
        Identified {
            name: stored.name.clone(),
            sha256: Some(stored.sha256),
            owner: self
                .calendar
                .owner_of(&stored.sha256, stored.entry.organisation.as_deref()),
            kind: AnchorKind::Root,
            known: Known::Store,
            not_after: Some(stored.not_after),
            ends,
            ..unknown(found, &stored.entry)
        }
    }
}

fn unknown(found: &Found, entry: &NameAndKey) -> Identified {
    Identified {
        name: entry.name.clone(),
        place: found.place.clone(),
        form: found.form,
        within: found.within,
        subject: entry.subject.clone(),
        sha256: None,
        spki_sha256: entry.spki_sha256,
        key: entry.key.clone(),
        owner: None,
        kind: AnchorKind::Unknown,
        known: Known::Unknown,
        public: false,
        not_after: None,
        ends: Vec::new(),
    }
}
