//! The first line is what a reviewer most needs to know; all forms of every pair are as they were reviewed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use serde_json::Value;
use trust::gate::Inputs;
use trust::review::Change;
use trust::source::SourceFile;
use xtask::report::Colour;
use xtask::review::{Answer, DiffFormat, written};

use super::pairs::{self, Pair, pairs};
use super::support::{Edit, answer, edited, project};

/// Pairs whose JSON and text forms are snapshots, too.
const IN_EVERY_FORM: [&str; 8] = [
    "nothing",
    "threshold lower",
    "server and its anchor removed where one path is enough",
    "both endpoints get a CA that devices do not know",
    "pin replaced",
    "a wrong value",
    "policy removed",
    "a release is forgotten",
];

fn of(pair: &Pair) -> Answer {
    let base = edited(&project(), pair.base);
    answer(&base, &edited(&base, pair.change))
}

fn nothing() -> Inputs {
    Inputs {
        policy: SourceFile::new("policy.toml", ""),
        anchors: Vec::new(),
        calendar: Vec::new(),
        endpoints: Vec::new(),
        releases: Vec::new(),
    }
}

fn first(pair: &Pair) -> Answer {
    answer(&nothing(), &edited(&project(), pair.change))
}

/// Each pair with its answer, made once for all tests.
fn answers() -> impl Iterator<Item = &'static (&'static Pair, Answer)> {
    static ANSWERS: LazyLock<Vec<(&Pair, Answer)>> = LazyLock::new(|| {
        let changes = pairs().map(|pair| (pair, of(pair)));
        let first = pairs::first().map(|pair| (pair, first(pair)));
        changes.chain(first).collect()
    });
    ANSWERS.iter()
}

#[test]
fn the_first_line_is_what_a_reviewer_most_needs_to_know() {
    let said: Vec<_> = answers()
        .map(|(pair, answer)| format!("{}: {}", pair.name, answer.headline))
        .collect();
    let expected: Vec<_> = pairs()
        .chain(pairs::first())
        .map(|pair| format!("{}: {}", pair.name, pair.headline))
        .collect();
    assert_eq!(said.join("\n"), expected.join("\n"));
}

#[test]
fn every_form_begins_with_the_first_line() {
    for (pair, answer) in answers() {
        let first = |format| {
            let text = written(answer, format, Colour::Plain).unwrap();
            text.lines().next().unwrap_or_default().to_owned()
        };
        let name = pair.name;
        assert_eq!(first(DiffFormat::Human), answer.headline, "{name}");
        // Apart from the marks of code spans.
        let bare = |text: &str| text.replace('`', "").replace("  ", " ").trim().to_owned();
        let markdown = format!("### {}", bare(&answer.headline));
        assert_eq!(bare(&first(DiffFormat::Markdown)), markdown, "{name}");
        let json = written(answer, DiffFormat::Json, Colour::Plain).unwrap();
        let json: Value = serde_json::from_str(&json).unwrap();
        assert_eq!(json["headline"], answer.headline, "{name}");
        assert_eq!(json["schema"], "perennial.policy-diff/1", "{name}");
    }
}

#[test]
fn the_markdown_of_each_pair_is_one_screen() {
    for (pair, answer) in answers() {
        let text = written(answer, DiffFormat::Markdown, Colour::Plain).unwrap();
        let shown = unfolded(&text);
        assert!(shown.lines().count() <= 40, "{}: {text}", pair.name);
        // All that there is would be here, and every edit of a calendar would change it.
        let is_first = pairs::first().any(|first| first.name == pair.name);
        let kept = match is_first {
            true => shown.replace(&answer.digest, "(of all facts)"),
            false => text.clone(),
        };
        insta::assert_snapshot!(file_name("markdown", pair), kept);
        assert!(text.len() < 65_536, "{}", pair.name);
    }
}

/// What is outside of the folded parts.
fn unfolded(text: &str) -> String {
    let mut folded = false;
    let mut left = String::new();
    for line in text.lines() {
        folded |= line.starts_with("<details>");
        if !folded {
            left.push_str(line);
            left.push('\n');
        }
        folded &= line != "</details>";
    }
    left
}

#[test]
fn some_pairs_in_every_form() {
    let names: Vec<_> = pairs().map(|pair| pair.name).collect();
    assert!(IN_EVERY_FORM.iter().all(|name| names.contains(name)));
    for (pair, answer) in answers().filter(|(pair, _)| IN_EVERY_FORM.contains(&pair.name)) {
        for (form, format) in [("human", DiffFormat::Human), ("json", DiffFormat::Json)] {
            let text = written(answer, format, Colour::Plain).unwrap();
            insta::assert_snapshot!(file_name(form, pair), text);
        }
    }
}

