//! E106: a fleet that hangs on one cross-certificate.

use super::Case;
use super::endpoint_loss::description;
use crate::coverage::{Without, without_cross_certificates};
use crate::finding::{Finding, Subject};
use crate::rules::endpoints::HANGS_ON_CROSS_CERTIFICATE;

pub(super) fn check(case: &Case<'_>, findings: &mut Vec<Finding>) {
    let (Some(proof), Some(required)) = (case.proof, &case.policy.coverage) else {
        return;
    };
    // Where too little is covered, that is the mistake.
    if proof.short(case).next().is_some() {
        return;
    }
    let question = proof.question(proof.coverage.from, proof.coverage.until);
    for without in without_cross_certificates(&question) {
        let (Some(loss), Without::CrossCertificate { name, sha256 }) =
            (&without.loss, &without.without)
        else {
            continue;
        };
        let message = format!(
            "every path hangs on one cross-certificate: without {name} the fleet is {}",
            description(loss)
        );
        let finding = Finding::new(
            &HANGS_ON_CROSS_CERTIFICATE,
            required.independent_paths.at.clone(),
            "one certificate carries all of them",
            message,
        )
        .evidence("cross-certificate", sha256)
        .evidence("earliest", loss.earliest)
        .help("add an endpoint of another owner with its root, or require the root below the cross-certificate as well")
        .about(Subject::item(name));
        findings.push(finding);
    }
}
