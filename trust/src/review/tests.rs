//! Weights, words and digests of single changes.

use std::sync::Arc;

use super::{Changes, Why};
use crate::gate::Inputs;
use crate::source::SourceFile;

const POLICY: &str = include_str!("../../fixtures/base/policy.toml");
const RELEASE: &str =
    include_str!("../../fixtures/rules/L903-ledger-bad-value/pass/releases/1.0.4.toml");
const CAPTURE: &str =
    include_str!("../../fixtures/forecast/deploy-the-fleet/trust/endpoints/updates-2024-05.pem");
const CALENDAR: &str = r#"schema-version = 1

[[lifecycle-rule]]
programmes = ["mozilla"]
key-created-from = "2006-01-01"
removal = "2030-04-15"
confidence = "rule"
source = "made"

[[event]]
date = "2028-03-01"
owner = "Made"
kind = "distrust"
retires = [{ name = "Made Root", spki-sha256 = "0906db44298f472becd7d5c0dd5320c5986111859edf3ad4fb5e03274b42a97a" }]
confidence = "announced"
source = "made"
"#;

fn files(folder: &str, texts: &[(&str, &str)]) -> Vec<Arc<SourceFile>> {
    let file = |(name, text): &(&str, &str)| SourceFile::new(format!("{folder}/{name}"), *text);
    texts.iter().map(file).collect()
}

fn inputs() -> Inputs {
    Inputs {
        policy: SourceFile::new("policy.toml", POLICY),
        anchors: Vec::new(),
        calendar: files("trust/calendar", &[("made.toml", CALENDAR)]),
        endpoints: files("trust/endpoints", &[("updates.pem", CAPTURE)]),
        releases: files("trust/releases", &[("1.0.4.toml", RELEASE)]),
    }
}

/// What the first change of `text` in the only file of one kind is, and why it weakens.
fn of_edit(
    files: impl Fn(&mut Inputs) -> &mut Vec<Arc<SourceFile>>,
    from: &str,
    to: &str,
) -> Vec<(String, Option<Why>)> {
    let mut head = inputs();
    let list = files(&mut head);
    let file = &list[0];
    assert_eq!(file.text.matches(from).count(), 1, "{from}");
    list[0] = SourceFile::new(&file.name, file.text.replace(from, to));
    said(&Changes::between(&inputs(), &head))
}

fn said(changes: &Changes) -> Vec<(String, Option<Why>)> {
    let said = changes.iter();
    said.map(|change| (change.sentence.clone(), change.weakens))
        .collect()
}

fn one(sentence: &str, why: Option<Why>) -> Vec<(String, Option<Why>)> {
    vec![(sentence.to_owned(), why)]
}

#[test]
fn a_date_of_an_event_weakens_when_it_is_later() {
    let calendar = |from, to| of_edit(|inputs| &mut inputs.calendar, from, to);
    let event = "calendar: event distrust of Made, retires Made Root";
    assert_eq!(
        calendar("2028-03-01", "2028-03-02"),
        one(
            &format!("{event}: date goes from 2028-03-01 to 2028-03-02"),
            Some(Why::FactLater)
        )
    );
    assert_eq!(
        calendar("2028-03-01", "2028-02-29"),
        one(
            &format!("{event}: date goes from 2028-03-01 to 2028-02-29"),
            None
        )
    );
    assert_eq!(
        calendar(
            "source = \"made\"\n\n[[event]]",
            "source = \"made\"\nsuperseded = \"2026-01-01\"\n\n[[event]]"
        ),
        one(
            "calendar: lifecycle rule for keys made from 2006-01-01: superseded is set to 2026-01-01",
            Some(Why::FactRemoved)
        )
    );
}

#[test]
fn an_order_of_facts_means_nothing() {
    let (rule, event) = CALENDAR.split_once("[[event]]").unwrap();
    let (version, rule) = rule.split_once("[[lifecycle-rule]]").unwrap();
    let text = format!("{version}[[event]]{event}\n[[lifecycle-rule]]{rule}");
    let mut head = inputs();
    head.calendar = files("trust/calendar", &[("other.toml", &text)]);
    let changes = Changes::between(&inputs(), &head);
    assert_eq!(said(&changes), []);
    assert!(changes.texts_differ());
}

/// Two facts of one identity are told apart by what they say.
#[test]
fn one_more_fact_of_a_kind_that_is_there_is_an_addition() {
    let mut head = inputs();
    let event = &CALENDAR[CALENDAR.find("[[event]]").unwrap()..];
    let earlier = event.replace("2028-03-01", "2027-03-01");
    head.calendar = files(
        "trust/calendar",
        &[("made.toml", &format!("{CALENDAR}\n{earlier}"))],
    );
    let sentence = "calendar: event distrust of Made, retires Made Root is added (date 2027-03-01)";
    assert_eq!(
        said(&Changes::between(&inputs(), &head)),
        one(sentence, None)
    );
    let removed = Changes::between(&head, &inputs());
    assert_eq!(said(&removed)[0].1, Some(Why::FactRemoved));
}

