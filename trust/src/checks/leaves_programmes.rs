//! A104: the day an anchor's owner or the root programmes retire it against the end of service.

use super::{Anchor, Case, because, days};
use crate::calendar::{End, EndCause};
use crate::finding::{Finding, Severity, Subject};
use crate::policy::ServiceLife;
use crate::rules::anchors::ANCHOR_LEAVES_PROGRAMMES;

pub(super) fn check(case: &Case<'_>, findings: &mut Vec<Finding>) {
    let (Some(service), Some(validity)) = (&case.policy.service_life, &case.policy.validity) else {
        return;
    };
    let Some(severity) = validity.programme_end else {
        return;
    };
    for anchor in case.anchors() {
        let ends = case
            .calendar
            .ends(anchor.certificate, Some(anchor.required));
        let retired = |end: &&End| matches!(end.cause, EndCause::Owner | EndCause::Programme);
        if let Some(end) = ends
            .iter()
            .find(retired)
            .filter(|end| end.date < service.ends.value)
        {
            findings.push(finding(&anchor, end, service, severity));
        }
    }
}

fn finding(anchor: &Anchor<'_>, end: &End, service: &ServiceLife, severity: Severity) -> Finding {
    let (name, date, ends) = (&anchor.required.name.value, end.date, service.ends.value);
    let early = days(ends.days_since(date));
    let who = if end.cause == EndCause::Owner {
        "is retired by its owner"
    } else {
        "leaves the root programmes"
    };
    let message = format!("{name} {who} {date}, {early} before service ends ({ends})");
    let mut finding = Finding::new(
        &ANCHOR_LEAVES_PROGRAMMES,
        anchor.required.name.at.clone(),
        format!("until {date}"),
        message,
    )
    .severity(severity)
    .evidence("effective-end", date)
    .evidence("not-after", anchor.certificate.not_after)
    .evidence("service-ends", ends)
    .evidence("source", &end.source)
    .help("require the successor root as well, while devices can still be reached")
    .about(Subject::anchor(name));
    finding
        .labels
        .push(because(&service.ends.at, format!("service ends {ends}")));
    finding
}
