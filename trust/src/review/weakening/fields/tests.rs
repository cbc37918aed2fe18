//! No field is forgotten.

use std::collections::{BTreeMap, BTreeSet};

use super::rule;
use crate::policy::reviewed::FULL;
use crate::review::state::State;
use crate::source::SourceFile;

/// A fact of each kind with every key.
const CALENDAR: &str = r#"schema-version = 1

[[owner]]
name = "Made"
organisations = ["Made Ltd"]
leaf-days = 90
confidence = "observed"
source = "made"
announced = "2020-01-01"
superseded = "2025-01-01"
note = "made"

[[lifecycle-rule]]
programmes = ["mozilla"]
key-created-from = "2006-01-01"
key-created-until = "2010-01-01"
removal = "2030-04-15"
confidence = "rule"
source = "made"

[[lifecycle-rule]]
programmes = ["mozilla"]
key-created-from = "2010-01-02"
removal-years-after-creation = 15
confidence = "rule"
source = "made"

[[root]]
name = "Made Root"
sha256 = "0906db44298f472becd7d5c0dd5320c5986111859edf3ad4fb5e03274b42a97a"
owner = "Made"
not-after = "2040-01-01"
key-created = "2020-01-01"
effective-end = "2035-01-01"
programmes = ["mozilla"]
confidence = "observed"
source = "made"

[[certificate]]
subject = "CN=Made CA,O=Made Ltd"
issuer = "CN=Made Root,O=Made Ltd"
key = "ec-p256"
signature = "ecdsa-with-SHA256"
not-before = "2020-01-01"
not-after = "2030-01-01"
serial = "1"
sha256 = "1906db44298f472becd7d5c0dd5320c5986111859edf3ad4fb5e03274b42a97a"
spki-sha256 = "2906db44298f472becd7d5c0dd5320c5986111859edf3ad4fb5e03274b42a97a"
revoked = "2029-01-01"
confidence = "observed"
source = "made"

[[event]]
date = "2028-03-01"
owner = "Made"
kind = "leaf-lifetime"
programmes = ["mozilla"]
retires = [{ name = "Made Root", spki-sha256 = "0906db44298f472becd7d5c0dd5320c5986111859edf3ad4fb5e03274b42a97a" }]
introduces = [{ name = "Made CA" }]
days = 47
confidence = "announced"
source = "made"

[[chain]]
owner = "Made"
profile = "default"
key-type = "ecdsa"
from = "2020-01-01"
issuers = [{ name = "Made CA", sha256 = "1906db44298f472becd7d5c0dd5320c5986111859edf3ad4fb5e03274b42a97a" }]
path = [{ name = "Made CA", sha256 = "1906db44298f472becd7d5c0dd5320c5986111859edf3ad4fb5e03274b42a97a" }]
confidence = "observed"
source = "made"

[[chain]]
owner = "Made"
profile = "other"
key-type = "ecdsa"
from = "2020-01-01"
root = { name = "Made Root", sha256 = "0906db44298f472becd7d5c0dd5320c5986111859edf3ad4fb5e03274b42a97a" }
confidence = "assumed"
source = "made"
"#;

const ANCHOR: &str = include_str!("../../../../anchors/isrg-root-x2.pem");
const RELEASE: &str = include_str!(
    "../../../../fixtures/rules/L110-partition-table-changed/pass/releases/1.0.4.toml"
);

const RESCUE_STORE: &str =
    include_str!("../../../../fixtures/rules/L107-rescue-store-not-above/pass/rescues/4.toml");

/// The code that takes everything apart: each key that it names must have been met.
const CODE: [&str; 4] = [
    include_str!("../../state/calendar.rs"),
    include_str!("../../state/files.rs"),
    include_str!("../../state/ledger.rs"),
    include_str!("../../state/policy.rs"),
];

/// Things of every section, with every field.
fn full() -> State {
    let mut state = State::default();
    state.add_policy(&[SourceFile::new("policy.toml", FULL)]);
    state.add_candidates(&[SourceFile::new("trust/anchors/x2.pem", ANCHOR)]);
    state.add_facts(&[
        SourceFile::new("trust/calendar/made.toml", CALENDAR),
        SourceFile::new("trust/calendar/odd.toml", "odd"),
    ]);
    let captured = format!("# Sent by x, captured 2024-06-02: as sent.\n{ANCHOR}");
    state.add_captures(&[SourceFile::new("trust/endpoints/x.pem", captured)]);
    state.add_releases(&[
        SourceFile::new("trust/releases/1.0.4.toml", RELEASE),
        SourceFile::new("trust/rescues/4.toml", RESCUE_STORE),
    ]);
    state
}

#[test]
fn every_field_of_every_section_is_classed_by_name() {
    let mut classed = BTreeMap::new();
    for ((section, _), items) in &full().items {
        for field in items.iter().flat_map(|item| item.fields.keys()) {
            let rule = rule(*section, field);
            let rule = rule.unwrap_or_else(|| panic!("{}: {field}", section.word()));
            classed.insert((*section, *field), rule);
        }
    }
    let lines: Vec<_> = classed
        .iter()
        .map(|((section, field), rule)| format!("{} {field}: {rule:?}", section.word()))
        .collect();
    insta::assert_snapshot!("fields", lines.join("\n"));

    let met: BTreeSet<_> = classed.keys().map(|(_, field)| *field).collect();
    for key in CODE.iter().flat_map(|code| keys(code)) {
        assert!(met.contains(key), "{key} is in no example");
    }
}

/// What stands in quotes as the first argument of what adds a field.
fn keys(code: &'static str) -> Vec<&'static str> {
    let adds = [
        ".day(", ".flag(", ".list(", ".number(", ".set(", ".text(", ".word(",
    ];
    let after = adds.iter().flat_map(|add| code.split(add).skip(1));
    after
        .filter_map(|rest| rest.trim_start().strip_prefix('"')?.split('"').next())
        .collect()
}

#[test]
fn what_nobody_thought_of_weakens() {
    use crate::review::state::Value;
    use crate::review::subject::Section;
    use crate::review::weakening::{Why, of_value};
    let value = Value::Number(1);
    let why = |section| of_value(section, "made-up", None, Some(&value));
    assert_eq!(why(Section::Root), Some(Why::FactChanged));
    assert_eq!(why(Section::Endpoint), Some(Why::RequirementLowered));
}