fn file_name(form: &str, pair: &Pair) -> String {
    format!("{form}-{}", pair.name.replace(' ', "-"))
}

#[test]
fn the_digest_is_the_same_for_the_same_changes_and_for_no_others() {
    let mut names = BTreeSet::new();
    let mut by_digest = BTreeMap::new();
    let mut by_changes = BTreeMap::new();
    for (pair, answer) in answers() {
        assert!(names.insert(pair.name), "{}", pair.name);
        let change = |change: &Change| {
            let subject = (change.subject.section, change.subject.identity.clone());
            let values = (change.before.clone(), change.after.clone());
            (subject, change.kind, change.field, values)
        };
        let changes: BTreeSet<_> = answer.changes.iter().map(change).collect();
        assert_eq!(changes.len(), answer.changes.len(), "{}", pair.name);
        let digest = &answer.digest;
        let known = by_digest.insert(digest.clone(), changes.clone());
        assert!(known.is_none_or(|known| known == changes), "{}", pair.name);
        let known = by_changes.insert(changes, digest.clone());
        assert!(known.is_none_or(|known| known == *digest), "{}", pair.name);
    }
    // Most of them are different.
    assert!(by_digest.len() > 70);
}

#[test]
fn the_first_line_weakens_where_the_answer_does() {
    for (pair, answer) in answers() {
        let (name, line) = (pair.name, &answer.headline);
        let begins = |begin: &str| line.starts_with(begin);
        if begins("weakens:") || begins("strands ") {
            assert!(answer.weakens, "{name}: {line}");
        }
        if begins("weakens nothing") || begins("only ") || begins("nothing ") {
            assert!(!answer.weakens, "{name}: {line}");
        }
        let first = answer
            .changes
            .iter()
            .position(|change| change.weakens.is_none());
        let last = answer
            .changes
            .iter()
            .rposition(|change| change.weakens.is_some());
        assert!(
            last.is_none_or(|last| first.is_none_or(|first| last < first)),
            "{name}"
        );
    }
}

#[test]
fn the_digest_is_of_the_change_alone() {
    let base = project();
    let lower = [Edit::Replace(
        "policy.toml",
        "min-remaining-days = 1825",
        "min-remaining-days = 365",
    )];
    let comment = [Edit::Append("policy.toml", "# Looked at.\n")];
    let digest = |base: &Inputs, edits: &[Edit]| answer(base, &edited(base, edits)).digest;
    let commented = edited(&base, &comment);
    assert_eq!(digest(&base, &lower), digest(&commented, &lower));
    // Of another value it is another change.
    let other = edited(
        &base,
        &[Edit::Replace(
            "policy.toml",
            "min-remaining-days = 1825",
            "min-remaining-days = 1826",
        )],
    );
    let lower_again = [Edit::Replace(
        "policy.toml",
        "min-remaining-days = 1826",
        "min-remaining-days = 365",
    )];
    assert_ne!(digest(&base, &lower), digest(&other, &lower_again));
    // There and back are two.
    let head = edited(&base, &lower);
    assert_ne!(answer(&base, &head).digest, answer(&head, &base).digest);
}

const PAGE: &str = include_str!("../../../docs/policy-diff.md");

/// The page lists every reason for which a change weakens, and each of them is the reason of some pair.
#[test]
fn the_page_names_what_weakens_and_every_field() {
    let json = |answer: &Answer| serde_json::to_value(answer).unwrap();
    let mut met = BTreeSet::new();
    for (_, answer) in answers() {
        for change in json(answer)["changes"].as_array().unwrap() {
            met.extend(change["weakens"].as_str().map(str::to_owned));
        }
    }
    let table = PAGE.split_once("| word in JSON |").unwrap().1;
    let table = table.split_once("\n\n").unwrap().0;
    let words = table.lines().filter_map(|line| line.split('|').nth(1));
    let words = words.flat_map(|words| words.split('`').skip(1).step_by(2));
    let words: BTreeSet<_> = words.map(str::to_owned).collect();
    assert_eq!(words, met);
    let (_, any) = answers()
        .find(|(pair, _)| pair.name == "both CAs are announced to go")
        .unwrap();
    let any = json(any);
    let places = [
        "",
        "/base",
        "/changes/0",
        "/changes/0/subject",
        "/effect",
        "/effect/head",
        "/effect/head/coverage",
        "/effect/releases/0",
        "/effect/findings/0",
    ];
    for place in places {
        let Some(Value::Object(object)) = any.pointer(place) else {
            panic!("{place} is not there: {any:#}");
        };
        for key in object.keys() {
            let named = [format!("{key}`"), format!("`{key}.")];
            assert!(
                named.iter().any(|named| PAGE.contains(named)),
                "{place}/{key}"
            );
        }
    }
}
