//! E110: pins of an endpoint that it does not serve.

use std::collections::BTreeSet;

use super::Case;
use crate::finding::{Finding, Subject};
use crate::policy::{PinFallback, Sha256};
use crate::rules::endpoints::PIN_NOT_SERVED;

pub(super) fn check(case: &Case<'_>, findings: &mut Vec<Finding>) {
    findings.extend(
        case.policy
            .pin_fallbacks
            .iter()
            .filter_map(|fallback| not_served(fallback, case)),
    );
}

fn not_served(fallback: &PinFallback, case: &Case<'_>) -> Option<Finding> {
    let name = &fallback.endpoint.value;
    let mut endpoints = case.policy.endpoints.iter();
    let endpoint = endpoints.find(|endpoint| endpoint.name.value == *name)?;
    let captured: BTreeSet<Sha256> = case.chains.of(endpoint).map(|c| c.spki_sha256).collect();
    // Without a capture nobody can say what is served.
    let served = fallback
        .spki_sha256
        .iter()
        .any(|pin| captured.contains(&pin.value));
    if captured.is_empty() || served || case.lacks_a_chain(endpoint) {
        return None;
    }
    let first = fallback.spki_sha256.first()?;
    let message = format!(
        "none of the pins of {name} is a key that {name} was seen to serve: the fallback accepts nothing"
    );
    let finding = Finding::new(
        &PIN_NOT_SERVED,
        first.at.clone(),
        "in no captured chain",
        message,
    )
    .and_label(
        endpoint.name.at.clone(),
        "its captured chains have other keys",
    )
    .evidence(
        "captured",
        captured
            .iter()
            .map(hex::encode)
            .collect::<Vec<_>>()
            .join(", "),
    )
    .help("pin a key of the captured chain beside the backup, or capture the chain again")
    .about(Subject::endpoint(name));
    Some(finding)
}
