//! Waivers: findings that somebody answers for, until a day.

use crate::date::Date;
use crate::finding::{Finding, Subject};
use crate::policy::{Reading, Waiver};
use crate::rules::Rule;
use crate::rules::anchors::{KEY_NOT_SUPPORTED, NAME_DISAGREES, REQUIRED_ROOT_MISSING, WEAK_KEY};
use crate::rules::certificates::{
    CALENDAR_BAD_VALUE, CALENDAR_UNKNOWN_KEY, CALENDAR_UNREADABLE, CERTIFICATE_UNREADABLE,
    NO_CERTIFICATE, PRIVATE_KEY_IN_POOL,
};
use crate::rules::endpoints::{
    ALGORITHM_NOT_SUPPORTED, CAPTURE_OF_ANOTHER_HOST, CAPTURE_REFUSED, CAPTURE_WITHOUT_LEAF,
    CHAIN_TOO_LONG, CHAIN_UNKNOWN, CHAIN_UNREADABLE, COVERAGE_NOT_REACHED, ENDPOINT_LOST,
    ENDPOINT_WITHOUT_ANCHOR,
};
use crate::rules::ledger::{
    DUPLICATE_VERSION, LEDGER_BAD_VALUE, LEDGER_FILE_NAME, LEDGER_UNKNOWN_KEY, LEDGER_UNREADABLE,
};
use crate::rules::policy::{WAIVER_EXPIRED, WAIVER_NOT_POSSIBLE, WAIVER_UNUSED};
use crate::rules::rendering::{STORE_REFUSED, STORE_TOO_LARGE};
use crate::rules::signing::{DEVELOPMENT_KEY, PUBLISHED_BUILDER_KEY};
use crate::words::nearest;

/// Inputs that are not there or say nothing.
const UNREADABLE: [&Rule; 14] = [
    &CALENDAR_BAD_VALUE,
    &CALENDAR_UNKNOWN_KEY,
    &CALENDAR_UNREADABLE,
    &CAPTURE_OF_ANOTHER_HOST,
    &CAPTURE_WITHOUT_LEAF,
    &CERTIFICATE_UNREADABLE,
    &CHAIN_UNREADABLE,
    &DUPLICATE_VERSION,
    &LEDGER_BAD_VALUE,
    &LEDGER_FILE_NAME,
    &LEDGER_UNKNOWN_KEY,
    &LEDGER_UNREADABLE,
    &NO_CERTIFICATE,
    &PRIVATE_KEY_IN_POOL,
];

/// Findings after which the store would be another one than was reviewed, or could never reach a server.
const UNPROVABLE: [&Rule; 15] = [
    &ALGORITHM_NOT_SUPPORTED,
    &CAPTURE_REFUSED,
    &CHAIN_TOO_LONG,
    &CHAIN_UNKNOWN,
    &COVERAGE_NOT_REACHED,
    &DEVELOPMENT_KEY,
    &ENDPOINT_LOST,
    &ENDPOINT_WITHOUT_ANCHOR,
    &KEY_NOT_SUPPORTED,
    &NAME_DISAGREES,
    &PUBLISHED_BUILDER_KEY,
    &REQUIRED_ROOT_MISSING,
    &STORE_REFUSED,
    &STORE_TOO_LARGE,
    &WEAK_KEY,
];

/// Marks the findings that a waiver covers at the release date, and adds one for each waiver that covers
/// nothing or has expired. A waiver without owner, reason or end covers nothing; the reader says so.
pub(crate) fn apply(reading: &Reading, as_of: Date, findings: &mut Vec<Finding>) {
    let mut about_waivers = Vec::new();
    for waiver in &reading.draft.waivers {
        if cannot_be_waived(&waiver.code) {
            about_waivers.push(not_possible(waiver));
            continue;
        }
        let matching: Vec<_> = findings
            .iter_mut()
            .filter(|finding| covers(waiver, finding))
            .collect();
        if matching.is_empty() {
            // What could not be read may have had the finding.
            if reading.policy.is_some() {
                about_waivers.push(unused(waiver, reading, findings));
            }
        } else if let Some(expired) = expired(waiver, as_of) {
            about_waivers.push(expired);
        } else if let Some(words) = answer(waiver) {
            for finding in matching {
                finding.waived = Some(words.clone());
            }
        }
    }
    findings.extend(about_waivers);
}

