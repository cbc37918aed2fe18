//! A108 and A109: two required roots with one key, or with one name.

use super::{Anchor, Case};
use crate::finding::{Finding, Severity, Subject};
use crate::rules::anchors::{DUPLICATE_KEY, DUPLICATE_NAME};

pub(super) fn check(case: &Case<'_>, findings: &mut Vec<Finding>) {
    let anchors: Vec<_> = case.anchors().collect();
    for (index, later) in anchors.iter().enumerate() {
        let earlier = anchors.iter().take(index);
        let distinct =
            |other: &&Anchor<'_>| other.certificate.fingerprint != later.certificate.fingerprint;
        if let Some(other) = earlier
            .clone()
            .filter(distinct)
            .find(|other| same_key(other, later))
        {
            findings.push(duplicate_key(other, later));
        } else if let Some(other) = earlier
            .filter(distinct)
            .find(|other| same_name(other, later))
        {
            findings.push(duplicate_name(other, later, case));
        }
    }
}

fn same_key(a: &Anchor<'_>, b: &Anchor<'_>) -> bool {
    a.certificate.spki == b.certificate.spki
}

fn same_name(a: &Anchor<'_>, b: &Anchor<'_>) -> bool {
    a.certificate.subject == b.certificate.subject
}

fn duplicate_key(first: &Anchor<'_>, second: &Anchor<'_>) -> Finding {
    let (name, other) = (&second.required.name.value, &first.required.name.value);
    let message = format!("{name} has the key of {other}: two certificates, one trust anchor");
    Finding::new(
        &DUPLICATE_KEY,
        second.required.sha256.at.clone(),
        "the same key again",
        message,
    )
    .and_label(first.required.sha256.at.clone(), "first required here")
    .evidence("spki-sha256", hex::encode(second.certificate.spki_sha256))
    .help("keep the self-signed one; a second path needs a root with another key")
    .about(about(second))
}

fn duplicate_name(first: &Anchor<'_>, second: &Anchor<'_>, case: &Case<'_>) -> Finding {
    let name = &second.required.name.value;
    let by_name = case
        .policy
        .product
        .as_ref()
        .is_some_and(|p| p.verifier.tries_one_anchor_per_name());
    let (severity, effect) = if by_name {
        (
            Severity::Error,
            "this verifier model tries only one of them",
        )
    } else {
        (
            Severity::Warning,
            "a bundle for ESP-IDF would try only one of them",
        )
    };
    let message =
        format!("two required roots have the subject name of {name} and different keys: {effect}");
    Finding::new(
        &DUPLICATE_NAME,
        second.required.name.at.clone(),
        "the same name again",
        message,
    )
    .and_label(first.required.name.at.clone(), "first required here")
    .severity(severity)
    .evidence("fingerprint", hex::encode(second.certificate.fingerprint))
    .evidence(
        "fingerprint-of-first",
        hex::encode(first.certificate.fingerprint),
    )
    .help("keep one of the two, or have the CA name its new root differently")
    .about(about(second))
}

/// Two anchors of one name differ in their fingerprints only: that belongs to the identity of the finding.
fn about(anchor: &Anchor<'_>) -> Subject {
    Subject {
        item: Some(hex::encode(anchor.certificate.fingerprint)),
        ..Subject::anchor(&anchor.required.name.value)
    }
}
