//! L906: what shipped releases trust is what the pool knows under these fingerprints and names.

use super::{Case, because};
use crate::anchors::Certificate;
use crate::finding::{Finding, Subject};
use crate::ledger::{RecordedRelease, ReleaseAnchor};
use crate::rules::ledger::CERTIFICATE_DISAGREES;
use crate::source::Location;

pub(super) fn check(case: &Case<'_>, findings: &mut Vec<Finding>) {
    for recorded in case.ledger.releases() {
        let anchors = recorded.release.anchors.iter().zip(&recorded.anchors_at);
        for (anchor, at) in anchors {
            findings.extend(disagreement(case, recorded, anchor, at));
        }
    }
}

fn disagreement(
    case: &Case<'_>,
    recorded: &RecordedRelease,
    anchor: &ReleaseAnchor,
    at: &Location,
) -> Option<Finding> {
    let (certificate, what) = match case.inventory.find(&anchor.sha256) {
        Some(certificate) => (certificate, difference(anchor, certificate)?),
        None => {
            let mut certificates = case.inventory.iter();
            let named = certificates.find(|c| c.name == anchor.name)?;
            (
                named,
                "a fingerprint that no such certificate has".to_owned(),
            )
        }
    };
    let (version, name) = (&recorded.release.version, &anchor.name);
    let message = format!("release {version} records {name} with {what}");
    let label = "is not what the pool has";
    let mut finding = Finding::new(&CERTIFICATE_DISAGREES, at.clone(), label, message)
        .evidence("fingerprint", hex::encode(anchor.sha256))
        .evidence("fingerprint-in-pool", hex::encode(certificate.fingerprint))
        .evidence("release", version)
        .help(
            "restore the file of the release from git; where the CA issued the root again, add the certificate \
             that shipped to the pool",
        )
        .about(Subject {
            item: Some(version.clone()),
            ..Subject::anchor(name)
        });
    let in_pool = because(&certificate.at, "the pool's certificate".to_owned());
    finding.labels.push(in_pool);
    Some(finding)
}

/// How the certificate with the anchor's fingerprint differs from what is recorded.
fn difference(anchor: &ReleaseAnchor, certificate: &Certificate) -> Option<String> {
    if certificate.name != anchor.name {
        return Some(format!("the fingerprint of {}", certificate.name));
    }
    if certificate.spki_sha256 != anchor.spki_sha256 {
        return Some("a key that its certificate does not have".to_owned());
    }
    let (end, recorded) = (certificate.not_after, anchor.not_after);
    (end != recorded).then(|| format!("the end {recorded}, but it ends {end}"))
}
