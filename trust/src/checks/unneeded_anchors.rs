//! A112: anchors that carry no path to any endpoint.

use super::{Anchor, Case};
use crate::finding::{Finding, Subject};
use crate::rules::anchors::UNNEEDED_ANCHOR;

pub(super) fn check(case: &Case<'_>, findings: &mut Vec<Finding>) {
    if case.policy.left_out {
        return;
    }
    let endpoints = &case.policy.endpoints;
    let needed = |anchor: &Anchor<'_>| {
        endpoints
            .iter()
            .any(|endpoint| case.serves(anchor, endpoint))
            || is_sent(anchor, case)
    };
    findings.extend(
        case.anchors()
            .filter(|anchor| !needed(anchor))
            .map(|anchor| finding(&anchor)),
    );
}

/// Whether a chain that some server may send leads to the anchor: a CA's chain may end at another owner's root.
fn is_sent(anchor: &Anchor<'_>, case: &Case<'_>) -> bool {
    let Some(proof) = case.proof else {
        return false;
    };
    let Some(key) = proof.hierarchy.find_key(&anchor.certificate.spki_sha256) else {
        return false;
    };
    let chains = proof.served.iter().flat_map(|served| &served.chains);
    chains.into_iter().any(|chain| {
        let sent = chain.certificates.iter();
        let mut sent = sent.filter_map(|id| proof.hierarchy.certificate(*id));
        chain.below == key || sent.any(|one| one.key == key || one.issuers.contains(&key))
    })
}

fn finding(anchor: &Anchor<'_>) -> Finding {
    let name = &anchor.required.name.value;
    let owner = anchor.owner.unwrap_or("nobody known");
    let message = format!(
        "no endpoint needs {name}: none is served by {owner}, no chain that is sent leads to it"
    );
    Finding::new(
        &UNNEEDED_ANCHOR,
        anchor.required.name.at.clone(),
        "carries no path",
        message,
    )
    .evidence("owner", owner)
    .help("remove it, or name its owner in the endpoint that will use it")
    .about(Subject::anchor(name))
}
