//! The search for paths from a leaf to anchors, as each verifier does it.

use std::collections::BTreeSet;

use super::StorePin;
use super::accept::{Acceptance, Carriers};
use super::cause::Level;
use super::served::{SentChain, Served};
use crate::date::Date;
use crate::hierarchy::{CaCertificate, CertificateId, KeyId};
use crate::policy::Sha256;
use crate::verifier::{AnchorSearch, Names, Order};

/// Steps of one search: webpki gives up after 100 signatures.
const MOST_STEPS: usize = 100;

/// A chain, who sends it, and the pins of that endpoint by carrier.
#[derive(Clone, Copy)]
pub(super) struct Sent<'w, 'a> {
    pub(super) served: &'w Served,
    pub(super) chain: &'w SentChain,
    /// The chain's place in the endpoint's list.
    pub(super) place: usize,
    pub(super) pins: &'w [(usize, &'a StorePin)],
}

impl Sent<'_, '_> {
    /// The hosts that a leaf below the chain is for: the endpoint's, and those of the leaves that were captured below it.
    fn hosts(&self) -> Vec<String> {
        let captures = self
            .served
            .alternatives
            .iter()
            .filter_map(|one| one.capture.as_deref());
        let below = captures.filter(|capture| capture.sends(Some(self.chain)));
        let names = below.flat_map(|capture| capture.leaf.names.iter().cloned());
        let hosts: BTreeSet<_> = names.chain([self.served.host.clone()]).collect();
        hosts.into_iter().collect()
    }
}

/// The search for anchors from the leaf upwards.
pub(super) struct Walk<'w, 'a> {
    carriers: &'w Carriers<'a>,
    sent: Sent<'w, 'a>,
    path: Vec<CertificateId>,
    used: Vec<bool>,
    steps: usize,
    found: &'w mut Vec<Acceptance>,
}

impl<'w, 'a> Walk<'w, 'a> {
    pub(super) fn new(
        carriers: &'w Carriers<'a>,
        sent: Sent<'w, 'a>,
        found: &'w mut Vec<Acceptance>,
    ) -> Self {
        Self {
            carriers,
            sent,
            path: Vec::new(),
            used: vec![false; sent.chain.certificates.len()],
            steps: MOST_STEPS,
            found,
        }
    }

    pub(super) fn start_at_the_leaf(mut self) {
        self.step(None, &[self.sent.chain.below], Date::FIRST, Date::LAST);
    }

    /// At the certificate in place `at` (`None`: at the leaf), whose signer is one of `issuers`.
    fn step(&mut self, at: Option<usize>, issuers: &[KeyId], from: Date, until: Date) {
        let Some(steps) = self.steps.checked_sub(1) else {
            return;
        };
        self.steps = steps;
        let next: Vec<usize> = self.next(at, issuers);
        let model = self.carriers.model;
        match model.anchor_search {
            AnchorSearch::Top => match next.first() {
                None => drop(self.anchors(at, issuers, from, until)),
                Some(first) => self.climb_to(*first, issuers, from, until),
            },
            AnchorSearch::EachStepAgain => {
                self.anchors(at, issuers, from, until);
                for place in next {
                    self.climb_to(place, issuers, from, until);
                }
            }
            AnchorSearch::EachStep => {
                // Where one of the anchors is the issuer, nobody looks further when its time is over.
                let trusted = self.anchors(at, issuers, from, until);
                let ranges = trusted.unwrap_or_else(|| vec![(from, until)]);
                for (from, until) in ranges {
                    self.first_in_date(&next, issuers, from, until);
                }
            }
        }
    }

    /// On to the first certificate that may stand there and is within its dates, on each day.
    fn first_in_date(&mut self, next: &[usize], issuers: &[KeyId], from: Date, until: Date) {
        let mut left = vec![(from, until)];
        for place in next {
            let certificate = self.certificate(*place);
            let stands = certificate.is_some_and(|certificate| self.may_stand(certificate));
            let Some((first, last)) = self.days_of(*place).filter(|_| stands) else {
                continue;
            };
            for (from, until) in std::mem::take(&mut left) {
                self.climb_to(*place, issuers, from.max(first), until.min(last));
                let before = (from, until.min(first.plus_days(-1)));
                let after = (from.max(last.plus_days(1)), until);
                left.extend([before, after].iter().filter(|(from, until)| from <= until));
            }
        }
    }

    /// The days on which the certificate in `place` is within its dates, as far as they are checked.
    fn days_of(&self, place: usize) -> Option<(Date, Date)> {
        let certificate = self.certificate(place)?;
        let dated = self.carriers.model.intermediate_dates.is_checked();
        Some(match dated {
            true => (certificate.not_before, certificate.not_after),
            false => (Date::FIRST, Date::LAST),
        })
    }

