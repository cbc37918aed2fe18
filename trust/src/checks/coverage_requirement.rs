//! E103: days on which fewer independent paths, or owners, lead to the endpoints than `[coverage]` asks for, although
//! each endpoint is held. Where one is not, its own finding says what is left.

use std::collections::BTreeSet;

use super::endpoint_loss::{left, level};
use super::proof::Proof;
use super::{Case, because};
use crate::coverage::{Carrier, Interval};
use crate::finding::{Finding, Severity, Subject};
use crate::policy::{Endpoint, Located};
use crate::rules::endpoints::COVERAGE_NOT_REACHED;

pub(super) fn check(case: &Case<'_>, findings: &mut Vec<Finding>) {
    let (Some(required), Some(proof)) = (&case.policy.coverage, case.proof) else {
        return;
    };
    // An endpoint whose capture could not be read hides what it carries.
    let mut endpoints = case.policy.endpoints.iter();
    if endpoints.any(|endpoint| case.lacks_a_chain(endpoint)) {
        return;
    }
    let waits = |interval: &Interval| {
        let gaps = proof
            .coverage
            .endpoints
            .iter()
            .flat_map(|endpoint| &endpoint.gaps);
        let mut waiting = gaps.filter(|gap| case.waits_for_an_anchor(gap));
        waiting.any(|gap| interval.until <= proof.gap_ends(gap))
    };
    let explained = |interval: &Interval| {
        if waits(interval) {
            return true;
        }
        let mut errors = findings.iter().filter(|f| f.severity == Severity::Error);
        errors.any(|finding| explains(proof, case, finding, interval))
    };
    let asked = case.required();
    let short: Vec<_> = proof.short(case).filter(|i| !explained(i)).collect();
    let paths = short.iter().find(|i| i.independent_paths < asked.paths);
    let owners = short.iter().find(|i| i.distinct_owners < asked.owners);
    if let Some(interval) = paths {
        let counted = (interval.independent_paths, "independent-paths");
        let mut finding = finding(case, proof, interval, &required.independent_paths, counted);
        if interval.distinct_owners < asked.owners {
            let text = format!("{} of {} owners", interval.distinct_owners, asked.owners);
            finding
                .labels
                .push(because(&required.distinct_owners.at, text));
        }
        findings.push(finding);
    }
    // Too few paths have too few owners: one mistake.
    if let Some(interval) =
        owners.filter(|owners| paths.is_none_or(|paths| owners.from < paths.from))
    {
        let counted = (interval.distinct_owners, "distinct-owners");
        findings.push(finding(
            case,
            proof,
            interval,
            &required.distinct_owners,
            counted,
        ));
    }
}

/// Whether the finding is about an endpoint that is lost on the days of `interval`.
fn explains(proof: &Proof, case: &Case<'_>, finding: &Finding, interval: &Interval) -> bool {
    let named = finding.subject.endpoint.as_ref();
    let mut endpoints = case.policy.endpoints.iter();
    let place = endpoints.position(|endpoint| named == Some(&endpoint.name.value));
    let coverage = place.and_then(|place| proof.endpoint(place));
    coverage.is_some_and(|(_, coverage)| {
        let mut gaps = coverage.gaps.iter();
        gaps.any(|gap| gap.earliest <= interval.from && interval.until <= proof.gap_ends(gap))
    })
}

fn finding(
    case: &Case<'_>,
    proof: &Proof,
    interval: &Interval,
    required: &Located<u32>,
    (found, key): (usize, &'static str),
) -> Finding {
    let carriers: Vec<_> = carriers(proof, interval).into_iter().collect();
    let names = if carriers.is_empty() {
        "nothing is left".to_owned()
    } else {
        format!("{} carry it", carriers.join(", "))
    };
    let message = format!(
        "from {} to {} there {} {found} {}, {} are required: {names}",
        interval.from,
        interval.until,
        if found == 1 { "is" } else { "are" },
        key.replace('-', " "),
        required.value,
    );
    let left = left(interval.independent_paths, interval.distinct_owners);
    let (cause, endpoint) = cause(case, proof, interval);
    let mut finding = Finding::new(&COVERAGE_NOT_REACHED, required.at.clone(), left, message)
        .evidence("required", required.value)
        .evidence("found", found)
        .evidence("from", interval.from)
        .evidence("until", interval.until)
        .evidence("carriers", carriers.join(", "))
        .evidence("cause", &cause)
        .evidence("evidence", level(interval.evidence))
        .help("require a root of another CA, for an endpoint that it serves; or ask for less and say why")
        .about(Subject::item(key));
    if let Some(endpoint) = endpoint {
        finding.labels.push(because(&endpoint.name.at, cause));
    }
    finding
}

/// What carries on the first day of `interval`.
fn carriers(proof: &Proof, interval: &Interval) -> BTreeSet<String> {
    let held = proof.coverage.on(interval.from);
    let used = held.flat_map(|(_, held)| &held.carriers);
    let carriers = used.filter_map(|used| proof.coverage.carriers.get(used.carrier));
    let name = |carrier: &Carrier| match carrier {
        Carrier::Anchor { name, private, .. } if *private => format!("{name} (private)"),
        Carrier::Anchor { name, .. } => name.clone(),
        Carrier::Pin { endpoint, .. } => format!("a pin of {endpoint}"),
    };
    carriers.map(name).collect()
}

/// What changes on the first day of `interval`, and at which endpoint.
fn cause<'a>(
    case: &Case<'a>,
    proof: &Proof,
    interval: &Interval,
) -> (String, Option<&'a Endpoint>) {
    if interval.from == proof.coverage.from {
        return ("so it is from the release date on".to_owned(), None);
    }
    let count = |day| {
        proof
            .coverage
            .on(day)
            .map(|(place, held)| (place, held.carriers.len()))
    };
    let before = count(interval.from.plus_days(-1));
    let mut both = before.zip(count(interval.from));
    let Some(((place, _), _)) = both.find(|((_, before), (_, now))| now < before) else {
        return (format!("from {} on fewer count", interval.from), None);
    };
    let served = proof.served.get(place);
    let new = served.and_then(|served| {
        let mut alternatives = served.alternatives.iter();
        alternatives.find(|alternative| alternative.from == interval.from)
    });
    let cause = match new {
        Some(alternative) => alternative.begins.what.clone(),
        None => "an anchor, a pin or a certificate ended the day before".to_owned(),
    };
    (cause, case.policy.endpoints.get(place))
}
