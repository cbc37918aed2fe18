//! K102: pins that end in service without a word on what comes then.

use super::{Case, because, days};
use crate::finding::{Finding, Subject};
use crate::rules::pins::PIN_EXPIRES_IN_SERVICE;

pub(super) fn check(case: &Case<'_>, findings: &mut Vec<Finding>) {
    let Some(service) = &case.policy.service_life else {
        return;
    };
    for fallback in &case.policy.pin_fallbacks {
        let (expires, ends) = (fallback.expires.value, service.ends.value);
        if fallback.after_expiry.is_some() || expires >= ends {
            continue;
        }
        let (name, early) = (&fallback.endpoint.value, days(ends.days_since(expires)));
        let message =
            format!("the pins of {name} expire {expires}, {early} before service ends ({ends})");
        let mut finding = Finding::new(
            &PIN_EXPIRES_IN_SERVICE,
            fallback.expires.at.clone(),
            "last day",
            message,
        )
        .evidence("expires", expires)
        .evidence("service-ends", ends)
        .help("add `after-expiry = \"roots-only\"` if that is meant, or a later date")
        .about(Subject::endpoint(name));
        finding
            .labels
            .push(because(&service.ends.at, format!("service ends {ends}")));
        findings.push(finding);
    }
}
