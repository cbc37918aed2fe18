//! K101 and K103: each fallback needs a pin for a key that serves nothing yet.

use std::collections::BTreeSet;

use super::Case;
use crate::finding::{Finding, Subject};
use crate::policy::{Located, PinFallback, Sha256};
use crate::rules::pins::{BACKUP_PIN_IN_USE, NO_BACKUP_PIN};

pub(super) fn check(case: &Case<'_>, findings: &mut Vec<Finding>) {
    for fallback in &case.policy.pin_fallbacks {
        findings.extend(repeated_pins(fallback));
        findings.extend(backups_in_use_elsewhere(fallback, case));
        findings.extend(missing_backup(fallback, case));
    }
}

fn repeated_pins(fallback: &PinFallback) -> Vec<Finding> {
    let mut seen: Vec<&Located<Sha256>> = Vec::new();
    let mut findings = Vec::new();
    for pin in &fallback.spki_sha256 {
        if let Some(first) = seen.iter().find(|first| first.value == pin.value) {
            let message = format!(
                "a pin of {} stands twice: a backup must be another key",
                fallback.endpoint.value
            );
            findings.push(in_use(fallback, pin, message).and_label(first.at.clone(), "first here"));
        } else {
            seen.push(pin);
        }
    }
    findings
}

/// A key that this endpoint does not serve, but another one serves, or an earlier fallback pins, is no backup.
fn backups_in_use_elsewhere(fallback: &PinFallback, case: &Case<'_>) -> Vec<Finding> {
    let own = served_keys(case, |endpoint| endpoint == fallback.endpoint.value);
    let elsewhere = served_keys(case, |endpoint| endpoint != fallback.endpoint.value);
    let same = |other: &&PinFallback| other.endpoint.value == fallback.endpoint.value;
    let earlier = case
        .policy
        .pin_fallbacks
        .iter()
        .take_while(|other| !same(other));
    let pinned: BTreeSet<Sha256> = earlier
        .flat_map(|other| other.spki_sha256.iter().map(|pin| pin.value))
        .collect();
    let backups = fallback
        .spki_sha256
        .iter()
        .filter(|pin| !own.contains(&pin.value));
    let mut findings = Vec::new();
    for pin in backups {
        let use_of_it = match (elsewhere.contains(&pin.value), pinned.contains(&pin.value)) {
            (true, _) => "served by another endpoint",
            (false, true) => "pinned for another endpoint",
            (false, false) => continue,
        };
        let message = format!(
            "a backup pin of {} is {use_of_it}: it is lost with it",
            fallback.endpoint.value
        );
        findings.push(in_use(fallback, pin, message));
    }
    findings
}

fn missing_backup(fallback: &PinFallback, case: &Case<'_>) -> Option<Finding> {
    let distinct: BTreeSet<Sha256> = fallback.spki_sha256.iter().map(|pin| pin.value).collect();
    let served = served_keys(case, |endpoint| endpoint == fallback.endpoint.value);
    let backups = distinct.difference(&served).count();
    let enough = if served.is_empty() {
        distinct.len() >= 2
    } else {
        backups >= 1
    };
    if enough {
        return None;
    }
    let name = &fallback.endpoint.value;
    let why = if served.is_empty() {
        "it has one key only"
    } else {
        "each of its keys serves already"
    };
    let place = fallback
        .spki_sha256
        .last()
        .map_or(&fallback.at, |pin| &pin.at)
        .clone();
    let message = format!("the pins of {name} have no backup: {why}");
    let finding = Finding::new(&NO_BACKUP_PIN, place, "no backup beside it", message)
        .evidence("pins", distinct.len())
        .evidence("keys-captured", served.len())
        .help("make a second key pair, keep it offline, and pin it as well")
        .about(Subject::endpoint(name));
    Some(finding)
}

fn in_use(fallback: &PinFallback, pin: &Located<Sha256>, message: String) -> Finding {
    let key = hex::encode(pin.value);
    Finding::new(&BACKUP_PIN_IN_USE, pin.at.clone(), "not a backup", message)
        .evidence("spki-sha256", &key)
        .help("pin a key of its own that serves nothing and is kept offline")
        .about(Subject {
            item: Some(key),
            ..Subject::endpoint(&fallback.endpoint.value)
        })
}

/// SPKI hashes in the captured chains of the endpoints that `select` names.
fn served_keys(case: &Case<'_>, select: impl Fn(&str) -> bool) -> BTreeSet<Sha256> {
    let endpoints = case
        .policy
        .endpoints
        .iter()
        .filter(|endpoint| select(&endpoint.name));
    endpoints
        .flat_map(|endpoint| case.chains.of(endpoint))
        .map(|certificate| certificate.spki_sha256)
        .collect()
}
