//! A change in words.

use super::change::ChangeKind;
use super::state::{Item, Value};
use super::subject::{Section, Subject};
use crate::words::counted;

/// A thing that came or went as a whole.
pub(super) fn of_item(subject: &Subject, kind: ChangeKind, item: Option<&Item>) -> String {
    let what = what(subject);
    if subject.section == Section::Unreadable && kind == ChangeKind::Removed {
        return format!("{} had mistakes, and has none now", subject.name);
    }
    if subject.section == Section::Unreadable {
        return what;
    }
    let more = item.and_then(|item| distinguishing(subject.section, item));
    let more = more.map(|more| format!(" ({more})")).unwrap_or_default();
    format!("{what} is {}{more}", kind.word())
}

/// One element more or less of something.
pub(super) fn of_element(
    subject: &Subject,
    field: &str,
    kind: ChangeKind,
    element: &str,
) -> String {
    let gained = kind == ChangeKind::Added;
    match (subject.section, field) {
        (Section::Signing, "keys") => who_can(gained, "sign updates", element),
        (Section::Rescue, "keys") => who_can(gained, "sign rescue stores", element),
        (Section::Audit, "builders") if gained => format!("one more builder counts: {element}"),
        (Section::Audit, "builders") => format!("a builder counts no longer: {element}"),
        (Section::Review, "approvers") if gained => {
            format!("one more person can approve changes: {element}")
        }
        (Section::Review, "approvers") => {
            format!("a person can approve changes no longer: {element}")
        }
        (Section::PinFallback, "spki-sha256") => {
            let verb = if gained { "gets" } else { "loses" };
            format!("endpoint {} {verb} the pin {element}", subject.name)
        }
        _ => {
            let verb = if gained { "added to" } else { "removed from" };
            let noun = noun(subject.section, field);
            format!("{}: {element} is {verb} {noun}", what(subject))
        }
    }
}

fn who_can(gained: bool, what: &str, key: &str) -> String {
    match gained {
        true => format!("one more key can {what}: {key}"),
        false => format!("a key can {what} no longer: {key}"),
    }
}

/// A value in place of another.
pub(super) fn of_value(
    subject: &Subject,
    field: &str,
    old: Option<&Value>,
    new: Option<&Value>,
) -> String {
    // Such a value says nothing to a person.
    if subject.section == Section::Unreadable {
        return what(subject);
    }
    let noun = noun(subject.section, field);
    let (go, are) = match is_plural(noun) {
        true => ("go", "are"),
        false => ("goes", "is"),
    };
    let change = match (old.map(shown), new.map(shown)) {
        (Some(old), Some(new)) => format!("{noun} {go} from {old} to {new}"),
        (None, Some(new)) => format!("{noun} {are} set to {new}"),
        (Some(old), None) => format!("{noun} {are} no longer set, was {old}"),
        (None, None) => noun.to_owned(),
    };
    match subject.section.is_single() {
        true => change,
        false => format!("{}: {change}", what(subject)),
    }
}

/// A value in a sentence: what has spaces stands in quotes.
fn shown(value: &Value) -> String {
    let text = value.to_string();
    match value {
        Value::Text(_) if text.contains(' ') => format!("\"{text}\""),
        _ => text,
    }
}

