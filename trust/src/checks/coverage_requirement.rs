//! E103: fewer different keys or owners lead to the endpoints than `[coverage]` asks for.

use std::collections::BTreeSet;

use super::{Anchor, Case};
use crate::finding::{Finding, Subject};
use crate::policy::Located;
use crate::rules::endpoints::COVERAGE_NOT_REACHED;

pub(super) fn check(case: &Case<'_>, findings: &mut Vec<Finding>) {
    let Some(required) = case
        .policy
        .coverage
        .as_ref()
        .filter(|_| !case.policy.left_out)
    else {
        return;
    };
    let anchors: Vec<_> = case
        .policy
        .endpoints
        .iter()
        .flat_map(|endpoint| case.anchors_of(endpoint))
        .collect();
    let keys: BTreeSet<_> = anchors
        .iter()
        .map(|anchor| anchor.certificate.spki_sha256)
        .collect();
    let owners: BTreeSet<_> = anchors
        .iter()
        .filter_map(|anchor| owner(anchor, case))
        .collect();
    let counts = [
        (
            &required.independent_paths,
            keys.len(),
            "independent-paths",
            "different keys",
        ),
        (
            &required.distinct_owners,
            owners.len(),
            "distinct-owners",
            "owners",
        ),
    ];
    let short = counts
        .into_iter()
        .filter(|(required, found, ..)| (*found as u64) < u64::from(required.value));
    findings.extend(short.map(|(required, found, key, what)| finding(required, found, key, what)));
}

fn owner(anchor: &Anchor<'_>, case: &Case<'_>) -> Option<String> {
    case.calendar.owner(anchor.certificate)
}

fn finding(required: &Located<u32>, found: usize, key: &'static str, what: &str) -> Finding {
    let message = format!(
        "anchors of {found} {what} lead to the endpoints, {} are required",
        required.value
    );
    Finding::new(
        &COVERAGE_NOT_REACHED,
        required.at.clone(),
        format!("{found} found"),
        message,
    )
    .evidence("required", required.value)
    .evidence("found", found)
    .help(
        "require a root of another CA, for an endpoint that it serves; or ask for less and say why",
    )
    .about(Subject::item(key))
}
