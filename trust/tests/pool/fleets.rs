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
        &["A103", "A104", "A105", "A107", "E104"],
    ),
    (
        "deploy-the-fleet-1.0.2",
        false,
        &["A103", "A104", "A107", "E104"],
    ),
    ("deploy-the-fleet-1.0.7", true, &["A112"]),
    ("mdash-1.2.14", false, &["A103", "A104", "A105", "E104"]),
    ("mdash-1.2.16", true, &["E106"]),
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
        ("2030-06-04", &["E106"][..]),
        ("2030-06-05", &["A104", "E104"][..]),
        ("2035-06-04", &["A104", "E104"][..]),
        ("2035-06-05", &["A103", "A104", "E104"][..]),
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

/// With the facts of the day on which it shipped, and none that came later: whether it is refused, and by which of the
/// rules that look at chains.
#[test]
fn each_release_is_judged_by_what_was_known_on_its_day() {
    let refused_on = |fleet: &str, day: &str| {
        let verdict = judge_known(fleet, |policy| policy, Some((day, day)));
        let lost = verdict.findings().iter().find(|f| f.rule.id == "E104");
        let until = lost.map(|f| f.evidence["earliest"].clone());
        (verdict.approved().is_none(), until.unwrap_or_default())
    };
    let yes = |day: &str| (true, day.to_owned());
    // 1.0.0: the end of X3; R3 was not announced yet.
    assert_eq!(
        refused_on("deploy-the-fleet-1.0.0", "2020-11-10"),
        yes("2021-03-18")
    );
    // 1.0.2 to 1.0.4: nothing is known to follow the chain to DST Root CA X3, which cannot be sent after 2024-09-30; from
    // 2023-07-10 on, R3 alone is known to be sent, until it ends on 2025-09-15.
    for (day, lost) in [
        ("2021-09-29", "2024-10-01"),
        ("2023-07-09", "2024-10-01"),
        ("2023-07-10", "2025-09-16"),
        ("2024-03-19", "2025-09-16"),
        ("2024-04-11", "2025-09-16"),
    ] {
        assert_eq!(
            refused_on("deploy-the-fleet-1.0.2", day),
            yes(lost),
            "{day}"
        );
    }
    // The announcement, on its day.
    assert_eq!(
        refused_on("deploy-the-fleet-1.0.2", "2024-04-12"),
        yes("2024-06-06")
    );
    // mDash from 1.2.14 on: before the announcement and on its day.
    let mdash = |day| refused_on("mdash-1.2.14", day);
    assert!(mdash("2021-05-06").0);
    assert_eq!(mdash("2023-07-10"), yes("2024-02-08"));
}

/// 1.0.7's failover is on another host, of another owner, with another key.
#[test]
fn the_failover_of_1_0_7_passes_its_rule() {
    let verdict = judge_known(
        "deploy-the-fleet-1.0.7",
        |policy| policy,
        Some(("2024-08-03", "2024-08-03")),
    );
    assert!(
        verdict.approved().is_some(),
        "{:#?}",
        said(verdict.findings())
    );
    let same_host = judge_known(
        "deploy-the-fleet-1.0.7",
        |policy| policy.replace("ota9.example.com", "ota.example.com"),
        Some(("2024-08-03", "2024-08-03")),
    );
    let ids: Vec<_> = same_host.findings().iter().map(|f| f.rule.id).collect();
    assert!(ids.contains(&"E107"), "{ids:?}");
    assert!(same_host.approved().is_none());
}

fn judge(fleet: &str, change: impl Fn(String) -> String) -> Verdict {
    judge_known(fleet, change, None)
}

/// `days`: the release date, and the day by which facts were public.
fn judge_known(
    fleet: &str,
    change: impl Fn(String) -> String,
    days: Option<(&str, &str)>,
) -> Verdict {
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
        calendar: [below("", "calendar"), below(&folder, "calendar")].concat(),
        endpoints: below(&folder, "endpoints"),
        releases: below(&folder, "releases"),
    };
    let question = Question {
        as_of: days.map_or_else(|| date(as_of.trim_end_matches('"')), |(day, _)| date(day)),
        channel: Channel::Development,
        facts_known_on: days.map(|(_, known)| date(known)),
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
