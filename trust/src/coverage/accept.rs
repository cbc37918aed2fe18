//! Which anchors and pins accept a chain, on which days, by which path.

mod stops;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::cause::Level;
use super::served::{Alternative, SentChain, Served};
use super::{Carrier, Store, StorePin};
use crate::anchors::PublicKey;
use crate::date::Date;
use crate::hierarchy::{CaCertificate, CertificateId, Hierarchy, KeyId};
use crate::policy::Sha256;
use crate::verifier::{AnchorSearch, Anchors, Behaviour, Names, Order};

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
    hierarchy: &'a Hierarchy,
    model: &'a Behaviour,
    anchors: Vec<Trusted<'a>>,
    /// Carrier and pin.
    pins: Vec<(usize, &'a StorePin)>,
    /// In the answer's form.
    pub(super) listed: Vec<Carrier>,
    /// Owner of each carrier, as a small number.
    pub(super) owners: Vec<Option<usize>>,
}

struct Trusted<'a> {
    carrier: usize,
    id: CertificateId,
    certificate: &'a CaCertificate,
    from: Date,
    until: Date,
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
        if !usable || (self.model.anchors == Anchors::SelfIssued && !certificate.self_issued()) {
            return;
        }
        let dated = self.model.anchor_dates.is_checked();
        let (from, until) = if dated {
            (certificate.not_before, certificate.not_after)
        } else {
            (Date::FIRST, Date::LAST)
        };
        self.anchors.push(Trusted {
            carrier,
            id: anchor.certificate,
            certificate,
            from,
            until: until.min(anchor.until),
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
            self.chain(place, chain, &pins, &mut found);
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

    fn chain(
        &self,
        place: usize,
        chain: &SentChain,
        pins: &[(usize, &StorePin)],
        found: &mut Vec<Acceptance>,
    ) {
        let below = self.hierarchy.key(chain.below);
        if !below.is_some_and(|key| self.model.model.verifies_with(&key.kind)) {
            return;
        }
        let mut walk = Walk {
            carriers: self,
            pins,
            chain,
            place,
            path: Vec::new(),
            used: vec![false; chain.certificates.len()],
            steps: MOST_STEPS,
            found,
        };
        walk.step(None, &[chain.below], Date::FIRST, Date::LAST);
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

/// Steps of one search: webpki gives up after 100 signatures.
const MOST_STEPS: usize = 100;

/// A small number for each name.
#[derive(Default)]
struct Numbers<'n>(BTreeMap<&'n str, usize>);

impl<'n> Numbers<'n> {
    fn of(&mut self, name: &'n str) -> usize {
        let next = self.0.len();
        *self.0.entry(name).or_insert(next)
    }
}

/// The search for anchors from the leaf upwards.
struct Walk<'w, 'a> {
    carriers: &'w Carriers<'a>,
    /// The endpoint's.
    pins: &'w [(usize, &'a StorePin)],
    chain: &'w SentChain,
    place: usize,
    path: Vec<CertificateId>,
    used: Vec<bool>,
    steps: usize,
    found: &'w mut Vec<Acceptance>,
}

impl Walk<'_, '_> {
    /// At the certificate in place `at` (`None`: at the leaf), whose signer is one of `issuers`.
    fn step(&mut self, at: Option<usize>, issuers: &[KeyId], from: Date, until: Date) {
        let Some(steps) = self.steps.checked_sub(1) else {
            return;
        };
        self.steps = steps;
        let next: Vec<usize> = self.next(at, issuers);
        let model = self.carriers.model;
        if model.anchor_search != AnchorSearch::Top || next.is_empty() {
            self.anchors(at, issuers, from, until);
        }
        let again = model.anchor_search == AnchorSearch::EachStepAgain;
        let tried = if again { next.len() } else { 1 };
        for (from, until) in self.goes_on(at, issuers, (from, until)) {
            for place in next.iter().take(tried) {
                self.climb(*place, from, until);
            }
        }
    }

    /// On to the certificate in `place`.
    fn climb(&mut self, place: usize, from: Date, until: Date) {
        let (model, hierarchy) = (self.carriers.model, self.carriers.hierarchy);
        let id = self.chain.certificates[place];
        let Some(certificate) = hierarchy.certificate(id) else {
            return;
        };
        let Some(key) = hierarchy.key(certificate.key) else {
            return;
        };
        if !model.model.verifies_with(&key.kind) || !certificate.may_issue {
            return;
        }
        let (mut from, mut until) = (from, until);
        if model.intermediate_dates.is_checked() {
            from = from.max(certificate.not_before);
            until = until.min(certificate.not_after);
        }
        if let Some(day) = certificate
            .revoked
            .filter(|_| model.revocation.is_checked())
        {
            until = until.min(day.plus_days(-1));
        }
        if from > until {
            return;
        }
        self.pinned(id, &key.spki_sha256, from, until);
        let signed = model.signatures.contains(&certificate.signature);
        if signed && self.path.len() < model.most_in_path {
            self.used[place] = true;
            self.path.push(id);
            self.step(Some(place), &certificate.issuers, from, until);
            self.path.pop();
            self.used[place] = false;
        }
    }

