//! Facts by what a certificate is asked for, so that a check takes as long as there are certificates and facts,
//! not as long as their product.

use std::collections::HashMap;

use super::{Calendar, CertificateFact, EventFact, OwnerFact, RootFact};
use crate::anchors::Certificate;
use crate::policy::Sha256;

/// Places in the lists of a calendar, each list in file order. Nothing goes through these maps in their order.
#[derive(Clone, Debug, Default)]
pub(super) struct Index {
    certificates_by_key: HashMap<Sha256, Vec<usize>>,
    events_by_retired_key: HashMap<Sha256, Vec<usize>>,
    owners_by_organisation: HashMap<String, usize>,
    roots_by_fingerprint: HashMap<Sha256, Vec<usize>>,
}

impl Index {
    /// The owner to whom an organisation belongs: the first that names it.
    pub(super) fn owner<'a>(
        &self,
        owners: &'a [OwnerFact],
        organisation: &str,
    ) -> Option<&'a OwnerFact> {
        owners.get(*self.owners_by_organisation.get(organisation)?)
    }
}

impl Calendar {
    /// Must be called again whenever a fact was added.
    pub(super) fn rebuild_index(&mut self) {
        let mut index = Index::default();
        for (at, fact) in self.roots.iter().enumerate() {
            add(&mut index.roots_by_fingerprint, fact.sha256, at);
        }
        for (at, fact) in self.certificates.iter().enumerate() {
            add(&mut index.certificates_by_key, fact.spki_sha256, at);
        }
        for (at, event) in self.events.iter().enumerate() {
            for key in event.retires.iter().filter_map(|named| named.spki_sha256) {
                add(&mut index.events_by_retired_key, key, at);
            }
        }
        for (at, owner) in self.owners.iter().enumerate() {
            for organisation in &owner.organisations {
                let owners = &mut index.owners_by_organisation;
                owners.entry(organisation.clone()).or_insert(at);
            }
        }
        self.index = index;
    }

    /// Facts about this root, in file order; superseded ones too.
    pub(super) fn roots_of(&self, certificate: &Certificate) -> impl Iterator<Item = &RootFact> {
        self.roots_with(&certificate.fingerprint)
    }

    /// Facts about the root with this fingerprint.
    pub(super) fn roots_with(&self, sha256: &Sha256) -> impl Iterator<Item = &RootFact> {
        chosen(&self.roots, self.index.roots_by_fingerprint.get(sha256))
    }

    /// Published certificates with this certificate's key, in file order.
    pub(super) fn certificates_with_key(
        &self,
        certificate: &Certificate,
    ) -> impl Iterator<Item = &CertificateFact> {
        let found = self.index.certificates_by_key.get(&certificate.spki_sha256);
        chosen(&self.certificates, found)
    }

    /// Events that retire this certificate's key, by date; superseded ones too.
    pub(super) fn events_retiring(
        &self,
        certificate: &Certificate,
    ) -> impl Iterator<Item = &EventFact> {
        let found = self
            .index
            .events_by_retired_key
            .get(&certificate.spki_sha256);
        chosen(&self.events, found)
    }
}

/// A key that one fact names twice stands there once.
fn add(index: &mut HashMap<Sha256, Vec<usize>>, key: Sha256, at: usize) {
    let places = index.entry(key).or_default();
    if places.last() != Some(&at) {
        places.push(at);
    }
}

fn chosen<'a, T>(facts: &'a [T], places: Option<&'a Vec<usize>>) -> impl Iterator<Item = &'a T> {
    places
        .into_iter()
        .flatten()
        .filter_map(|place| facts.get(*place))
}
