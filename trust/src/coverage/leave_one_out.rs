//! What single event strands the fleet, and when: the proof once more without each anchor, cross-certificate, owner and
//! host.

use std::collections::BTreeSet;

use serde::Serialize;

use super::cause::Level;
use super::gaps::Gap;
use super::served::{SentChain, Served};
use super::{Question, Store, prove};
use crate::hierarchy::CertificateId;

/// What is left out.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Without {
    /// An anchor's key: every anchor of the store with it.
    Anchor {
        /// Its name.
        name: String,
        /// SHA-256 of the key, lowercase hexadecimal.
        spki_sha256: String,
    },
    /// A cross-certificate: servers send their chains only as far as below it.
    CrossCertificate {
        /// Subject and issuer in words.
        name: String,
        /// Fingerprint, lowercase hexadecimal.
        sha256: String,
    },
    /// Servers with this host.
    Host {
        /// The host.
        host: String,
    },
    /// An owner of CAs: its anchors, and whatever its customers' servers send.
    Owner {
        /// Its name.
        name: String,
    },
}

/// The answer without something.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct LeftOut {
    /// What is left out.
    pub without: Without,
    /// Fewest independent paths on any day.
    pub independent_paths: usize,
    /// Fewest distinct owners on any day.
    pub distinct_owners: usize,
    /// The fleet's first gap.
    pub loss: Option<Gap>,
}

/// Answers `question` without each anchor, cross-certificate, owner and host, in this order.
pub fn leave_one_out(question: &Question<'_>) -> Vec<LeftOut> {
    let anchors = anchors(question).into_iter();
    let crosses = cross_certificates(question).into_iter();
    let owners = owners(question).into_iter();
    let hosts = hosts(question).into_iter();
    let all = anchors.chain(crosses).chain(owners).chain(hosts);
    all.map(|case| answer(question, case)).collect()
}

/// The same, without each cross-certificate alone.
pub fn without_cross_certificates(question: &Question<'_>) -> Vec<LeftOut> {
    let cases = cross_certificates(question).into_iter();
    cases.map(|case| answer(question, case)).collect()
}

fn answer(question: &Question<'_>, (without, store, endpoints): Case) -> LeftOut {
    let coverage = prove(&Question {
        store: &store,
        endpoints: &endpoints,
        ..*question
    });
    let least = |of: fn(&super::Interval) -> usize| coverage.intervals.iter().map(of).min();
    LeftOut {
        without,
        independent_paths: least(|interval| interval.independent_paths).unwrap_or_default(),
        distinct_owners: least(|interval| interval.distinct_owners).unwrap_or_default(),
        loss: coverage.loss().cloned(),
    }
}

type Case = (Without, Store, Vec<Served>);

fn anchors(question: &Question<'_>) -> Vec<Case> {
    let hierarchy = question.hierarchy;
    let key_of = |id: CertificateId| hierarchy.certificate(id).map(|certificate| certificate.key);
    let mut seen = BTreeSet::new();
    let mut cases = Vec::new();
    for anchor in &question.store.anchors {
        let Some(certificate) = hierarchy.certificate(anchor.certificate) else {
            continue;
        };
        let Some(key) = hierarchy
            .key(certificate.key)
            .filter(|_| seen.insert(certificate.key))
        else {
            continue;
        };
        let mut store = question.store.clone();
        store
            .anchors
            .retain(|other| key_of(other.certificate) != Some(certificate.key));
        let without = Without::Anchor {
            name: certificate.name.clone(),
            spki_sha256: hex::encode(key.spki_sha256),
        };
        cases.push((without, store, question.endpoints.to_vec()));
    }
    cases
}

fn cross_certificates(question: &Question<'_>) -> Vec<Case> {
    let chains = question
        .endpoints
        .iter()
        .flat_map(|served| sent(served, question));
    let sent: BTreeSet<_> = chains
        .flat_map(|chain| chain.certificates.iter().copied())
        .collect();
    let crosses = question
        .hierarchy
        .cross_certificates()
        .filter(|id| sent.contains(id));
    let case = |id: CertificateId| {
        let certificate = question.hierarchy.certificate(id)?;
        let endpoints = question
            .endpoints
            .iter()
            .map(|served| served.without_certificate(id));
        let without = Without::CrossCertificate {
            name: certificate.in_words(),
            sha256: hex::encode(certificate.sha256),
        };
        Some((without, question.store.clone(), endpoints.collect()))
    };
    crosses.filter_map(case).collect()
}

/// What `served` may send on some day that is asked about: nothing hangs on what was sent before.
fn sent<'q>(served: &'q Served, question: &Question<'q>) -> impl Iterator<Item = &'q SentChain> {
    let (from, until) = (question.from, question.until);
    let possible = served.alternatives.iter();
    let possible = possible.filter(move |one| one.from <= until && from <= one.until);
    possible.filter_map(|one| served.chains.get(one.chain?))
}

fn owners(question: &Question<'_>) -> Vec<Case> {
    let hierarchy = question.hierarchy;
    let owner_of = |id: CertificateId| {
        let key = hierarchy.key(hierarchy.certificate(id)?.key)?;
        key.owner.clone()
    };
    let of_anchors = question
        .store
        .anchors
        .iter()
        .filter_map(|anchor| owner_of(anchor.certificate));
    let of_endpoints = question.endpoints.iter().map(|served| served.owner.clone());
    let owners: BTreeSet<_> = of_anchors.chain(of_endpoints).collect();
    let case = |owner: String| {
        let mut store = question.store.clone();
        store
            .anchors
            .retain(|anchor| owner_of(anchor.certificate).as_ref() != Some(&owner));
        let endpoints = question.endpoints.iter().map(|served| {
            if served.owner == owner {
                served.with_unknown_chains()
            } else {
                served.clone()
            }
        });
        let endpoints = endpoints.collect();
        (Without::Owner { name: owner }, store, endpoints)
    };
    owners.into_iter().map(case).collect()
}

fn hosts(question: &Question<'_>) -> Vec<Case> {
    let hosts: BTreeSet<_> = question
        .endpoints
        .iter()
        .map(|served| &served.host)
        .collect();
    let case = |host: &String| {
        let others = question
            .endpoints
            .iter()
            .filter(|served| served.host != *host)
            .cloned();
        let without = Without::Host { host: host.clone() };
        (without, question.store.clone(), others.collect())
    };
    hosts.into_iter().map(case).collect()
}

impl Served {
    /// The same server when `certificate` is not to be had: chains are sent as far as below it.
    pub fn without_certificate(&self, certificate: CertificateId) -> Self {
        let mut served = self.clone();
        for chain in &mut served.chains {
            if let Some(at) = chain.certificates.iter().position(|id| *id == certificate) {
                chain.certificates.truncate(at);
            }
        }
        served
    }

    /// The same server when nothing is known of what it sends.
    pub fn with_unknown_chains(&self) -> Self {
        let mut served = self.clone();
        for alternative in &mut served.alternatives {
            alternative.chain = None;
            alternative.evidence = Level::Unknown;
        }
        served
    }
}
