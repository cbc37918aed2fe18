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
    assert_eq!(policy.service_life.ends.value.to_string(), "2032-06-30");
    assert_eq!(policy.required_roots.len(), 3);
    assert_eq!(
        policy.endpoints[0].redirects[0].value,
        "https://ota.example.net/perennial/"
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

/// One mistake in the base policy: what to replace, by what, and the rule and place of the one finding there is.
type MistakeCase = (&'static str, &'static str, &'static str, (usize, usize));

#[rustfmt::skip]
const MISTAKES: &[MistakeCase] = &[
    ("schema-version = 1", "schema-version = \"1\"", "P004", (3, 18)),
    ("name = \"perennial-reference\"", "name = \"a-name-with-thirty-two-characters\"", "P005", (6, 8)),
    ("chip = \"esp32c3\"", "chip = \"esp8266\"", "P005", (7, 8)),
    ("verifier = \"perennial\"", "verifier \"perennial\"", "P001", (8, 10)),
    ("[service-life]", "[service-life", "P001", (10, 14)),
    ("last-unit-made = \"2028-06-30\"", "last-unit-made = \"2028-06-31\"", "P005", (11, 18)),
    ("years-in-service = 4", "years-in-service = 4.5", "P004", (12, 20)),
    ("longest-offline-days = 180", "longest-offline-days = 0", "P005", (13, 24)),
    ("min-remaining-days = 1825", "min-remaining-days = 36526", "P005", (16, 22)),
    ("programme-end = \"warn\"", "program-end = \"warn\"", "P002", (17, 1)),
    ("reason = \"primary CA of the update server\"", "reason = \"\"", "P005", (22, 10)),
    ("reason = \"servers that still send the RSA chain\"", "reason = \"a\nb\"", "P001", (27, 12)),
    ("sha256 = \"c90f26f0fb1b4018", "sha256 = \"C90F26F0FB1B4018", "P005", (31, 10)),
    ("name = \"primary\"", "name = \"primary\"\ncolour = \"blue\"", "P002", (36, 1)),
    ("redirects = [\"https://ota.example.net/perennial/\"]", "redirects = \"https://ota.example.net/perennial/\"", "P004", (37, 13)),
    ("owner = \"Sectigo\"", "owner = Sectigo", "P001", (46, 9)),
    ("expires = \"2034-06-30\"", "expires = 2034-06-30T00:00:00Z", "P004", (59, 11)),
    ("after-expiry = \"roots-only\"", "after-expiry = \"root-only\"", "P005", (60, 16)),
    ("independent-paths = 2", "independent-paths = 2\nindependent-paths = 2", "P006", (64, 1)),
    ("distinct-owners = 2", "distinct-owners = 3", "P005", (64, 19)),
    ("threshold = 1", "threshold = 2", "P005", (67, 13)),
    ("public = \"RWQMTHP7", "public = \"RWQMTHP", "P005", (76, 16)),
];

#[test]
fn each_mistake_is_one_finding() {
    let base = fixture("base/policy.toml");
    for case in MISTAKES {
        let (from, to, rule, place) = *case;
        assert_eq!(base.matches(from).count(), 1, "{from}");
        let reading = read(&policy_file(base.replace(from, to)));
        let found: Vec<_> = reading
            .findings
            .iter()
            .map(|finding| (finding.rule.id, finding.location().start()))
            .collect();
        assert_eq!(
            found,
            [(rule, place)],
            "{to}\n{}",
            listing(&reading.findings)
        );
    }
}

#[test]
fn no_mistake_hides_another() {
    let base = fixture("base/policy.toml");
    for (index, (from, to, rule, _)) in MISTAKES.iter().enumerate() {
        for (other_from, other_to, other_rule, _) in &MISTAKES[index + 1..] {
            let text = base.replace(other_from, other_to).replace(from, to);
            let reading = read(&policy_file(text));
            let found: Vec<_> = reading
                .findings
                .iter()
                .map(|finding| finding.rule.id)
                .collect();
            assert_eq!(
                found,
                [*rule, *other_rule],
                "{to}\n{other_to}\n{}",
                listing(&reading.findings)
            );
        }
    }
}

#[test]
fn all_mistakes_at_once_are_all_reported() {
    let base = fixture("base/policy.toml");
    let text = MISTAKES
        .iter()
        .fold(base, |text, (from, to, ..)| text.replace(from, to));
    let found: Vec<_> = read(&policy_file(text))
        .findings
        .iter()
        .map(|finding| finding.rule.id)
        .collect();
    let expected: Vec<_> = MISTAKES.iter().map(|(_, _, rule, _)| *rule).collect();
    assert_eq!(found, expected);
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

fn found(text: &str) -> Vec<(&'static str, (usize, usize))> {
    let reading = read(&policy_file(text));
    let place = |finding: &Finding| (finding.rule.id, finding.location().start());
    reading.findings.iter().map(place).collect()
}

#[test]
fn an_empty_file_lacks_each_required_section() {
    let reading = read(&policy_file(""));
    let items: Vec<_> = reading
        .findings
        .iter()
        .filter_map(|f| f.subject.item.as_deref())
        .collect();
    let required = [
        "coverage",
        "endpoint",
        "product",
        "required-root",
        "schema-version",
        "service-life",
        "signing",
        "validity",
    ];
    assert_eq!(items, required);
}

#[test]
fn headers_in_the_wrong_form_are_read_all_the_same() {
    let base = fixture("base/policy.toml");
    let single = base.replace("[[endpoint]]", "[endpoint]");
    assert_eq!(found(&single), [("P004", (34, 2)), ("P004", (43, 2))]);
    let twice = base.replace("[product]", "[[product]]");
    assert_eq!(found(&twice), [("P004", (5, 1))]);
    let again = base.replace("[coverage]", "[product]\n[coverage]");
    assert_eq!(found(&again), [("P006", (62, 2))]);
    let misspelt = base
        .replace("[validity]", "[validty]")
        .replace("= 1825", "= -1");
    assert_eq!(found(&misspelt), [("P002", (15, 2)), ("P005", (16, 22))]);
}

#[test]
fn the_end_of_service_is_said_once() {
    let base = fixture("base/policy.toml");
    let both = base.replace("years-in-service = 4", "ends = \"2034-06-30\"");
    assert_eq!(found(&both), [("P005", (11, 18))]);
    let half = base.replace("years-in-service = 4\n", "");
    assert_eq!(found(&half), [("P003", (10, 1))]);
    let neither = half.replace("last-unit-made = \"2028-06-30\"\n", "");
    assert_eq!(found(&neither), [("P003", (10, 1))]);
    let ends = neither.replace("longest", "ends = \"2036-12-31\"\nlongest");
    let policy = read(&policy_file(ends)).policy.expect("a policy");
    assert_eq!(policy.service_life.ends.value.to_string(), "2036-12-31");
}

#[test]
fn a_key_that_releases_cannot_rescue() {
    let base = fixture("base/policy.toml");
    let release = "RWTBRsk/uUtwLC7DmWtb/5bmrnRorqCinjrpnQEftV53MgkhFHUrNxJQ";
    let rescue = "RWQmdZfkT/SYaWYq6o4BQklgCMnqwLSkbrR8NY36w7bKvRD5BTHdy/Rg";
    assert_eq!(found(&base.replace(rescue, release)), [("P006", (75, 16))]);
    let roles = base.replace("role = \"release\"", "role = \"rescue\"");
    assert_eq!(found(&roles), [("P005", (69, 83))]);
}

#[test]
fn a_waiver_with_a_wrong_selector_covers_nothing() {
    let waiver = "\n[[waiver]]\ncode = \"waiver-unused\"\nendpoint = \"faolover\"\nowner = \"a\"\nreason = \"b\"\nexpires = \"2027-06-30\"\n";
    let text = fixture("base/policy.toml") + waiver;
    let reading = read(&policy_file(text.as_str()));
    assert_eq!(found(&text), [("P007", (81, 12))]);
    assert!(reading.draft.waivers.is_empty());
    let right = read(&policy_file(text.replace("faolover", "failover")));
    assert_eq!(
        right.policy.expect("a policy").waivers[0].code.value,
        "P101"
    );
}

#[test]
fn many_syntax_errors_are_all_reported() {
    let text: String = (0..200)
        .map(|line| format!("key{line} \"no sign\"\n"))
        .collect();
    let lines: Vec<_> = found(&text).iter().map(|(_, (line, _))| *line).collect();
    assert_eq!(lines, (1..=200).collect::<Vec<_>>());
}

#[test]
fn large_files_are_read_to_the_end() {
    let text: String = (0..20_000).map(|line| format!("key{line}\n")).collect();
    let reading = read(&policy_file(text));
    let last = reading.findings.last().expect("a finding");
    assert_eq!(
        (reading.findings.len(), last.location().start().0),
        (20_000, 20_000)
    );

    let root = |n: usize| {
        format!("[[required-root]]\nname = \"{n}\"\nsha256 = \"{n:064}\"\nreason = \"r\"\n")
    };
    let text: String = (0..10_000).chain([0]).map(root).collect();
    let reading = read(&policy_file(text));
    assert_eq!(reading.draft.required_roots.len(), 10_001);
    let last = reading.findings.last().expect("a finding");
    assert_eq!(
        (last.rule.id, last.location().start()),
        ("P006", (40_003, 10))
    );
}

#[test]
fn outputs_are_read_in_file_order_and_each_file_once() {
    let base = fixture("base/policy.toml");
    assert!(
        read(&policy_file(&base))
            .policy
            .is_some_and(|policy| policy.outputs.is_empty())
    );
    let output = |format: &str, path: &str| {
        format!("[[output]]\nformat = \"{format}\"\npath = \"{path}\"\n\n")
    };
    let with = |outputs: &str| base.replace("[signing]", &format!("{outputs}[signing]"));
    let two = output("pem", "certs/ca.pem") + &output("c-header", "include/trust_store.h");
    let policy = read(&policy_file(with(&two))).policy.expect("a policy");
    let read_back: Vec<_> = policy
        .outputs
        .iter()
        .map(|output| (output.format.value.word(), output.path.value.as_str()))
        .collect();
    assert_eq!(
        read_back,
        [
            ("pem", "certs/ca.pem"),
            ("c-header", "include/trust_store.h")
        ]
    );
    for (wrong, rule) in [
        (output("header", "a.h"), "P005"),
        (output("pem", "../a.pem"), "P005"),
        (output("pem", "/a.pem"), "P005"),
        (output("pem", "a.pem").replace("format", "form"), "P002"),
        ("[[output]]\nformat = \"pem\"\n\n".to_owned(), "P003"),
        (output("pem", "a.pem") + &output("json", "A.pem"), "P006"),
    ] {
        let reading = read(&policy_file(with(&wrong)));
        let found: Vec<_> = reading.findings.iter().map(|f| f.rule.id).collect();
        assert!(
            found.contains(&rule),
            "{wrong}{}",
            listing(&reading.findings)
        );
        assert!(reading.policy.is_none(), "{wrong}");
    }
}

#[test]
fn every_chip_with_a_network_can_be_named() {
    let base = fixture("base/policy.toml");
    for chip in super::Product::CHIPS {
        let text = base.replace("esp32c3", chip);
        let policy = read(&policy_file(text)).policy.expect(chip);
        assert_eq!(policy.product.chip.value, chip);
    }
}
