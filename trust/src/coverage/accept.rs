//! Which anchors and pins accept a chain, on which days, by which path.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::cause::Level;
use super::served::{Alternative, SentChain, Served};
use super::walk::{Sent, Walk};
use super::{Carrier, Store, StorePin};
use crate::date::Date;
use crate::hierarchy::{CaCertificate, CertificateId, Hierarchy, KeyId};
use crate::policy::Sha256;
use crate::verifier::{Anchors, Behaviour};

/// A chain, or a key, is accepted by a carrier on a range of days.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Acceptance {
    /// The chain, a place in [`Served::chains`]; `None`: whatever chain is sent below, known or not.
    pub chain: Option<usize>,
    /// Key and last day of the captured leaf that a pin is of: its server's chains are accepted, and no other's.
    #[serde(skip)]
    pub leaf: Option<(Sha256, Date)>,
    /// What accepts: a place in [`super::Coverage::carriers`].
    pub carrier: usize,
    /// The anchor's certificate; `None` for a pin.
    pub anchor: Option<CertificateId>,
    /// The certificates between the leaf and the anchor.
    pub path: Vec<CertificateId>,
    /// First day.
    pub from: Date,
    /// Last day, inclusive.
    pub until: Date,
    /// How well the path is known, apart from what is served.
    pub evidence: Level,
}

impl Acceptance {
    /// Whether it is of what `alternative` sends.
    pub(crate) fn concerns(&self, alternative: &Alternative) -> bool {
        match self.leaf {
            Some(_) => self.leaf == alternative.leaf_key(),
            None => self.chain == alternative.chain,
        }
    }
}

/// The anchors and pins of a store, ready to be asked.
pub(super) struct Carriers<'a> {
    pub(super) hierarchy: &'a Hierarchy,
    pub(super) model: &'a Behaviour,
    pub(super) anchors: Vec<Trusted<'a>>,
    /// Carrier and pin.
    pins: Vec<(usize, &'a StorePin)>,
    /// In the answer's form.
    pub(super) listed: Vec<Carrier>,
    /// Owner of each carrier, as a small number.
    pub(super) owners: Vec<Option<usize>>,
}

pub(super) struct Trusted<'a> {
    pub(super) carrier: usize,
    pub(super) id: CertificateId,
    pub(super) certificate: &'a CaCertificate,
    /// The days on which the verifier accepts it.
    pub(super) days: (Date, Date),
    /// The last day on which it counts.
    pub(super) until: Date,
}

impl<'a> Carriers<'a> {
    pub(super) fn new(store: &'a Store, model: &'a Behaviour, hierarchy: &'a Hierarchy) -> Self {
        let mut carriers = Self {
            hierarchy,
            model,
            anchors: Vec::new(),
            pins: Vec::new(),
            listed: Vec::new(),
            owners: Vec::new(),
        };
        let mut by_key: BTreeMap<KeyId, usize> = BTreeMap::new();
        let mut owners = Numbers::default();
        for anchor in &store.anchors {
            let Some(certificate) = hierarchy.certificate(anchor.certificate) else {
                continue;
            };
            let Some(key) = hierarchy.key(certificate.key) else {
                continue;
            };
            let carrier = *by_key.entry(certificate.key).or_insert_with(|| {
                let owner = key.owner.as_deref();
                carriers.owners.push(owner.map(|owner| owners.of(owner)));
                carriers.listed.push(Carrier::Anchor {
                    name: certificate.name.clone(),
                    spki_sha256: hex::encode(key.spki_sha256),
                    owner: key.owner.clone(),
                    private: anchor.private,
                });
                carriers.listed.len() - 1
            });
            carriers.trust(carrier, anchor, certificate);
        }
        for pin in &store.pins {
            carriers.pins.push((carriers.listed.len(), pin));
            carriers.owners.push(None);
            carriers.listed.push(Carrier::Pin {
                endpoint: pin.endpoint.clone(),
                spki_sha256: hex::encode(pin.spki_sha256),
                expires: pin.expires,
            });
        }
        carriers
    }