    /// A certificate that was sent, to which the path leads, has a pinned key: it is trusted as an anchor would be.
    fn pinned(&mut self, id: CertificateId, spki_sha256: &Sha256, from: Date, until: Date) {
        let of_key = |(_, pin): &&(usize, &StorePin)| pin.spki_sha256 == *spki_sha256;
        for (carrier, pin) in self.pins.iter().filter(of_key) {
            let until = until.min(pin.expires);
            if from <= until {
                self.found.push(Acceptance {
                    chain: Some(self.place),
                    leaf: None,
                    carrier: *carrier,
                    anchor: None,
                    path: self.path.clone(),
                    from,
                    until,
                    evidence: self.evidence(Some(id)),
                });
            }
        }
    }

    /// Places of the certificates sent that may have signed the one at `at`.
    fn next(&self, at: Option<usize>, issuers: &[KeyId]) -> Vec<usize> {
        let first = at.map_or(0, |at| at + 1);
        let places = match self.carriers.model.order {
            Order::Any => 0..self.used.len(),
            Order::Forward => first..self.used.len(),
            Order::Strict => first..self.used.len().min(first + 1),
        };
        let fits = |place: &usize| {
            let certificate = self
                .carriers
                .hierarchy
                .certificate(self.chain.certificates[*place]);
            certificate.is_some_and(|certificate| {
                issuers.contains(&certificate.key) && self.names_agree(at, certificate)
            })
        };
        places
            .filter(|place| !self.used[*place])
            .filter(fits)
            .collect()
    }

    fn anchors(&mut self, at: Option<usize>, issuers: &[KeyId], from: Date, until: Date) {
        for anchor in &self.carriers.anchors {
            let (from, until) = (from.max(anchor.from), until.min(anchor.until));
            let signs = issuers.contains(&anchor.certificate.key);
            if !signs || from > until || !self.names_agree(at, anchor.certificate) {
                continue;
            }
            self.found.push(Acceptance {
                chain: Some(self.place),
                leaf: None,
                carrier: anchor.carrier,
                anchor: Some(anchor.id),
                path: self.path.clone(),
                from,
                until,
                evidence: self.evidence(None),
            });
        }
    }

    /// Whether the issuer's name of the certificate at `at` is the subject of `issuer`. The leaf of a chain names its
    /// issuer's key alone; by bytes only where both certificates are in hand.
    fn names_agree(&self, at: Option<usize>, issuer: &CaCertificate) -> bool {
        let below = at.and_then(|at| {
            self.carriers
                .hierarchy
                .certificate(self.chain.certificates[at])
        });
        let Some(below) = below else {
            return true;
        };
        match (&below.names_der, &issuer.names_der) {
            (Some((_, wanted)), Some((subject, _)))
                if self.carriers.model.names == Names::Bytes =>
            {
                wanted == subject
            }
            _ => below.issuer == issuer.subject,
        }
    }

    /// How well the path is known, and the certificate `above` it.
    fn evidence(&self, above: Option<CertificateId>) -> Level {
        let mut certificates = self
            .path
            .iter()
            .chain(&above)
            .filter_map(|id| self.carriers.hierarchy.certificate(*id));
        let in_hand = certificates.all(CaCertificate::in_hand);
        match (self.chain.unnamed_issuer, in_hand) {
            (true, _) => Level::Assumed,
            (false, true) => Level::Proven,
            (false, false) => Level::Announced,
        }
    }
}

/// Whether the model can take what an alternative sends: its size, and the leaf's key and signature. Certificates that are
/// not in hand have no bytes; of a leaf that was not captured nothing is known, and nothing is held against it.
pub(crate) fn fits(
    served: &Served,
    alternative: &Alternative,
    hierarchy: &Hierarchy,
    model: &Behaviour,
) -> bool {
    let chain = alternative.chain.and_then(|place| served.chains.get(place));
    let capture = alternative.capture.as_deref();
    if let Some(capture) = capture.filter(|capture| capture.sends(chain)) {
        let signed = model.signatures.contains(&capture.leaf.signature);
        return signed && takes(model, &capture.leaf.key, capture.sent, capture.bytes);
    }
    let certificates = chain.map_or(&[][..], |chain| &chain.certificates);
    let lengths = certificates
        .iter()
        .filter_map(|id| hierarchy.certificate(*id)?.der_length);
    let leaf = capture.map(|capture| &capture.leaf);
    let own = leaf.map_or(0, |leaf| leaf.der_length);
    let bytes = lengths.fold(own, usize::saturating_add);
    let sent = certificates.len();
    match leaf {
        Some(leaf) => takes(model, &leaf.key, sent, bytes),
        None => sent <= model.most_sent && bytes <= model.most_bytes,
    }
}

fn takes(model: &Behaviour, leaf: &PublicKey, sent: usize, bytes: usize) -> bool {
    model.model.verifies_with(leaf) && sent <= model.most_sent && bytes <= model.most_bytes
}
