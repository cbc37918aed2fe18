//! The canonical form: what it looks like, that it is stable, and that it keeps meaning and comments.

use proptest::prelude::*;

use super::canonical;
use crate::policy::read;
use crate::policy::tests::{fixture, listing, mutated, policy_file};

fn formatted(text: &str) -> String {
    canonical(&policy_file(text)).unwrap_or_else(|findings| panic!("{}", listing(&findings)))
}

/// What a draft says, without its places.
fn meaning(text: &str) -> String {
    let draft = format!("{:#?}", read(&policy_file(text)).draft);
    let mut depth = None;
    let mut lines = Vec::new();
    for line in draft.lines() {
        let indent = line.len() - line.trim_start().len();
        match depth {
            Some(from) if indent > from => {}
            Some(_) => depth = None,
            None if line.trim_start().starts_with("at: Location") => depth = Some(indent),
            None => lines.push(line),
        }
    }
    lines.join("\n")
}

fn comments(text: &str) -> Vec<&str> {
    let mut comments: Vec<_> = text
        .lines()
        .filter_map(|line| line.find('#').map(|at| line[at..].trim()))
        .collect();
    comments.sort_unstable();
    comments
}

#[test]
fn the_base_policy_is_canonical() {
    let text = fixture("base/policy.toml");
    assert_eq!(formatted(&text), text);
}

#[test]
fn an_untidy_policy_becomes_canonical() {
    let untidy = fixture("canonical/untidy.toml");
    let tidy = formatted(&untidy);
    insta::assert_snapshot!(tidy);
    assert_eq!(formatted(&tidy), tidy);
    assert_eq!(comments(&tidy), comments(&untidy));
    assert_eq!(listing(&read(&policy_file(tidy)).findings), "");
}

#[test]
fn windows_line_ends_and_a_byte_order_mark_go() {
    let text = fixture("base/policy.toml");
    let windows = format!("\u{feff}{}", text.replace('\n', "\r\n"));
    assert_eq!(formatted(&windows), text);
    assert_eq!(listing(&read(&policy_file(windows)).findings), "");
}

#[test]
fn a_file_with_a_syntax_error_is_not_formatted() {
    for (text, place) in [
        (
            "schema-version = 1\nname \"x\"\n[product\n",
            [(2, 6), (3, 9)].as_slice(),
        ),
        ("schema-version = 99999999999999999999\n", &[(1, 18)]),
        ("a = 1\na = 2\n", &[(2, 1)]),
    ] {
        let findings = canonical(&policy_file(text)).expect_err(text);
        let places: Vec<_> = findings
            .iter()
            .map(|finding| finding.location().start())
            .collect();
        assert_eq!(places, place, "{text}");
    }
}

#[test]
fn two_mistakes_are_corrected() {
    let text = fixture("base/policy.toml");
    let colons = "96:BC:EC:06:26:49:76:F3:74:60:77:9A:CF:28:C5:A7:CF:E8:A3:C0:AA:E1:1A:8F:FC:EE:05:C0:BD:DF:08:C6";
    let wrong = text
        .replace(
            "96bcec06264976f37460779acf28c5a7cfe8a3c0aae11a8ffcee05c0bddf08c6",
            colons,
        )
        .replace("\"2034-06-30\"", "2034-06-30");
    assert_eq!(read(&policy_file(wrong.as_str())).findings.len(), 2);
    assert_eq!(formatted(&wrong), text);
}

/// The base policy with its sections in any order, comments and blank lines between any two lines.
fn shuffled() -> impl Strategy<Value = String> {
    const BETWEEN: [&str; 6] = ["", "", "\n", "# c\n", "\n# c\n\n", "  # c\n"];
    let text = fixture("base/policy.toml");
    let (top, sections) = text.split_once("\n[").expect("sections");
    let sections: Vec<String> = sections
        .split("\n\n")
        .map(|section| format!("{}\n", section.trim_end()))
        .collect();
    let top = format!("{top}\n");
    let order = Just(sections).prop_shuffle();
    let between = prop::collection::vec(prop::sample::select(&BETWEEN[..]), 1..100);
    (order, between).prop_map(move |(sections, between)| {
        let bracketed = sections
            .iter()
            .map(|section| match section.strip_prefix("product") {
                Some(rest) => format!("[product{rest}"),
                None => section.clone(),
            });
        let text: String = std::iter::once(top.clone()).chain(bracketed).collect();
        let lines = text.lines().zip(between.iter().cycle());
        lines
            .map(|(line, between)| format!("{line}\n{between}"))
            .collect()
    })
}

proptest! {
    #[test]
    fn sections_in_any_order_keep_their_comments(text in shuffled()) {
        let once = formatted(&text);
        prop_assert_eq!(&formatted(&once), &once);
        prop_assert_eq!(comments(&once), comments(&text));
        prop_assert_eq!(listing(&read(&policy_file(once)).findings), "");
    }

    #[test]
    fn formatting_is_stable_and_keeps_the_meaning(text in mutated()) {
        let file = policy_file(text.as_str());
        let Ok(once) = canonical(&file) else {
            return Ok(());
        };
        prop_assert_eq!(&formatted(&once), &once);
        let reading = read(&file);
        if reading.findings.is_empty() {
            prop_assert_eq!(meaning(&once), meaning(&text));
        }
        prop_assert!(read(&policy_file(once)).findings.len() <= reading.findings.len());
    }
}