    fn trust(
        &mut self,
        carrier: usize,
        anchor: &super::StoreAnchor,
        certificate: &'a CaCertificate,
    ) {
        let kind = self.hierarchy.key(certificate.key).map(|key| &key.kind);
        let usable = kind.is_some_and(|kind| self.model.model.verifies_with(kind));
        let readable = self.model.name_constraints.is_checked()
            || !self.model.model.reads_anchors()
            || !certificate.constraints.has_critical_names();
        if !usable
            || !readable
            || (self.model.anchors == Anchors::SelfIssued && !certificate.self_issued())
        {
            return;
        }
        let dated = self.model.anchor_dates.is_checked();
        let days = if dated {
            (certificate.not_before, certificate.not_after)
        } else {
            (Date::FIRST, Date::LAST)
        };
        self.anchors.push(Trusted {
            carrier,
            id: anchor.certificate,
            certificate,
            days,
            until: anchor.until,
        });
    }

    /// Everything that accepts something of what `served` may send.
    pub(super) fn acceptances(&self, served: &Served) -> Vec<Acceptance> {
        let pins: Vec<_> = (self.pins.iter())
            .filter(|(_, pin)| self.model.pins.is_checked() && pin.endpoint == served.name)
            .copied()
            .collect();
        let mut found = Vec::new();
        for (place, chain) in served.chains.iter().enumerate() {
            let sent = Sent {
                served,
                chain,
                place,
                pins: &pins,
            };
            self.chain(sent, &mut found);
        }
        let keys: BTreeSet<_> = (served.alternatives.iter())
            .filter_map(Alternative::leaf_key)
            .collect();
        for leaf in keys {
            let of_leaf = pins.iter().filter(|(_, pin)| pin.spki_sha256 == leaf.0);
            found.extend(of_leaf.flat_map(|(carrier, pin)| by_leaf(*carrier, pin, leaf)));
        }
        found
    }

    fn chain(&self, sent: Sent<'_, 'a>, found: &mut Vec<Acceptance>) {
        let below = self.hierarchy.key(sent.chain.below);
        let usable = below.is_some_and(|key| self.model.model.verifies_with(&key.kind));
        if usable && self.can_read(sent.chain) {
            Walk::new(self, sent, found).start_at_the_leaf();
        }
    }

    /// Whether no certificate has a critical extension that the verifier does not know.
    fn can_read(&self, chain: &SentChain) -> bool {
        let certificates = chain.certificates.iter();
        let mut certificates = certificates.filter_map(|id| self.hierarchy.certificate(*id));
        let critical = |certificate: &CaCertificate| {
            let constraints = &certificate.constraints;
            constraints.has_critical_names() || constraints.unknown_critical
        };
        self.model.name_constraints.is_checked() || !certificates.any(critical)
    }
}

/// A pin of a captured leaf's key accepts whatever is sent below it: proven as long as that leaf holds, and then assumed,
/// because its operator may keep the key.
fn by_leaf(
    carrier: usize,
    pin: &StorePin,
    (key, last): (Sha256, Date),
) -> impl Iterator<Item = Acceptance> {
    let seen = Acceptance {
        chain: None,
        leaf: Some((key, last)),
        carrier,
        anchor: None,
        path: Vec::new(),
        from: Date::FIRST,
        until: pin.expires.min(last),
        evidence: Level::Proven,
    };
    let later = Acceptance {
        from: last.plus_days(1),
        until: pin.expires,
        evidence: Level::Assumed,
        ..seen.clone()
    };
    [seen, later]
        .into_iter()
        .filter(|acceptance| acceptance.from <= acceptance.until)
}

/// A small number for each name.
#[derive(Default)]
struct Numbers<'n>(BTreeMap<&'n str, usize>);

impl<'n> Numbers<'n> {
    fn of(&mut self, name: &'n str) -> usize {
        let next = self.0.len();
        *self.0.entry(name).or_insert(next)
    }
}
