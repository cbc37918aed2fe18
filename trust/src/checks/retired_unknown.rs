//! A904: events that retire a key or certificate of which nothing is known.

use std::collections::BTreeSet;

use super::Case;
use crate::calendar::{ChainFact, EventFact, Named};
use crate::finding::{Finding, Subject};
use crate::policy::Sha256;
use crate::rules::certificates::EVENT_RETIRES_UNKNOWN;

pub(super) fn check(case: &Case<'_>, findings: &mut Vec<Finding>) {
    // Of a day in the past the certificates that were published later are left out: a hash of one of them is no mistake.
    if case.facts_known_on.is_some() {
        return;
    }
    let known = Known::of(case);
    for event in case.calendar.events() {
        let unknown = event.retires.iter().filter(|named| known.lacks(named));
        findings.extend(unknown.map(|named| finding(case, event, named)));
    }
}

/// What the project knows, by hash.
struct Known {
    certificates: BTreeSet<Sha256>,
    keys: BTreeSet<Sha256>,
}

impl Known {
    fn of(case: &Case<'_>) -> Self {
        let facts = case.calendar.certificates();
        let in_hand = case.inventory.iter().chain(case.chains.all());
        let both = facts.map(|fact| (fact.sha256, fact.spki_sha256));
        let both = both.chain(in_hand.map(|one| (one.fingerprint, one.spki_sha256)));
        let (mut certificates, mut keys): (BTreeSet<_>, BTreeSet<_>) = both.unzip();
        certificates.extend(case.calendar.roots().map(|fact| fact.sha256));
        for named in case.calendar.chains().flat_map(named) {
            certificates.extend(named.sha256);
            keys.extend(named.spki_sha256);
        }
        Self { certificates, keys }
    }

    /// Whether a hash that it gives is of nothing that is known. One without any is found by the reader.
    fn lacks(&self, named: &Named) -> bool {
        let certificate = named.sha256.as_ref();
        let key = named.spki_sha256.as_ref();
        certificate.is_some_and(|sha256| !self.certificates.contains(sha256))
            || key.is_some_and(|spki| !self.keys.contains(spki))
    }
}

/// What a chain fact names: servers send it, whether or not somebody has it.
fn named(fact: &ChainFact) -> impl Iterator<Item = &Named> {
    fact.issuers.iter().chain(&fact.path).chain(&fact.root)
}

fn finding(case: &Case<'_>, event: &EventFact, named: &Named) -> Finding {
    let (name, date) = (&named.name, event.date);
    let message = format!(
        "the event of {date} retires {name} by a hash that no certificate or key has which is known: it retires nothing"
    );
    let finding = Finding::new(
        &EVENT_RETIRES_UNKNOWN,
        named.at.clone(),
        "of nothing that is known",
        message,
    );
    let hash = |finding: Finding, key, hash: Option<Sha256>| match hash {
        Some(hash) => finding.evidence(key, hex::encode(hash)),
        None => finding,
    };
    let finding = hash(finding, "sha256", named.sha256);
    hash(finding, "spki-sha256", named.spki_sha256)
        .evidence("known", case.calendar.names_like(name))
        .help(
            "compare the hash with the CA's page; where it is right, record the certificate: `[[certificate]]` or \
             `[[root]]` in trust/calendar, or the PEM file in trust/anchors",
        )
        .about(Subject::item(name))
}
