//! E101 and A107: what leads to an endpoint, and whether any of it is a root.

use super::{Anchor, Case};
use crate::finding::{Finding, Subject};
use crate::policy::Endpoint;
use crate::rules::anchors::ONLY_ANCHOR_NOT_A_ROOT;
use crate::rules::endpoints::ENDPOINT_WITHOUT_ANCHOR;

pub(super) fn check(case: &Case<'_>, findings: &mut Vec<Finding>) {
    if case.policy.left_out {
        return;
    }
    for endpoint in &case.policy.endpoints {
        let anchors = case.anchors_of(endpoint);
        // With a proof, what the endpoint sends decides: `endpoint_loss`.
        if anchors.is_empty() && case.proof.is_none() {
            findings.push(without_anchor(endpoint, case));
        } else if !anchors.is_empty() && !anchors.iter().any(|anchor| anchor.certificate.is_root())
        {
            findings.push(not_a_root(endpoint, &anchors));
        }
    }
}

pub(super) fn without_anchor(endpoint: &Endpoint, case: &Case<'_>) -> Finding {
    let (name, owner) = (&endpoint.name.value, &endpoint.owner.value);
    let owners: std::collections::BTreeSet<_> =
        case.anchors().filter_map(|anchor| anchor.owner).collect();
    let known = owners.into_iter().collect::<Vec<_>>().join(", ");
    let of_owner = case
        .anchors()
        .any(|anchor| anchor.owner == Some(owner.as_str()));
    let label = if of_owner {
        "sends nothing that an anchor of the store accepts".to_owned()
    } else {
        format!("no required root of {owner}")
    };
    Finding::new(
        &ENDPOINT_WITHOUT_ANCHOR,
        endpoint.owner.at.clone(),
        label,
        format!("no anchor of the store leads to endpoint {name}"),
    )
    .evidence("owner", owner)
    .evidence("owners-of-anchors", known)
    .help(format!(
        "require a root of {owner}: `cargo xtask roots list`, or correct the owner"
    ))
    .about(Subject::endpoint(name))
}

fn not_a_root(endpoint: &Endpoint, anchors: &[Anchor<'_>]) -> Finding {
    let name = &endpoint.name.value;
    let names = anchors
        .iter()
        .map(|a| a.required.name.as_str())
        .collect::<Vec<_>>()
        .join(", ");
    let place = anchors
        .first()
        .map_or(&endpoint.at, |anchor| &anchor.required.name.at)
        .clone();
    let mut finding = Finding::new(
        &ONLY_ANCHOR_NOT_A_ROOT,
        place,
        "not a root",
        format!("endpoint {name} hangs on {names} alone, and that is not a root"),
    )
    .and_label(endpoint.name.at.clone(), "nothing else leads here")
    .evidence("anchors", &names)
    .help(format!(
        "require the root above {names}: CAs replace intermediates at weeks' notice"
    ))
    .about(Subject {
        endpoint: Some(name.clone()),
        ..Subject::anchor(&names)
    });
    for anchor in anchors {
        let issuer_differs = !anchor.certificate.self_issued;
        let why = if issuer_differs {
            "is an intermediate: another CA issued it"
        } else {
            "may not issue certificates"
        };
        finding = finding.and_label(
            anchor.certificate.at.clone(),
            format!("{} {why}", anchor.required.name.value),
        );
    }
    finding
}
