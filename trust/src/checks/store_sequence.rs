//! L108 and L109: the sequence of the store, and what devices in the field make of it. Their own code says it.

use std::fmt::Display;

use device::rescue::{MAX_STEP, WriteError, check_sequence};

use super::{Case, because};
use crate::finding::{Finding, Subject};
use crate::ledger::RecordedRelease;
use crate::policy::{Located, VerifierModel};
use crate::rules::Rule;
use crate::rules::ledger::{BELOW_SHIPPED_RELEASE, BEYOND_RESCUE};

pub(super) fn check(case: &Case<'_>, findings: &mut Vec<Finding>) {
    let Some(product) = &case.policy.product else {
        return;
    };
    findings.extend(below_shipped_release(case, &product.store_sequence));
    findings.extend(beyond_rescue(case, &product.store_sequence));
}

/// L108, with the highest one. The client of other firmware compares no sequences, and no partition table of it is recorded.
fn below_shipped_release(case: &Case<'_>, sequence: &Located<u64>) -> Option<Finding> {
    let refuses = |one: &&RecordedRelease| {
        let release = &one.release;
        let is_ours = release.verifier == VerifierModel::Perennial
            || release.partition_table_sha256.is_some();
        is_ours && release.store.sequence > sequence.value
    };
    let refusing: Vec<_> = case.in_the_field().filter(refuses).collect();
    let highest = refusing
        .iter()
        .max_by_key(|one| one.release.store.sequence)?;
    let (version, shipped) = named(highest);
    let message = format!(
        "store-sequence {} is below that of release {version}, {shipped}: its devices refuse this release",
        sequence.value
    );
    let help = format!(
        "set store-sequence = {shipped} where the store is that of {version}, else {}",
        shipped.saturating_add(1)
    );
    let label = format!("must be at least {shipped}");
    let finding = of_sequence(&BELOW_SHIPPED_RELEASE, sequence, label, message)
        .evidence("highest-shipped", shipped)
        .help(help)
        .about(Subject::item(version));
    Some(labelled(finding, &refusing))
}

/// L109, with the lowest one: of what would be the next rescue store, after a release with this sequence. Whether devices took a
/// rescue store in between nobody knows.
fn beyond_rescue(case: &Case<'_>, sequence: &Located<u64>) -> Option<Finding> {
    let next = sequence.value.saturating_add(1);
    let refuses = |one: &&RecordedRelease| {
        let release = &one.release;
        let answer = check_sequence(next, release.store.sequence, 0);
        release.rescue.is_some() && matches!(answer, Err(WriteError::TooFarAbove { .. }))
    };
    let refusing: Vec<_> = case.in_the_field().filter(refuses).collect();
    let lowest = refusing
        .iter()
        .min_by_key(|one| one.release.store.sequence)?;
    let (version, shipped) = named(lowest);
    let maximum = shipped.saturating_add(MAX_STEP);
    let message = format!(
        "store-sequence {} is too far above that of release {version}, {shipped}: its devices take no rescue store above {maximum}, \
         and the next one would be {next}",
        sequence.value
    );
    let label = format!("must be below {maximum}");
    let finding = of_sequence(&BEYOND_RESCUE, sequence, label, message)
        .evidence("lowest-shipped", shipped)
        .evidence("highest-rescue-store", maximum)
        .help(format!(
            "set store-sequence below {maximum}; where {version} has no devices any more, write `units = 0` into its file"
        ))
        .about(Subject::item(version));
    Some(labelled(finding, &refusing))
}

fn named(recorded: &RecordedRelease) -> (&String, u64) {
    let release = &recorded.release;
    (&release.version, release.store.sequence)
}

fn of_sequence(
    rule: &'static Rule,
    sequence: &Located<u64>,
    label: String,
    message: impl Display,
) -> Finding {
    Finding::new(rule, sequence.at.clone(), label, message.to_string())
        .evidence("store-sequence", sequence.value)
}

fn labelled(mut finding: Finding, releases: &[&RecordedRelease]) -> Finding {
    finding.labels.extend(releases.iter().map(|recorded| {
        let (_, sequence) = named(recorded);
        because(&recorded.version_at, format!("sequence {sequence}"))
    }));
    finding
}
