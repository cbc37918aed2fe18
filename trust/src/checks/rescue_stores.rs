//! L106 and L107: sequences that devices remember from published rescue stores.

use super::{Case, because};
use crate::finding::{Finding, Subject};
use crate::ledger::RecordedRescueStore;
use crate::rules::ledger::{BELOW_RESCUE_STORE, RESCUE_STORE_NOT_ABOVE};
use crate::source::Location;

pub(super) fn check(case: &Case<'_>, findings: &mut Vec<Finding>) {
    findings.extend(below_rescue_store(case));
    let stores = case.ledger.rescues();
    findings.extend(stores.filter_map(|recorded| not_above(case, recorded)));
}

/// L106, of the highest one.
fn below_rescue_store(case: &Case<'_>) -> Option<Finding> {
    let sequence = &case.policy.product.as_ref()?.store_sequence;
    let highest = case.ledger.rescues().last()?;
    let published = highest.rescue.sequence;
    if sequence.value >= published {
        return None;
    }
    let message = format!(
        "store-sequence {} is below that of a published rescue store, {published}: devices that took it would keep its \
         servers",
        sequence.value
    );
    let finding = Finding::new(
        &BELOW_RESCUE_STORE,
        sequence.at.clone(),
        format!("must be at least {published}"),
        message,
    )
    .evidence("published", published)
    .evidence("store-sequence", sequence.value)
    .help(format!(
        "set store-sequence = {published} where the store is that of the rescue store, else {}",
        published.saturating_add(1)
    ))
    .about(Subject::item(published.to_string()));
    Some(labelled(finding, &highest.sequence_at, "published"))
}

/// L107: what devices had when it was issued, and did not take it for.
fn not_above(case: &Case<'_>, recorded: &RecordedRescueStore) -> Option<Finding> {
    let rescue = &recorded.rescue;
    let releases = case.ledger.releases().filter(|earlier| {
        let release = &earlier.release;
        // The release that brings the same store says nothing of what devices had before, whatever day the rescue store tells.
        release.store.sha256 != rescue.store_sha256
            && release.released < rescue.issued
            && release.store.sequence >= rescue.sequence
    });
    let releases = releases.map(|earlier| {
        let release = &earlier.release;
        let name = format!("release {}", release.version);
        (name, release.store.sequence, &earlier.version_at)
    });
    let rescues = case.ledger.rescues().filter(|earlier| {
        earlier.rescue.issued < rescue.issued && earlier.rescue.sequence > rescue.sequence
    });
    let rescues = rescues.map(|earlier| {
        let sequence = earlier.rescue.sequence;
        ("a rescue store".to_owned(), sequence, &earlier.sequence_at)
    });
    let in_the_way: Vec<_> = releases.chain(rescues).collect();
    let (name, highest, _) = in_the_way.iter().max_by_key(|(_, sequence, _)| *sequence)?;
    let message = format!(
        "the rescue store with sequence {} is not above {name} before it, sequence {highest}: its devices do not take it",
        rescue.sequence
    );
    let finding = Finding::new(
        &RESCUE_STORE_NOT_ABOVE,
        recorded.sequence_at.clone(),
        format!("must be above {highest}"),
        message,
    )
    .evidence("highest-before", highest)
    .evidence("sequence", rescue.sequence)
    .help(
        "make another one with a higher store-sequence, publish it in its place, and remove this file if nobody took it",
    )
    .about(Subject::item(rescue.sequence.to_string()));
    let labels = in_the_way.iter();
    Some(labels.fold(finding, |finding, (name, sequence, at)| {
        labelled(finding, at, &format!("{name}, sequence {sequence}"))
    }))
}

fn labelled(mut finding: Finding, at: &Location, text: &str) -> Finding {
    finding.labels.push(because(at, text.to_owned()));
    finding
}
