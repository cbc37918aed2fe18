//! E116: captured chains whose leaf has ended.

use super::{Case, days};
use crate::finding::{Finding, Subject};
use crate::policy::{Endpoint, Located};
use crate::rules::endpoints::CAPTURE_OUT_OF_DATE;

pub(super) fn check(case: &Case<'_>, findings: &mut Vec<Finding>) {
    for endpoint in &case.policy.endpoints {
        let stale = endpoint.chains.iter();
        findings.extend(stale.filter_map(|path| stale_capture(case, endpoint, path)));
    }
}

fn stale_capture(case: &Case<'_>, endpoint: &Endpoint, path: &Located<String>) -> Option<Finding> {
    let mut counting = case.chains.by_path_of(endpoint);
    let (_, chain) = counting.find(|(of, _)| *of == path.value)?;
    let leaf = chain.first().filter(|leaf| leaf.not_after < case.as_of)?;
    let (name, last) = (&endpoint.name.value, leaf.not_after);
    let message = format!(
        "the leaf in trust/{} ended {last}, {} before the release date ({}): {name} sends another one",
        path.value,
        days(case.as_of.days_since(last)),
        case.as_of
    );
    let label = format!("its leaf ended {last}");
    let finding = Finding::new(&CAPTURE_OUT_OF_DATE, path.at.clone(), label, message)
        .evidence("certificate", hex::encode(leaf.fingerprint))
        .evidence("not-after", last)
        .help(format!(
            "capture again, and name the new file instead: cargo xtask endpoints capture {}",
            endpoint.url.value
        ))
        .about(Subject {
            item: Some(path.value.clone()),
            ..Subject::endpoint(name)
        });
    Some(finding)
}
