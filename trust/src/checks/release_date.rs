//! A105 and A106: what an anchor has left, and whether it has begun, at the release date.

use super::{Anchor, Case, because, days};
use crate::finding::{Finding, Subject};
use crate::policy::Validity;
use crate::rules::anchors::{ANCHOR_NOT_YET_VALID, MINIMUM_REMAINING};

pub(super) fn check(case: &Case<'_>, findings: &mut Vec<Finding>) {
    for anchor in case.anchors() {
        if anchor.certificate.not_before > case.as_of {
            findings.push(not_yet_valid(&anchor, case));
        }
        let Some(validity) = &case.policy.validity else {
            continue;
        };
        let required_end = case
            .as_of
            .plus_days(i64::from(validity.min_remaining_days.value));
        if anchor.last_day() < required_end {
            findings.push(too_little_left(&anchor, case, validity));
        }
    }
}

fn not_yet_valid(anchor: &Anchor<'_>, case: &Case<'_>) -> Finding {
    let (name, begins) = (&anchor.required.name.value, anchor.certificate.not_before);
    let message = format!(
        "{name} is valid from {begins}, after the release date ({})",
        case.as_of
    );
    Finding::new(
        &ANCHOR_NOT_YET_VALID,
        anchor.required.name.at.clone(),
        format!("first day {begins}"),
        message,
    )
    .evidence("not-before", begins)
    .evidence("release-date", case.as_of)
    .evidence("days-early", begins.days_since(case.as_of))
    .help(format!(
        "release on {begins} or later, or leave the anchor out; is the release date right?"
    ))
    .about(Subject::anchor(name))
}

fn too_little_left(anchor: &Anchor<'_>, case: &Case<'_>, validity: &Validity) -> Finding {
    let (name, last) = (&anchor.required.name.value, anchor.last_day());
    let (left, minimum) = (
        last.days_since(case.as_of),
        i64::from(validity.min_remaining_days.value),
    );
    let short = days(minimum - left);
    let message = if left < 0 {
        format!(
            "{name} ended {last}, {} before the release date ({})",
            days(-left),
            case.as_of
        )
    } else {
        format!(
            "{name} has {} left at the release date ({}), {short} less than required",
            days(left),
            case.as_of
        )
    };
    let mut finding = Finding::new(
        &MINIMUM_REMAINING,
        anchor.end_location(),
        format!("last day {last}"),
        message,
    )
    .evidence("last-day", last)
    .evidence("release-date", case.as_of)
    .evidence("days-left", left)
    .evidence("days-short", minimum - left)
    .help(format!(
        "require a root that ends {} or later: `cargo xtask roots list`",
        case.as_of.plus_days(minimum)
    ))
    .about(Subject::anchor(name));
    let minimum_location = &validity.min_remaining_days.at;
    finding.labels.push(because(
        minimum_location,
        format!("{} required", days(minimum)),
    ));
    finding
}