/// What a person calls the subject.
fn what(subject: &Subject) -> String {
    let name = &subject.name;
    match subject.section {
        Section::Policy => "the policy".to_owned(),
        Section::Unreadable => format!("{name} has mistakes: not all of it can be compared"),
        Section::Product => "[product]".to_owned(),
        Section::ServiceLife => "[service-life]".to_owned(),
        Section::Validity => "[validity]".to_owned(),
        Section::RequiredRoot => format!("anchor {name}"),
        Section::Endpoint => format!("endpoint {name}"),
        Section::EndpointOrder => "the order of endpoints".to_owned(),
        Section::PinFallback => format!("pin fallback of endpoint {name}"),
        Section::Coverage => "[coverage]".to_owned(),
        Section::Output => format!("rendered file {name}"),
        Section::Signing => "[signing]".to_owned(),
        Section::Rescue => "[rescue]".to_owned(),
        Section::Audit => "[audit]".to_owned(),
        Section::Review => "[review]".to_owned(),
        Section::Waiver => format!("waiver of {name}"),
        Section::Candidate => format!("candidate {name}"),
        Section::Capture => format!("captured chain {name}"),
        Section::Owner => format!("calendar: owner {name}"),
        Section::LifecycleRule => format!("calendar: lifecycle rule {name}"),
        Section::Root => format!("calendar: root {name}"),
        Section::Certificate => format!("calendar: certificate {name}"),
        Section::Event => format!("calendar: event {name}"),
        Section::Chain => format!("calendar: chain {name}"),
        Section::Release => format!("release {name}"),
        Section::RescueStore => format!("rescue store {name}"),
    }
}

/// What a person calls the field.
fn noun(section: Section, field: &str) -> &str {
    match (section, field) {
        (Section::Signing, "threshold") => "update signatures needed",
        (Section::Rescue, "threshold") => "rescue signatures needed",
        (Section::Audit, "threshold") => "builders that must agree",
        (Section::Audit, "distinct") => "operators that must agree",
        (Section::Review, "weakening") => "approvals of a change that weakens",
        (Section::Review, "other") => "approvals of any other change",
        (Section::Coverage, "independent-paths") => "independent paths demanded",
        (Section::Coverage, "distinct-owners") => "distinct owners demanded",
        (Section::Coverage, "count-private") => "whether private anchors count as paths",
        (Section::Coverage, "count-rescue") => "whether rescue keys count as a path",
        (Section::Validity, "min-remaining-days") => "days that each anchor must have left",
        (Section::ServiceLife, "ends") => "the end of service",
        (Section::ServiceLife, "longest-offline-days") => {
            "days that a device may be offline and still update"
        }
        (Section::Product, "verifier") => "the verifier of the firmware",
        (Section::Product, "name") => "the product's name",
        (Section::Product, "chip") => "the chip",
        (Section::EndpointOrder, _) => "the order of endpoints",
        _ => field,
    }
}

fn is_plural(noun: &str) -> bool {
    let first = noun.split(' ').next().unwrap_or_default();
    let rest = ["update", "rescue", "independent", "distinct"];
    rest.contains(&first) || ["builders", "operators", "days"].contains(&first)
}

/// The facts that tell a reader whether to look on.
fn distinguishing(section: Section, item: &Item) -> Option<String> {
    let fields: &[&str] = match section {
        Section::RequiredRoot => &["reason"],
        Section::Endpoint => &["url"],
        Section::PinFallback => &["spki-sha256", "expires"],
        Section::Output => &["format"],
        Section::Signing | Section::Rescue => &["threshold", "keys"],
        Section::Audit => &["threshold", "builders"],
        Section::Review => &["weakening", "other", "approvers"],
        Section::Waiver => &["expires", "reason"],
        Section::Candidate => &["sha256"],
        Section::Event => &["date"],
        Section::Root => &["effective-end"],
        Section::Release => &["released", "units"],
        Section::RescueStore => &["issued", "releases"],
        _ => &[],
    };
    let said = |field: &&str| {
        Some(match item.fields.get(*field)? {
            Value::Set(set) => counted(set.len(), element(field)),
            value => format!("{field} {}", shown(value)),
        })
    };
    let said: Vec<_> = fields.iter().filter_map(said).collect();
    (!said.is_empty()).then(|| said.join(", "))
}

/// One of a list, in a word.
fn element(field: &str) -> &str {
    match field {
        "builders" => "builder",
        "keys" => "key",
        "releases" => "release",
        "spki-sha256" => "pin",
        _ => field,
    }
}
