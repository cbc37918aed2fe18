//! One set of findings in every form, and the texts that break renderers.

mod release;

use std::sync::Arc;

use serde_json::Value;
use trust::finding::{Finding, Severity, Subject};
use trust::rules::Rule;
use trust::source::{Location, SourceFile};

use super::{Colour, Format, ReportContext, Summary, write};
use crate::digest::sha256_hex;

static ENDS_IN_SERVICE: Rule = Rule {
    id: "A103",
    slug: "anchor-ends-in-service",
    severity: Severity::Error,
    since: "0.1.0",
    page: "# A103\n\n## What it does\n\nCompares the last day of an anchor\nwith the end of service.\n\n\
           ## Why it matters\n\nA device cannot update after it.\n",
};
static WEAK_KEY: Rule = Rule {
    id: "A104",
    slug: "weak-key",
    severity: Severity::Warning,
    since: "0.1.0",
    page: "## What it does\n\nMeasures keys.\n",
};
static FORMAT_WITHOUT_DATES: Rule = Rule {
    id: "R102",
    slug: "format-without-dates",
    severity: Severity::Note,
    since: "0.1.0",
    page: "## What it does\n\nNames what a format drops.\n",
};

const POLICY: &str = "schema-version = 1\n\n[product]\nname = \"perennial-reference\"\n\n\
[service-life]\nends = \"2036-01-01\"\n\n[[required-root]]\nname = \"Größe 🌲 Root\" # keep\n\
\tsha256 = \"69729b8e\"\n";

fn at(file: &Arc<SourceFile>, text: &str) -> Location {
    let start = file.text.find(text).unwrap();
    Location::new(file, start..start + text.len())
}

fn context() -> ReportContext {
    ReportContext {
        as_of: "2026-06-30".parse().unwrap(),
        channel: "development".into(),
        colour: Colour::Plain,
        width: 100,
    }
}

fn sample() -> Vec<Finding> {
    let policy = SourceFile::new("policy.toml", POLICY);
    let anchor = SourceFile::new(
        "trust/anchors/größe: 100%, root.pem",
        format!(
            "# kept\n-----BEGIN CERTIFICATE-----\n{}-----END CERTIFICATE-----\n",
            "MAAA\n".repeat(20)
        ),
    );
    let whole_certificate = anchor.text.find("-----BEGIN").unwrap()..anchor.text.len() - 1;
    let ends = Finding::new(
        &ENDS_IN_SERVICE,
        at(&policy, "\"Größe 🌲 Root\""),
        "ends 2035-06-04",
        "Größe 🌲 Root ends 2035-06-04, 211 days before service ends (2036-01-01)",
    )
    .and_label(at(&policy, "\"2036-01-01\""), "service ends here")
    .and_label(
        Location::new(&anchor, whole_certificate),
        "notAfter 2035-06-04",
    )
    .evidence("notAfter", "2035-06-04")
    .evidence("days short", 211)
    .help("replace the anchor, or end the service life by 2035-06-04")
    .about(Subject::anchor("Größe 🌲 Root"));
    let weak = |label: &str| {
        Finding::new(
            &WEAK_KEY,
            at(&policy, "sha256 = \"69729b8e\""),
            label,
            "the key has 1024 bits, 100% too few: \nrefused, by all",
        )
        .about(Subject::anchor("Größe 🌲 Root"))
    };
    let mut waived = weak("this one").severity(Severity::Error);
    waived.waived = Some("pki-team until 2027-06-30: kept for old servers".into());
    let note = Finding::new(
        &FORMAT_WITHOUT_DATES,
        Location::whole(&policy),
        "",
        "esp-bundle-v2 carries no dates",
    );
    vec![note, ends, weak("first"), waived]
}

