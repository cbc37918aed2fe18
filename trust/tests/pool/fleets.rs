//! What shipped libraries carried, judged on the day they shipped.

use std::path::Path;
use std::sync::Arc;

use trust::channel::Channel;
use trust::gate::{self, Inputs, Question, Verdict};
use trust::source::SourceFile;

use crate::support::{date, path, said, source, sources};

/// Each fleet, whether it is accepted, and its findings.
const FLEETS: [(&str, bool, &[&str]); 5] = [
    (
        "deploy-the-fleet-1.0.0",
        false,
        &["A103", "A104", "A105", "A107"],
    ),
    ("deploy-the-fleet-1.0.2", false, &["A103", "A104", "A107"]),
    ("deploy-the-fleet-1.0.7", true, &["A112"]),
    ("mdash-1.2.14", false, &["A103", "A104", "A105"]),
    ("mdash-1.2.16", true, &[]),
];

#[test]
fn each_store_gets_the_verdict_that_its_story_says() {
    for (name, accepted, expected) in FLEETS {
        let verdict = judge(name, |policy| policy);
        let mut ids: Vec<_> = verdict.findings().iter().map(|f| f.rule.id).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids, expected, "{name}: {:#?}", said(verdict.findings()));
        assert_eq!(verdict.approved().is_some(), accepted, "{name}");
    }
}

/// mDash 1.2.16 hangs on one root: the day of its end and the day after.
#[test]
fn the_end_of_service_decides_about_a_single_root() {
    for (end, expected) in [
        ("2030-06-04", &[][..]),
        ("2030-06-05", &["A104"][..]),
        ("2035-06-04", &["A104"][..]),
        ("2035-06-05", &["A103", "A104"][..]),
    ] {
        let verdict = judge("mdash-1.2.16", |policy| policy.replace("2028-10-01", end));
        let mut ids: Vec<_> = verdict.findings().iter().map(|f| f.rule.id).collect();
        ids.sort_unstable();
        assert_eq!(ids, expected, "{end}");
    }
}

/// The date of the outage was a fact before it happened: the retirement of R3 is named with its source.
#[test]
fn the_outage_of_2024_is_named_with_its_date() {
    let verdict = judge("deploy-the-fleet-1.0.2", |policy| policy);
    let retired = verdict
        .findings()
        .iter()
        .find(|f| f.rule.id == "A104")
        .unwrap();
    assert!(
        retired
            .message
            .starts_with("R3 is retired by its owner 2024-06-06"),
        "{}",
        retired.message
    );
    assert!(retired.evidence["source"].contains("2024-04-12"));
}

fn judge(fleet: &str, change: impl Fn(String) -> String) -> Verdict {
    let folder = format!("fixtures/fleets/{fleet}");
    let case = source(&path(&format!("{folder}/case.toml"))).text.clone();
    let as_of = case
        .lines()
        .find_map(|line| line.strip_prefix("as-of = \""))
        .unwrap();
    let policy = source(&path(&format!("{folder}/policy.toml")));
    let inputs = Inputs {
        policy: SourceFile::new("policy.toml", change(policy.text.clone())),
        anchors: below(&folder, "anchors"),
        calendar: below("", "calendar"),
        endpoints: below(&folder, "endpoints"),
        releases: below(&folder, "releases"),
    };
    let question = Question {
        as_of: date(as_of.trim_end_matches('"')),
        channel: Channel::Development,
    };
    gate::judge(&inputs, question)
}

/// The files under the names that they would have in a project.
fn below(folder: &str, kind: &str) -> Vec<Arc<SourceFile>> {
    let files = sources(Path::new(folder).join(kind).to_str().unwrap(), |_| true);
    let named =
        |file: &Arc<SourceFile>| SourceFile::new(format!("trust/{kind}/{}", file.name), &file.text);
    files.iter().map(named).collect()
}
