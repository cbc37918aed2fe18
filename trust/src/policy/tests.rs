//! The reader against the fixtures, and against whatever else a file may hold.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use proptest::prelude::*;

use super::read;
use crate::finding::Finding;
use crate::source::SourceFile;

/// The text of a fixture below `trust/fixtures/`.
pub(super) fn fixture(path: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    fs::read_to_string(root.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// A policy file with this text.
pub(super) fn policy_file(text: impl Into<String>) -> Arc<SourceFile> {
    SourceFile::new("policy.toml", text)
}

/// One line for each label, with the help below: enough to see what a person would.
pub(super) fn listing(findings: &[Finding]) -> String {
    let mut lines = Vec::new();
    for finding in findings {
        let (line, column) = finding.location().start();
        lines.push(format!(
            "{line}:{column} {} {}",
            finding.rule.id, finding.message
        ));
        for label in &finding.labels {
            let ((line, column), (end_line, end)) = (label.location.start(), label.location.end());
            lines.push(format!(
                "    {line}:{column}-{end_line}:{end} {}",
                label.text
            ));
        }
        lines.push(format!("    help: {}", finding.help));
    }
    lines.join("\n")
}

#[test]
fn the_base_policy_has_no_mistake() {
    let reading = read(&policy_file(fixture("base/policy.toml")));
    assert_eq!(listing(&reading.findings), "");
    let policy = reading.policy.expect("a policy");
    assert_eq!(policy.product.name.value, "perennial-reference");
    assert_eq!(policy.service_life.ends.value.to_string(), "2034-06-30");
    assert_eq!(policy.required_roots.len(), 3);
    assert_eq!(
        policy.endpoints[0].redirects[0].value,
        "https://cdn.example.com/"
    );
    assert_eq!(policy.pin_fallbacks[0].spki_sha256.len(), 2);
    assert_eq!(policy.signing.keys[0].key_id[0], 0xC1);
    assert_eq!(
        policy.rescue.as_ref().map(|rescue| rescue.keys.len()),
        Some(2)
    );
}

#[test]
fn each_rule_finds_its_fixture_and_passes_the_twin() {
    let rules = [
        "P001-policy-syntax",
        "P002-policy-unknown-key",
        "P003-policy-missing-key",
        "P004-policy-wrong-type",
        "P005-policy-invalid-value",
        "P006-policy-duplicate",
        "P007-policy-unknown-reference",
        "P008-policy-schema-version",
        "P103-waiver-incomplete",
        "P104-waiver-unknown-code",
    ];
    for name in rules {
        let failing = read(&policy_file(fixture(&format!(
            "rules/{name}/fail/policy.toml"
        ))));
        let found: Vec<_> = failing
            .findings
            .iter()
            .map(|finding| finding.rule)
            .collect();
        let names: Vec<_> = found
            .iter()
            .map(|rule| format!("{}-{}", rule.id, rule.slug))
            .collect();
        assert_eq!(names, [name], "{}", listing(&failing.findings));
        assert!(failing.policy.is_none(), "{name}");
        let passing = read(&policy_file(fixture(&format!(
            "rules/{name}/pass/policy.toml"
        ))));
        assert_eq!(listing(&passing.findings), "", "{name}");
        assert!(passing.policy.is_some(), "{name}");
    }
}

#[test]
fn ten_mistakes_are_ten_findings_in_file_order() {
    let reading = read(&policy_file(fixture("ten-mistakes/policy.toml")));
    assert_eq!(reading.findings.len(), 10, "{}", listing(&reading.findings));
    insta::assert_snapshot!(listing(&reading.findings));
}

/// The base policy after a few cuts, insertions and doublings, as editing leaves them.
pub(super) fn mutated() -> impl Strategy<Value = String> {
    const PIECES: [&str; 24] = [
        "\n",
        " ",
        "=",
        "\"",
        "'",
        "\"\"\"",
        "[",
        "]",
        "[[",
        "{",
        "}",
        ",",
        "#",
        "# c\n",
        "\n\n",
        ".",
        "-",
        "\\",
        "\r\n",
        "é",
        "1",
        "a = 1\n",
        "[product]\n",
        "\u{feff}",
    ];
    let cut = (
        any::<prop::sample::Index>(),
        0..40_usize,
        prop::sample::select(&PIECES[..]),
    );
    prop::collection::vec(cut, 0..6).prop_map(|cuts| {
        let mut text = fixture("base/policy.toml");
        for (at, length, piece) in cuts {
            let start = text.floor_char_boundary(at.index(text.len() + 1));
            let end = text.floor_char_boundary((start + length).min(text.len()));
            text.replace_range(start..end, piece);
        }
        text
    })
}

fn holds(text: &str) -> Result<(), TestCaseError> {
    let reading = read(&policy_file(text));
    let places: Vec<_> = reading
        .findings
        .iter()
        .map(|finding| finding.location())
        .collect();
    prop_assert!(places.is_sorted());
    prop_assert_eq!(reading.policy.is_some(), reading.findings.is_empty());
    for finding in &reading.findings {
        prop_assert!(!finding.help.is_empty(), "{}", listing(&reading.findings));
    }
    Ok(())
}

proptest! {
    #[test]
    fn reading_any_text_ends_well(text in ".*") {
        holds(&text)?;
    }

    #[test]
    fn reading_any_punctuation_ends_well(text in "[\\[\\]{}=\"'#,.a-c1 \n\r-]{0,80}") {
        holds(&text)?;
    }

    #[test]
    fn reading_an_edited_policy_ends_well(text in mutated()) {
        holds(&text)?;
    }
}