    fn certificate(&self, place: usize) -> Option<&'w CaCertificate> {
        let id = *self.sent.chain.certificates.get(place)?;
        self.carriers.hierarchy.certificate(id)
    }

    /// On to the certificate in `place`, which was chosen by its name, if its key is the right one.
    fn climb_to(&mut self, place: usize, issuers: &[KeyId], from: Date, until: Date) {
        let certificate = self.certificate(place);
        if certificate.is_some_and(|certificate| issuers.contains(&certificate.key)) {
            self.climb(place, from, until);
        }
    }

    fn climb(&mut self, place: usize, from: Date, until: Date) {
        let (model, hierarchy) = (self.carriers.model, self.carriers.hierarchy);
        let id = self.sent.chain.certificates[place];
        let Some(certificate) = hierarchy.certificate(id) else {
            return;
        };
        let Some(key) = hierarchy.key(certificate.key) else {
            return;
        };
        if !model.model.verifies_with(&key.kind) || !self.may_stand(certificate) {
            return;
        }
        let Some((first, last)) = self.days_of(place) else {
            return;
        };
        let (from, until) = (from.max(first), until.min(last));
        if from > until {
            return;
        }
        self.pinned(id, &key.spki_sha256, from, until);
        let signed = model.signatures.contains(&certificate.signature);
        let in_path = self.path.len() + usize::from(self.sent.chain.unnamed_issuer);
        if signed && in_path < model.most_in_path {
            self.used[place] = true;
            self.path.push(id);
            self.step(Some(place), &certificate.issuers, from, until);
            self.path.pop();
            self.used[place] = false;
        }
    }

    /// Whether `certificate` may stand above the path.
    fn may_stand(&self, certificate: &CaCertificate) -> bool {
        certificate.may_issue && self.allows(certificate)
    }

    /// Whether `issuer` allows the path and the leaf below it. Hardly any has something to say of the leaf's names.
    fn allows(&self, issuer: &CaCertificate) -> bool {
        let constraints = &issuer.constraints;
        let hosts = match constraints.names {
            None => Vec::new(),
            Some(_) => self.sent.hosts(),
        };
        constraints.allow(&hosts, self.between())
    }

    /// How many certificates of the path are not self-issued.
    fn between(&self) -> usize {
        let path = self.path.iter();
        let path = path.filter_map(|id| self.carriers.hierarchy.certificate(*id));
        let between = path
            .filter(|certificate| !certificate.self_issued())
            .count();
        between + usize::from(self.sent.chain.unnamed_issuer)
    }

    /// A certificate that was sent, to which the path leads, has a pinned key: it is trusted as an anchor would be.
    fn pinned(&mut self, id: CertificateId, spki_sha256: &Sha256, from: Date, until: Date) {
        let of_key = |(_, pin): &&(usize, &StorePin)| pin.spki_sha256 == *spki_sha256;
        for (carrier, pin) in self.sent.pins.iter().filter(of_key) {
            let until = until.min(pin.expires);
            if from <= until {
                self.found.push(Acceptance {
                    chain: Some(self.sent.place),
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

    /// Places of the certificates sent that may be the issuer of the one at `at`, by their names. Who tries all of them finds
    /// the right key; who takes the first takes it by its name alone.
    fn next(&self, at: Option<usize>, issuers: &[KeyId]) -> Vec<usize> {
        let first = at.map_or(0, |at| at + 1);
        let places = match self.carriers.model.order {
            Order::Any => 0..self.used.len(),
            Order::Forward => first..self.used.len(),
            Order::Strict => first..self.used.len().min(first + 1),
        };
        let fits = |place: &usize| {
            let certificate = self.certificate(*place);
            certificate.is_some_and(|certificate| {
                let right = issuers.contains(&certificate.key);
                self.names_agree(at, certificate) && (right || self.is_named(at, certificate))
            })
        };
        places
            .filter(|place| !self.used[*place])
            .filter(fits)
            .collect()
    }

    /// Whether `issuer` has the name that the certificate at `at` gives its issuer. Of a leaf the key of its issuer is known,
    /// and so the names of that key.
    fn is_named(&self, at: Option<usize>, issuer: &CaCertificate) -> bool {
        if at.is_some() {
            return true;
        }
        let hierarchy = self.carriers.hierarchy;
        let key = hierarchy.key(self.sent.chain.below);
        let certificates = key.map_or(&[][..], |key| &key.certificates).iter();
        let mut named = certificates.filter_map(|id| hierarchy.certificate(*id));
        named.any(|certificate| certificate.subject == issuer.subject)
    }

    /// The anchors that issued the certificate at `at`. The days on which each is within its dates; `None` where there is
    /// none.
    fn anchors(
        &mut self,
        at: Option<usize>,
        issuers: &[KeyId],
        from: Date,
        until: Date,
    ) -> Option<Vec<(Date, Date)>> {
        let mut trusted = None;
        for anchor in &self.carriers.anchors {
            let signs =
                issuers.contains(&anchor.certificate.key) && self.allows(anchor.certificate);
            if !signs || !self.names_agree(at, anchor.certificate) {
                continue;
            }
            let days: &mut Vec<_> = trusted.get_or_insert_default();
            let (from, until) = (from.max(anchor.days.0), until.min(anchor.days.1));
            if from <= until {
                days.push((from, until));
            }
            let until = until.min(anchor.until);
            if from > until {
                continue;
            }
            self.found.push(Acceptance {
                chain: Some(self.sent.place),
                leaf: None,
                carrier: anchor.carrier,
                anchor: Some(anchor.id),
                path: self.path.clone(),
                from,
                until,
                evidence: self.evidence(None),
            });
        }
        trusted
    }

    /// Whether the issuer's name of the certificate at `at` is the subject of `issuer`. The leaf of a chain names its
    /// issuer's key alone; by bytes only where both certificates are in hand.
    fn names_agree(&self, at: Option<usize>, issuer: &CaCertificate) -> bool {
        let below = at.and_then(|at| {
            self.carriers
                .hierarchy
                .certificate(self.sent.chain.certificates[at])
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
        match (self.sent.chain.unnamed_issuer, in_hand) {
            (true, _) => Level::Assumed,
            (false, true) => Level::Proven,
            (false, false) => Level::Announced,
        }
    }
}