fn written(format: Format, findings: &[Finding], context: &ReportContext) -> String {
    let mut out = Vec::new();
    write(format, findings, context, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// Snapshots the same findings in every form.
macro_rules! assert_reports {
    ($name:literal, $findings:expr) => {{
        let findings: Vec<Finding> = $findings;
        for (form, format) in [
            ("github", Format::Github),
            ("human", Format::Human),
            ("json", Format::Json),
            ("sarif", Format::Sarif),
        ] {
            let text = written(format, &findings, &context());
            insta::assert_snapshot!(format!("{}-{form}", $name), text);
        }
    }};
}

#[test]
fn one_set_in_every_form() {
    assert_reports!("findings", sample());
}

#[test]
fn nothing_found_in_every_form() {
    assert_reports!("nothing", Vec::new());
}

#[test]
fn sarif_follows_the_official_schema() {
    let schema = include_str!("../../../tests/data/sarif-schema-2.1.0.json");
    // The published pattern of `language`, which we do not write, has a bracket too many: a strict
    // reader of regular expressions refuses the whole schema for it.
    let schema = schema.replace("[a-zA-Z]{2}]?$", "[a-zA-Z]{2}$");
    let schema: Value = serde_json::from_str(&schema).unwrap();
    let validator = jsonschema::options()
        .should_validate_formats(true)
        .build(&schema)
        .unwrap();
    for findings in [sample(), Vec::new()] {
        let text = written(Format::Sarif, &findings, &context());
        let mut log: Value = serde_json::from_str(&text).unwrap();
        let errors: Vec<_> = validator.iter_errors(&log).map(|e| e.to_string()).collect();
        assert!(errors.is_empty(), "{errors:#?}");
        // The validator does judge: a line that counts from 0 is refused.
        let line = "/runs/0/results/0/locations/0/physicalLocation/region/startLine";
        if let Some(line) = log.pointer_mut(line) {
            *line = 0.into();
            assert!(!validator.is_valid(&log));
        }
    }
}

/// Sarif results point into the list of rules, and every one has a place and a verdict on suppression.
#[test]
fn sarif_results_are_complete() {
    let log: Value = serde_json::from_str(&written(Format::Sarif, &sample(), &context())).unwrap();
    let rules = log.pointer("/runs/0/tool/driver/rules").unwrap();
    let results = log.pointer("/runs/0/results").unwrap().as_array().unwrap();
    assert_eq!(results.len(), sample().len());
    for result in results {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(rules[index]["id"], result["ruleId"]);
        assert_eq!(result["locations"].as_array().unwrap().len(), 1);
        assert!(result["suppressions"].is_array());
    }
}

#[test]
fn fingerprints_survive_edits_above_and_differ_by_subject() {
    let fingerprints =
        |findings: &[Finding]| -> Vec<String> { super::fingerprint::of_all(findings) };
    let before = sample();
    let moved: Vec<_> = sample()
        .into_iter()
        .map(|mut finding| {
            for label in &mut finding.labels {
                let file = &label.location.file;
                let lower = SourceFile::new(file.name.clone(), format!("# new\n\n{}", file.text));
                let span = label.location.span.start + 7..label.location.span.end + 7;
                label.location = Location::new(&lower, span);
            }
            finding.message.push_str(", in other words");
            finding
        })
        .collect();
    assert_eq!(fingerprints(&before), fingerprints(&moved));

    let mut distinct = fingerprints(&before);
    distinct.sort();
    distinct.dedup();
    assert_eq!(
        distinct.len(),
        before.len(),
        "the same rule twice on one anchor counts as two"
    );

    // A name that contains the separators is no other subject.
    let about = |subject| vec![before[1].clone().about(subject)];
    let tricky = Subject {
        anchor: Some("a,-1:b".into()),
        ..Subject::default()
    };
    let plain = Subject {
        anchor: Some("a".into()),
        item: Some("b".into()),
        ..Subject::default()
    };
    assert_ne!(fingerprints(&about(tricky)), fingerprints(&about(plain)));
}

/// The fingerprint is documented; this computes it with other means.
#[test]
fn the_fingerprint_is_the_documented_hash() {
    let findings = vec![sample().remove(2).about(Subject::anchor("X1"))];
    let expected = sha256_hex(b"19:perennial.finding/1,4:A104,2:X1,--");
    assert_eq!(super::fingerprint::of_all(&findings), [expected]);
}

#[test]
fn colours_stop_where_the_text_stops() {
    let colourful = ReportContext {
        colour: Colour::Ansi,
        ..context()
    };
    let text = written(Format::Human, &sample(), &colourful);
    assert!(
        text.contains("\u{1b}[2mwaived error[A104 weak-key]"),
        "{text:?}"
    );
    assert!(text.trim_end().ends_with("\u{1b}[0m"), "{text:?}");
    assert!(!written(Format::Human, &sample(), &context()).contains('\u{1b}'));
}

#[test]
fn the_summary_counts_a_waived_error_once() {
    let summary = Summary::of(&sample());
    assert_eq!(
        (
            summary.errors,
            summary.warnings,
            summary.notes,
            summary.waived
        ),
        (1, 1, 1, 1)
    );
    assert_eq!(summary.to_string(), "1 error, 1 warning, 1 note, 1 waived");
    assert_eq!(Summary::of(&[]).to_string(), "no findings");
}

fn finding_in(text: &str, span: std::ops::Range<usize>) -> Vec<Finding> {
    let file = SourceFile::new("policy.toml", text);
    let primary = Location::new(&file, span);
    let end = Location::new(&file, text.len()..text.len());
    vec![
        Finding::new(&WEAK_KEY, primary, "here", "message")
            .and_label(end, "the end")
            .evidence("name", "\u{1b}[31mred\nsecond line"),
    ]
}

#[test]
fn places_at_the_edges_of_files_are_shown() {
    for (text, span) in [
        ("", 0..0),
        ("\n", 1..1),
        ("a = 1", 5..5),
        ("a = 1\n", 6..6),
        ("a = 1\r\nb = 2\r\n", 7..12),
        ("a\t=\t1\n", 2..3),
        ("name = \"Größe 漢字 e\u{301} 🌲\"\n", 7..20),
        ("\u{feff}a = 1", 0..3),
        ("a = \"\u{9b}31m\u{1b}[31m\"", 4..9),
    ] {
        for format in [Format::Github, Format::Human, Format::Json, Format::Sarif] {
            let report = written(format, &finding_in(text, span.clone()), &context());
            assert!(report.contains("A104"), "{format:?} {text:?}: {report}");
            assert!(
                !report.contains(['\u{1b}', '\u{9b}']) || format == Format::Json,
                "{format:?} {text:?}: {report:?}"
            );
        }
    }
}

#[test]
fn a_very_long_line_is_cut_around_the_place() {
    let line = format!("keys = [{}]\n", "\"Größe 🌲\", ".repeat(50_000));
    let middle = line.find("🌲").unwrap();
    for span in [middle..middle + 4, middle..line.len() - 1, 0..line.len()] {
        let report = written(Format::Human, &finding_in(&line, span), &context());
        let longest = report.lines().map(|l| l.chars().count()).max().unwrap();
        assert!(longest < 200, "{longest}");
    }
}

proptest::proptest! {
    /// Whatever a file holds, and wherever a place is, each form is written.
    #[test]
    fn no_text_breaks_a_form(
        text in "[a-z\\t\\r\\n \"äß漢🌲\u{301}\u{200b}\u{1b}]{0,60}",
        a in 0..200_usize,
        b in 0..200_usize,
    ) {
        let findings = finding_in(&text, a.min(b)..a.max(b));
        for format in [Format::Github, Format::Human, Format::Json, Format::Sarif] {
            let report = written(format, &findings, &context());
            proptest::prop_assert!(report.contains("A104"));
        }
    }
}
