//! A108 and A109: two required roots with one key, or with one name.

use std::collections::HashMap;

use super::{Anchor, Case};
use crate::finding::{Finding, Severity, Subject};
use crate::rules::anchors::{DUPLICATE_KEY, DUPLICATE_NAME};

pub(super) fn check(case: &Case<'_>, findings: &mut Vec<Finding>) {
    let anchors: Vec<_> = case.anchors().collect();
    let (mut keys, mut names) = (Earlier::default(), Earlier::default());
    for anchor in &anchors {
        let same_key = keys.meet(&anchor.certificate.spki, anchor);
        let same_name = names.meet(&anchor.certificate.subject, anchor);
        if let Some(other) = same_key {
            findings.push(duplicate_key(other, anchor));
        } else if let Some(other) = same_name {
            findings.push(duplicate_name(other, anchor, case));
        }
    }
}

/// The anchors met so far, by a part of their certificates. Of those with one value the first two certificates
/// are enough: one of them is not the next one. Nothing goes through the map in its order.
#[derive(Default)]
struct Earlier<'a>(HashMap<&'a [u8], Vec<&'a Anchor<'a>>>);

impl<'a> Earlier<'a> {
    /// The first earlier anchor that has `value` and another certificate.
    fn meet(&mut self, value: &'a [u8], anchor: &'a Anchor<'a>) -> Option<&'a Anchor<'a>> {
        let met = self.0.entry(value).or_default();
        let is_other =
            |other: &&&Anchor<'_>| other.certificate.fingerprint != anchor.certificate.fingerprint;
        let first = met.iter().find(is_other).copied();
        if met.is_empty() || met.len() == 1 && first.is_some() {
            met.push(anchor);
        }
        first
    }
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
