//! P106: a release on a day when nobody is to be served any more.

use super::{Case, days};
use crate::finding::Finding;
use crate::rules::policy::SERVICE_ENDED;

pub(super) fn check(case: &Case<'_>, findings: &mut Vec<Finding>) {
    let Some(service) = &case.policy.service_life else {
        return;
    };
    let ends = service.ends.value;
    if ends < case.as_of {
        let ago = days(case.as_of.days_since(ends));
        let message = format!(
            "service ended {ends}, {ago} before the release date ({})",
            case.as_of
        );
        findings.push(
            Finding::new(
                &SERVICE_ENDED,
                service.ends.at.clone(),
                format!("ends {ends}"),
                message,
            )
            .evidence("service-ends", ends)
            .evidence("release-date", case.as_of)
            .help("say until when the fleet is to be served; is the release date right?"),
        );
    }
}
