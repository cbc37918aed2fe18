//! S111 and S112: a quorum that is none, and a builder whose key everybody has.
//!
//! Numbers that nobody can reach, names and keys that are there twice or sign something else are found when the policy is
//! read (P005, P006).

use super::Case;
use super::signing::is_published;
use crate::finding::{Finding, Subject};
use crate::rules::signing::{PUBLISHED_BUILDER_KEY, QUORUM_OF_ONE};

pub(super) fn check(case: &Case<'_>, findings: &mut Vec<Finding>) {
    let Some(audit) = &case.policy.audit else {
        return;
    };
    if audit.distinct.value == 1 {
        let message = "one operator alone can say that a release can be built again";
        let at = audit.distinct.at.clone();
        let finding = Finding::new(&QUORUM_OF_ONE, at, "one operator is enough", message)
            .evidence("threshold", audit.threshold.value)
            .evidence("builders", audit.builders.len())
            .help("add a builder of somebody else, and write distinct = 2")
            .about(Subject::item("audit"));
        findings.push(finding);
    }
    let known = audit.builders.iter();
    for builder in known.filter(|builder| is_published(&builder.ed25519)) {
        let name = &builder.name.value;
        let message = format!("the builder {name} has a published development key");
        let at = builder.public.at.clone();
        let label = "everybody has its secret half";
        let finding = Finding::new(&PUBLISHED_BUILDER_KEY, at, label, message)
            .help("make a key on the builder with `cargo xtask keys new PATH`")
            .about(Subject::item(format!("the builder {name}")));
        findings.push(finding);
    }
}
