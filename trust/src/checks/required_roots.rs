//! A101 and A102: the fingerprint must be in the pool, and the name must be the certificate's.

use std::collections::BTreeMap;

use super::{Anchor, Case};
use crate::anchors::{Certificate, Inventory};
use crate::finding::{Finding, Subject};
use crate::policy::RequiredRoot;
use crate::rules::anchors::{NAME_DISAGREES, REQUIRED_ROOT_MISSING};

pub(super) fn check(case: &Case<'_>, findings: &mut Vec<Finding>) {
    if case.anchors.len() < case.policy.required_roots.len() {
        findings.extend(missing_roots(case));
    }
    let misnamed = case
        .anchors()
        .filter(|anchor| anchor.required.name.value != anchor.certificate.name);
    findings.extend(misnamed.map(|anchor| disagreeing_name(&anchor)));
}

fn missing_roots(case: &Case<'_>) -> Vec<Finding> {
    let pool = by_name(case.inventory);
    case.policy
        .required_roots
        .iter()
        .filter(|root| case.inventory.find(&root.sha256).is_none())
        .map(|root| missing_root(root, &pool, case.inventory.len()))
        .collect()
}

/// The pool by name; of two certificates with one name, the first by fingerprint.
fn by_name(pool: &Inventory) -> BTreeMap<&str, &Certificate> {
    let mut certificates = BTreeMap::new();
    for certificate in pool.iter() {
        certificates
            .entry(certificate.name.as_str())
            .or_insert(certificate);
    }
    certificates
}

fn missing_root(root: &RequiredRoot, pool: &BTreeMap<&str, &Certificate>, size: usize) -> Finding {
    let name = &root.name.value;
    let fingerprint = hex::encode(root.sha256.value);
    let message = format!("no certificate in the anchor pool has the fingerprint of {name}");
    let help = pool.get(name.as_str()).map_or_else(
        || format!("`cargo xtask roots add {fingerprint}` adds it, where the Mozilla set has it; else `--file`"),
        |found| format!("the pool's {name} is {}; is that the one?", hex::encode(found.fingerprint)),
    );
    Finding::new(
        &REQUIRED_ROOT_MISSING,
        root.sha256.at.clone(),
        "not in the pool",
        message,
    )
    .evidence("fingerprint", fingerprint)
    .evidence("certificates-in-pool", size)
    .help(help)
    .about(Subject::anchor(name))
}

fn disagreeing_name(anchor: &Anchor<'_>) -> Finding {
    let (name, real) = (&anchor.required.name.value, &anchor.certificate.name);
    let fingerprint = hex::encode(anchor.certificate.fingerprint);
    let message = format!("the certificate with this fingerprint is {real}, not {name}");
    Finding::new(
        &NAME_DISAGREES,
        anchor.required.name.at.clone(),
        format!("the certificate says {real}"),
        message,
    )
    .and_label(
        anchor.required.sha256.at.clone(),
        format!("fingerprint of {real}"),
    )
    .and_label(anchor.certificate.at.clone(), "this certificate")
    .evidence("fingerprint", fingerprint)
    .evidence("name-in-certificate", real)
    .help(format!(
        "write `name = \"{real}\"`, or the fingerprint of the root that was meant"
    ))
    .about(Subject::anchor(name))
}