/// What no person can answer for: inputs that could not be read, anchors that are not there or not the ones
/// that a reviewer saw, and signing keys that everybody has.
fn cannot_be_waived(code: &str) -> bool {
    code.starts_with("P")
        || UNREADABLE
            .iter()
            .chain(&UNPROVABLE)
            .any(|rule| rule.id == code)
}

fn covers(waiver: &Waiver, finding: &Finding) -> bool {
    let selects = |wanted: &Option<crate::policy::Located<String>>, actual: &Option<String>| {
        wanted
            .as_ref()
            .is_none_or(|wanted| actual.as_ref() == Some(&wanted.value))
    };
    waiver.code.value == finding.rule.id
        && selects(&waiver.anchor, &finding.subject.anchor)
        && selects(&waiver.endpoint, &finding.subject.endpoint)
}

/// Who answers, until when and why; `None` when any of it is missing.
fn answer(waiver: &Waiver) -> Option<String> {
    let (owner, reason, expires) = (
        waiver.owner.as_ref()?,
        waiver.reason.as_ref()?,
        waiver.expires.as_ref()?,
    );
    Some(format!(
        "{} until {}: {}",
        owner.value, expires.value, reason.value
    ))
}

fn expired(waiver: &Waiver, as_of: Date) -> Option<Finding> {
    let expires = waiver
        .expires
        .as_ref()
        .filter(|expires| expires.value < as_of)?;
    let code = &waiver.code.value;
    let ago = crate::checks::days(as_of.days_since(expires.value));
    let message = format!(
        "the waiver of {code} expired {}, {ago} before the release date ({as_of})",
        expires.value
    );
    let finding = Finding::new(&WAIVER_EXPIRED, expires.at.clone(), "last day", message)
        .and_label(waiver.code.at.clone(), "so this finding counts again")
        .evidence("expires", expires.value)
        .evidence("release-date", as_of)
        .help("mend what it waived, or have its owner answer for it again with a new end")
        .about(about(waiver));
    Some(finding)
}

fn not_possible(waiver: &Waiver) -> Finding {
    let code = &waiver.code.value;
    let message = format!("{code} cannot be waived: without it there is nothing that was proven");
    Finding::new(
        &WAIVER_NOT_POSSIBLE,
        waiver.code.at.clone(),
        "not to be waived",
        message,
    )
    .help(format!(
        "mend what `cargo xtask explain {code}` describes, and remove the waiver"
    ))
    .about(about(waiver))
}

fn unused(waiver: &Waiver, reading: &Reading, findings: &[Finding]) -> Finding {
    let code = &waiver.code.value;
    let meant = meant_anchor(waiver, reading, findings);
    let help = meant.map_or_else(
        || "is the name of the anchor or endpoint the one that the finding prints?".to_owned(),
        |meant| format!("did you mean \"{meant}\"?"),
    );
    let message = format!("the waiver of {code} covers nothing: there is no such finding");
    Finding::new(
        &WAIVER_UNUSED,
        waiver.code.at.clone(),
        "matches no finding",
        message,
    )
    .help(format!("remove it; {help}"))
    .about(about(waiver))
}

/// The anchor that a waiver almost names.
fn meant_anchor<'r>(
    waiver: &Waiver,
    reading: &'r Reading,
    findings: &'r [Finding],
) -> Option<&'r str> {
    let typed = waiver.anchor.as_ref()?.value.as_str();
    let required = reading.draft.required_roots.iter();
    let required = required.map(|root| root.name.value.as_str());
    let found = findings
        .iter()
        .filter_map(|finding| finding.subject.anchor.as_deref());
    let known: Vec<_> = required.chain(found).collect();
    match known.contains(&typed) {
        true => None,
        false => nearest(typed, known),
    }
}

fn about(waiver: &Waiver) -> Subject {
    let name =
        |value: &Option<crate::policy::Located<String>>| value.as_ref().map(|v| v.value.clone());
    Subject {
        anchor: name(&waiver.anchor),
        endpoint: name(&waiver.endpoint),
        item: Some(waiver.code.value.clone()),
    }
}
