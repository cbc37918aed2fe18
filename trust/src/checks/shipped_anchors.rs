//! L105: anchors of shipped releases that nobody knows any more.

use super::Case;
use crate::finding::{Finding, Subject};
use crate::ledger::{RecordedRelease, ReleaseAnchor};
use crate::rules::ledger::SHIPPED_ANCHOR_UNKNOWN;

pub(super) fn check(case: &Case<'_>, findings: &mut Vec<Finding>) {
    let Some(proof) = case.proof else {
        return;
    };
    for recorded in case.in_the_field() {
        let anchors = recorded.release.anchors.iter();
        let unknown = anchors.filter(|anchor| proof.hierarchy.find(&anchor.sha256).is_none());
        findings.extend(unknown.map(|anchor| finding(recorded, anchor)));
    }
}

fn finding(recorded: &RecordedRelease, anchor: &ReleaseAnchor) -> Finding {
    let (name, version) = (&anchor.name, &recorded.release.version);
    let message = format!(
        "release {version} trusts {name}, which is neither in trust/anchors nor a fact: it counts for nothing"
    );
    let place = recorded.version_at.clone();
    Finding::new(&SHIPPED_ANCHOR_UNKNOWN, place, "trusts it", message)
        .evidence("sha256", hex::encode(anchor.sha256))
        .help("put its PEM file back: `git log --diff-filter=D -- trust/anchors`")
        .about(Subject {
            item: Some(version.clone()),
            ..Subject::anchor(name)
        })
}
