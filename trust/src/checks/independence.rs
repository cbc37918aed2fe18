//! E107, E108, E109: endpoints that share what they are to be independent of: host, owner or key.

use std::collections::BTreeSet;

use super::Case;
use crate::finding::{Finding, Subject};
use crate::policy::{Endpoint, Sha256};
use crate::rules::Rule;
use crate::rules::endpoints::{FAILOVER_SHARES_HOST, FAILOVER_SHARES_KEY, FAILOVER_SHARES_OWNER};
use crate::server::host;

pub(super) fn check(case: &Case<'_>, findings: &mut Vec<Finding>) {
    if case.policy.left_out {
        return;
    }
    let endpoints = &case.policy.endpoints;
    let mut shared_host = false;
    for (place, endpoint) in endpoints.iter().enumerate() {
        let earlier = &endpoints[..place];
        let same_host = |other: &&Endpoint| {
            let other = host(&other.url.value);
            other.is_some() && other == host(&endpoint.url.value)
        };
        // On one host everything else is shared as well: one mistake.
        if let Some(other) = earlier.iter().find(same_host) {
            shared_host = true;
            findings.push(shares_host(endpoint, other));
        } else if let Some((other, key)) = same_key(case, endpoint, earlier) {
            findings.push(shares_key(endpoint, other, key));
        }
    }
    // Where two owners are asked for, E103 counts them.
    let asked = case.required().owners > 1;
    if !asked && !shared_host {
        findings.extend(one_owner(endpoints));
    }
}

fn shares_host(endpoint: &Endpoint, other: &Endpoint) -> Finding {
    let shared = host(&endpoint.url.value).unwrap_or_default();
    let (name, earlier) = (&endpoint.name.value, &other.name.value);
    let message = format!(
        "endpoint {name} has the host of {earlier} ({shared}): they are one machine, and are lost together"
    );
    finding(&FAILOVER_SHARES_HOST, endpoint, message)
        .and_label(other.url.at.clone(), "the same host")
        .evidence("host", shared)
        .help("serve the failover from another host, with certificates of another CA")
}

fn shares_key(endpoint: &Endpoint, other: &Endpoint, key: Sha256) -> Finding {
    let (name, earlier) = (&endpoint.name.value, &other.name.value);
    let message = format!(
        "endpoint {name} has the key of {earlier}: whoever has one has both, and a change of it changes both"
    );
    finding(&FAILOVER_SHARES_KEY, endpoint, message)
        .and_label(other.name.at.clone(), "captured with the same key")
        .evidence("spki-sha256", hex::encode(key))
        .help("make a key for each server, and capture its chain again")
}

/// All of several endpoints are of one owner.
fn one_owner(endpoints: &[Endpoint]) -> Option<Finding> {
    let owners: BTreeSet<_> = endpoints
        .iter()
        .map(|endpoint| &endpoint.owner.value)
        .collect();
    let [first, second, ..] = endpoints else {
        return None;
    };
    if owners.len() > 1 {
        return None;
    }
    let (name, owner) = (&second.name.value, &second.owner.value);
    let message = format!(
        "every endpoint has its certificates from {owner}: one decision of it reaches all of them"
    );
    let found = Finding::new(
        &FAILOVER_SHARES_OWNER,
        second.owner.at.clone(),
        "no other owner",
        message,
    )
    .and_label(first.owner.at.clone(), "the same owner")
    .evidence("owner", owner)
    .help("serve one of them with certificates of another CA, and require its root")
    .about(Subject::endpoint(name));
    Some(found)
}

fn finding(rule: &'static Rule, endpoint: &Endpoint, message: String) -> Finding {
    Finding::new(rule, endpoint.url.at.clone(), "not independent", message)
        .about(Subject::endpoint(&endpoint.name.value))
}

/// A leaf's key that was captured at `endpoint` and at one before it.
fn same_key<'a>(
    case: &Case<'_>,
    endpoint: &Endpoint,
    earlier: &'a [Endpoint],
) -> Option<(&'a Endpoint, Sha256)> {
    let own = leaf_keys(case, endpoint);
    earlier.iter().find_map(|other| {
        let key = leaf_keys(case, other)
            .into_iter()
            .find(|key| own.contains(key))?;
        Some((other, key))
    })
}

fn leaf_keys(case: &Case<'_>, endpoint: &Endpoint) -> BTreeSet<Sha256> {
    let chains = case.chains.by_path_of(endpoint);
    let leaves = chains.filter_map(|(_, chain)| chain.first());
    leaves
        .filter(|leaf| !leaf.may_issue)
        .map(|leaf| leaf.spki_sha256)
        .collect()
}