#[test]
fn what_was_recorded_of_a_release_changes_but_for_its_units() {
    let ledger = |from, to| of_edit(|inputs| &mut inputs.releases, from, to);
    let units = ledger("units = 12000", "units = 11999");
    assert_eq!(
        units,
        one("release 1.0.4: units goes from 12000 to 11999", None)
    );
    let none = ledger("units = 12000", "units = 0");
    assert_eq!(none[0].1, Some(Why::ReleaseForgotten));
    for (from, to) in [
        ("commit = \"3f1c0de0", "commit = \"3f1c0de1"),
        ("released = \"2026-03-19\"", "released = \"2026-03-20\""),
        ("sequence = 1", "sequence = 4"),
        (
            "\"https://cdn.example.com/\"",
            "\"https://cdn.example.org/\"",
        ),
        ("threshold = 2", "threshold = 1"),
        ("name = \"application.bin\"", "name = \"other.bin\""),
        ("expires = \"2029-12-31\"", "expires = \"2029-12-30\""),
        ("not-after = \"2040-09-17\"", "not-after = \"2040-09-18\""),
    ] {
        let changes = ledger(from, to);
        assert!(!changes.is_empty(), "{from}");
        let rewritten = |(_, why): &(String, Option<Why>)| *why == Some(Why::RecordRewritten);
        assert!(changes.iter().all(rewritten), "{changes:?}");
    }
}

#[test]
fn a_published_rescue_store_is_not_forgotten_and_not_rewritten() {
    let recorded =
        include_str!("../../fixtures/rules/L107-rescue-store-not-above/pass/rescues/4.toml");
    let with = |text: &str| {
        let mut inputs = inputs();
        inputs
            .releases
            .extend(files("trust/rescues", &[("4.toml", text)]));
        inputs
    };
    let published = with(recorded);
    let added = "rescue store 4 is added (issued 2026-05-04, 1 release)";
    assert_eq!(
        said(&Changes::between(&inputs(), &published)),
        one(added, None)
    );
    let forgotten = said(&Changes::between(&published, &inputs()));
    assert_eq!(forgotten[0].1, Some(Why::RescueForgotten));
    let rewritten = with(&recorded.replace("2026-05-04", "2026-05-05"));
    let rewritten = said(&Changes::between(&published, &rewritten));
    assert_eq!(rewritten[0].1, Some(Why::RecordRewritten));
}

#[test]
fn a_captured_chain_is_its_certificates_and_its_day() {
    let captures = |from: &str, to: &str| of_edit(|inputs| &mut inputs.endpoints, from, to);
    let first = CAPTURE.find("-----BEGIN").unwrap();
    // A comment that says no day means nothing.
    assert_eq!(captures(CAPTURE, &format!("# Looked at.\n{CAPTURE}")), []);
    let dated = "# Sent by x, captured 2024-06-02: as sent.\n";
    let changes = captures(CAPTURE, &format!("{dated}{}", &CAPTURE[first..]));
    assert_eq!(changes.len(), 1, "{changes:?}");
    assert!(
        changes[0].0.contains("captured is set to 2024-06-02"),
        "{changes:?}"
    );
}

/// Two texts that cannot be read are different where their bytes are.
#[test]
fn what_cannot_be_read_is_never_the_same() {
    let with = |text: &str| Inputs {
        policy: SourceFile::new("policy.toml", format!("{POLICY}{text}")),
        ..inputs()
    };
    let (one, other) = (with("[[[ one"), with("[[[ other"));
    let changes = Changes::between(&one, &other);
    assert!(changes.weakens());
    let unreadable = "policy.toml has mistakes: not all of it can be compared";
    assert_eq!(
        said(&changes)[0],
        (unreadable.to_owned(), Some(Why::Unreadable))
    );
    assert!(!Changes::between(&one, &inputs()).weakens());
    assert_ne!(
        Changes::between(&inputs(), &one).digest(),
        Changes::between(&inputs(), &other).digest()
    );
}

#[test]
fn nothing_weakens_against_no_policy_at_all() {
    let none = Inputs {
        policy: SourceFile::new("policy.toml", " \n"),
        ..inputs()
    };
    let first = Changes::between(&none, &inputs());
    assert!(first.is_first_policy());
    assert!(!first.weakens());
    assert!(first.len() > 10);
    let removed = Changes::between(&inputs(), &none);
    assert!(!removed.is_first_policy());
    assert_eq!(
        removed.iter().next().map(|change| change.weakens),
        Some(Some(Why::PolicyRemoved))
    );
}

/// A digest is what others sign: it never changes. By hand:
/// `printf 'perennial-policy-diff-v1\n["changed","validity","","min-remaining-days","1825","365"]\n' | sha256sum`
#[test]
fn the_digest_is_of_a_text_that_anybody_can_write() {
    let head = Inputs {
        policy: SourceFile::new(
            "policy.toml",
            POLICY.replace("min-remaining-days = 1825", "min-remaining-days = 365"),
        ),
        ..inputs()
    };
    let digest = Changes::between(&inputs(), &head).digest();
    assert_eq!(
        hex::encode(digest),
        "911aea6c77b659ae194d3edff759e0253da266af9244b4e5e0ed5a1d6db0efdc"
    );
    let nothing = Changes::between(&inputs(), &inputs()).digest();
    assert_eq!(
        hex::encode(nothing),
        "0cec1f178dac7cdce0dd21e3774634584e8d965744b551584d9c3bc283dd7606"
    );
}
