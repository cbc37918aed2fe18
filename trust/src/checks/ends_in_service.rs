//! A103: the anchor's own end against the end of service.

use super::{Anchor, Case, because, days};
use crate::finding::{Finding, Subject};
use crate::policy::ServiceLife;
use crate::rules::anchors::ANCHOR_ENDS_IN_SERVICE;

pub(super) fn check(case: &Case<'_>, findings: &mut Vec<Finding>) {
    let Some(service) = &case.policy.service_life else {
        return;
    };
    let short = case
        .anchors()
        .filter(|anchor| anchor.last_day() < service.ends.value);
    findings.extend(short.map(|anchor| finding(&anchor, service)));
}

fn finding(anchor: &Anchor<'_>, service: &ServiceLife) -> Finding {
    let (name, last, ends) = (
        &anchor.required.name.value,
        anchor.last_day(),
        service.ends.value,
    );
    let missing = ends.days_since(last);
    let message = format!(
        "{name} ends {last}, {} before service ends ({ends})",
        days(missing)
    );
    let mut finding = Finding::new(
        &ANCHOR_ENDS_IN_SERVICE,
        anchor.end_location(),
        format!("last day {last}"),
        message,
    )
    .evidence("last-day", last)
    .evidence("not-after", anchor.certificate.not_after)
    .evidence("service-ends", ends)
    .evidence("days-short", missing)
    .help(format!(
        "require a root that lasts to {ends} or longer: `cargo xtask roots list`"
    ))
    .about(Subject::anchor(name));
    finding
        .labels
        .push(because(&service.ends.at, format!("service ends {ends}")));
    finding
}
