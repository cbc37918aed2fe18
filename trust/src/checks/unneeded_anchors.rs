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
    };
    findings.extend(
        case.anchors()
            .filter(|anchor| !needed(anchor))
            .map(|anchor| finding(&anchor)),
    );
}

fn finding(anchor: &Anchor<'_>) -> Finding {
    let name = &anchor.required.name.value;
    let owner = anchor.owner.unwrap_or("nobody known");
    let message = format!(
        "no endpoint needs {name}: none is served by {owner}, no captured chain leads to it"
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
