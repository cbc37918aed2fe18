//! E113: hosts that an endpoint redirects to, and that no endpoint declares.

use device::url::HttpsUrl;

use super::Case;
use crate::finding::{Finding, Subject};
use crate::policy::{Endpoint, Located};
use crate::rules::endpoints::REDIRECT_NOT_COVERED;

pub(super) fn check(case: &Case<'_>, findings: &mut Vec<Finding>) {
    // An endpoint that could not be read may be the one.
    if case.policy.left_out {
        return;
    }
    for endpoint in &case.policy.endpoints {
        let missing = endpoint.redirects.iter().filter_map(|redirect| {
            let host = host(&redirect.value)?;
            let mut endpoints = case.policy.endpoints.iter();
            let covered = endpoints.any(|other| self::host(&other.url.value) == Some(host));
            (!covered).then(|| finding(endpoint, redirect, host))
        });
        findings.extend(missing);
    }
}

/// The host of a URL that could be read.
pub(crate) fn host(url: &str) -> Option<&str> {
    HttpsUrl::parse(url.as_bytes()).ok().map(|url| url.host())
}

fn finding(endpoint: &Endpoint, redirect: &Located<String>, host: &str) -> Finding {
    let name = &endpoint.name.value;
    let message =
        format!("endpoint {name} redirects to {host}, and nothing is known of what {host} sends");
    Finding::new(
        &REDIRECT_NOT_COVERED,
        redirect.at.clone(),
        "no endpoint has this host",
        message,
    )
    .and_label(endpoint.name.at.clone(), "its downloads may end there")
    .evidence("host", host)
    .help(format!(
        "declare {host} as an [[endpoint]] with its owner and chain, or serve the files without a redirect"
    ))
    .about(Subject {
        item: Some(host.to_owned()),
        ..Subject::endpoint(name)
    })
}
