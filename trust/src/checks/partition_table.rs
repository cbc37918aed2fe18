//! L110: releases that expect another partition table than the devices in the field have.

use super::Case;
use crate::finding::{Finding, Subject};
use crate::ledger::{RecordedRelease, partition_table};
use crate::rules::ledger::PARTITION_TABLE_CHANGED;

pub(super) fn check(case: &Case<'_>, findings: &mut Vec<Finding>) {
    findings.extend(case.in_the_field().filter_map(changed));
}

/// Nothing is said of a release whose table nobody recorded.
fn changed(recorded: &RecordedRelease) -> Option<Finding> {
    let (release, ours) = (&recorded.release, partition_table::sha256());
    let shipped = release.partition_table_sha256.filter(|it| *it != ours)?;
    let version = &release.version;
    let message = format!(
        "this release has another partition table than {version}: its devices would take this release back"
    );
    let at = recorded.partition_table_at.clone();
    let finding = Finding::new(&PARTITION_TABLE_CHANGED, at, "what its devices have", message)
        .evidence("shipped", hex::encode(shipped))
        .evidence("this-release", hex::encode(ours))
        .help(format!(
            "keep the layout of {version} (firmware/device/src/flash_layout.rs): none comes over the air; where {version} has no \
             devices any more, write `units = 0` into its file"
        ))
        .about(Subject::item(version));
    Some(finding)
}
