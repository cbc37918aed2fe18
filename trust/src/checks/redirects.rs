//! E113: servers that an endpoint redirects to, and that no endpoint declares.

use super::Case;
use crate::finding::{Finding, Subject};
use crate::policy::{Endpoint, Located};
use crate::rules::endpoints::REDIRECT_NOT_COVERED;
use crate::server::Server;

pub(super) fn check(case: &Case<'_>, findings: &mut Vec<Finding>) {
    // An endpoint that could not be read may be the one.
    if case.policy.left_out {
        return;
    }
    for endpoint in &case.policy.endpoints {
        let missing = endpoint.redirects.iter().filter_map(|redirect| {
            let server = Server::of(&redirect.value)?;
            let mut endpoints = case.policy.endpoints.iter();
            let covered =
                endpoints.any(|other| Server::of(&other.url.value).as_ref() == Some(&server));
            (!covered).then(|| finding(endpoint, redirect, &server))
        });
        findings.extend(missing);
    }
}

fn finding(endpoint: &Endpoint, redirect: &Located<String>, server: &Server) -> Finding {
    let name = &endpoint.name.value;
    let message = format!(
        "endpoint {name} redirects to {server}, and nothing is known of what {server} sends"
    );
    Finding::new(
        &REDIRECT_NOT_COVERED,
        redirect.at.clone(),
        "no endpoint is this server",
        message,
    )
    .and_label(endpoint.name.at.clone(), "its downloads may end there")
    .evidence("host", server)
    .help(format!(
        "declare {server} as an [[endpoint]] with its owner and chain, or serve the files without a redirect"
    ))
    .about(Subject {
        item: Some(server.to_string()),
        ..Subject::endpoint(name)
    })
}
