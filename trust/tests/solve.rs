//! `solve` with the project's own files: the smallest store is approved, and refusals say what cannot be met.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::{Path, PathBuf};
use std::sync::Arc;

use trust::channel::Channel;
use trust::gate::{self, Inputs, Question};
use trust::render::RenderedStore;
use trust::solve::{Answer, Outcome, Solution, Unsolved, solve};
use trust::source::SourceFile;

const RELEASE: &str = "2026-11-22";

fn path(relative: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(relative)
}

fn files(folder: &str) -> Vec<Arc<SourceFile>> {
    let entries = std::fs::read_dir(path(folder)).unwrap();
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| trust::anchors::is_pool_file(&path.display().to_string()));
    paths.sort();
    let read = |path: &PathBuf| {
        let name = path.file_name().unwrap().to_string_lossy();
        let name = format!("trust/{folder}/{name}");
        SourceFile::from_bytes(name, &std::fs::read(path).unwrap())
    };
    paths.iter().map(read).collect()
}

fn reference() -> String {
    std::fs::read_to_string(path("../policy.toml")).unwrap()
}

fn inputs(policy: &str) -> Inputs {
    Inputs {
        policy: SourceFile::new("policy.toml", policy),
        anchors: files("anchors"),
        calendar: files("calendar"),
        endpoints: Vec::new(),
        releases: Vec::new(),
    }
}

fn on(day: &str) -> Question {
    Question {
        as_of: day.parse().unwrap(),
        channel: Channel::Development,
        facts_known_on: None,
    }
}

fn answer(policy: &str, day: &str) -> Answer {
    solve(&inputs(policy), on(day)).unwrap()
}

fn smallest(policy: &str, day: &str) -> Solution {
    match answer(policy, day).outcome {
        Outcome::Smallest(solution) => solution,
        other => panic!("{other:?}"),
    }
}

fn impossible(policy: &str, day: &str) -> Unsolved {
    match answer(policy, day).outcome {
        Outcome::Impossible(conflict) => conflict,
        other => panic!("{other:?}"),
    }
}

/// The policy without its roots, and with these tables.
fn with_tables(tables: &str) -> String {
    let policy = reference();
    let (before, rest) = policy.split_once("[[required-root]]").unwrap();
    let (_, after) = rest.split_once("[[endpoint]]").unwrap();
    format!("{before}{tables}\n[[endpoint]]{after}")
}

fn names(solution: &Solution) -> Vec<&str> {
    let anchors = solution.anchors.iter();
    anchors.map(|anchor| anchor.name.as_str()).collect()
}

#[test]
fn the_reference_policy_has_the_smallest_store_and_the_gate_approves_it() {
    let solution = smallest(&reference(), RELEASE);
    assert_eq!(
        names(&solution),
        ["DigiCert TLS ECC P384 Root G5", "ISRG Root X2"]
    );
    assert_eq!(solution.refusals, []);
    let verdict = gate::judge(&inputs(&with_tables(&solution.tables)), on(RELEASE));
    let store = RenderedStore::new(verdict.approved().unwrap()).unwrap();
    assert_eq!(solution.store_bytes, Some(store.bytes().len()));
    assert!(
        solution
            .anchors
            .iter()
            .all(|anchor| anchor.required_already)
    );
}

#[test]
fn a_policy_that_requires_no_root_yet_gets_the_same_store_with_reasons() {
    let policy = with_tables("");
    let solution = smallest(&policy, RELEASE);
    assert_eq!(names(&solution), names(&smallest(&reference(), RELEASE)));
    let primary = &solution.anchors[1];
    assert!(!primary.required_already);
    assert_eq!(
        primary.reason,
        "carries primary from 2026-11-22 to 2032-06-30; without it primary is not held from 2026-11-22 to 2032-06-30, \
         there is 1 path of 2 from 2026-11-22 to 2032-06-30, there is 1 owner of 2 from 2026-11-22 to 2032-06-30"
    );
    assert!(
        solution
            .tables
            .contains(&format!("reason = \"{}\"", primary.reason))
    );
    let verdict = gate::judge(&inputs(&with_tables(&solution.tables)), on(RELEASE));
    assert!(verdict.approved().is_some());
    let canonical = SourceFile::new("policy.toml", solution.tables.clone());
    assert_eq!(
        trust::policy::canonical(&canonical).unwrap(),
        solution.tables
    );
}

#[test]
fn the_bytes_of_the_anchors_are_those_of_the_store() {
    let two = smallest(&reference(), RELEASE);
    let alone = &reference()
        .replace("independent-paths = 2", "independent-paths = 1")
        .replace("distinct-owners = 2", "distinct-owners = 1");
    let (one_host, rest) = alone
        .split_once("[[endpoint]]\nname = \"failover\"")
        .unwrap();
    let (_, rest) = rest.split_once("[coverage]").unwrap();
    let one = smallest(&format!("{one_host}[coverage]{rest}"), RELEASE);
    assert_eq!(names(&one), ["ISRG Root X2"]);
    let digicert = two.anchors[0].bytes;
    assert_eq!(two.anchor_bytes, one.anchor_bytes + digicert);
    // The second endpoint: type, lengths, name and URL.
    let endpoint = two.store_bytes.unwrap() - one.store_bytes.unwrap() - digicert;
    assert!((40..60).contains(&endpoint), "{endpoint}");
}

/// Until 2026-08-09 leaves are served that only ISRG Root X1 accepts, and its owner retires it before service ends.
#[test]
fn a_rule_that_refuses_the_only_root_is_part_of_the_explanation() {
    let conflict = impossible(&reference(), "2026-07-01");
    let demands: Vec<_> = conflict
        .demands
        .iter()
        .map(|unmet| unmet.demand.as_str())
        .collect();
    assert_eq!(
        demands,
        [
            "endpoint primary is held from 2026-07-01 to 2026-08-09",
            "no anchor is refused by A104 anchor-leaves-programmes-in-service",
        ]
    );
    assert_eq!(conflict.demands[0].at.as_deref(), Some("policy.toml:34:8"));
    let [rule] = conflict.demands[1].evidence.as_slice() else {
        panic!("{conflict:?}");
    };
    assert!(
        rule.starts_with("ISRG Root X1 is retired by its owner 2030-06-04"),
        "{rule}"
    );
    // The day after, it is not.
    assert_eq!(names(&smallest(&reference(), "2026-08-10")).len(), 2);
    // And without the rule, X1 is taken.
    let allowed = reference().replace("programme-end = \"deny\"", "programme-end = \"allow\"");
    assert!(names(&smallest(&allowed, "2026-07-01")).contains(&"ISRG Root X1"));
}

#[test]
fn a_waiver_lifts_what_it_covers() {
    let waiver = |anchor: &str, expires: &str| {
        format!(
            "{}\n[[waiver]]\ncode = \"A104\"\nanchor = \"{anchor}\"\nowner = \"pki-team\"\nreason = \"made for a test\"\n\
             expires = \"{expires}\"\n",
            reference()
        )
    };
    let solution = smallest(&waiver("ISRG Root X1", "2026-07-01"), "2026-07-01");
    assert!(names(&solution).contains(&"ISRG Root X1"));
    impossible(&waiver("ISRG Root X1", "2026-06-30"), "2026-07-01");
    impossible(&waiver("ISRG Root X2", "2026-07-01"), "2026-07-01");
}

#[test]
fn days_of_which_nothing_is_known_are_named() {
    let policy = reference().replace("years-in-service = 5", "years-in-service = 7");
    let conflict = impossible(&policy, RELEASE);
    let [only] = conflict.demands.as_slice() else {
        panic!("{conflict:?}");
    };
    assert_eq!(
        (only.kind, only.subject.as_str()),
        ("endpoint-held", "primary")
    );
    let mut evidence = only.evidence.iter();
    assert!(
        evidence.any(|one| one.starts_with("what it sends then is unknown")),
        "{only:?}"
    );
    assert!(
        conflict.help.contains("endpoints capture"),
        "{}",
        conflict.help
    );
}

#[test]
fn more_owners_than_there_are_endpoints_cannot_be() {
    let policy = reference().replace("distinct-owners = 2", "distinct-owners = 3");
    let policy = policy.replace("independent-paths = 2", "independent-paths = 3");
    let conflict = impossible(&policy, RELEASE);
    let kinds: Vec<_> = conflict.demands.iter().map(|unmet| unmet.kind).collect();
    assert_eq!(kinds, ["independent-paths"]);
    assert!(conflict.demands[0].evidence[0].contains("ISRG Root X2 (Let's Encrypt)"));
}

#[test]
fn mistakes_in_the_files_are_no_answer() {
    let broken = reference().replace("leaf-days = 90", "leaf-days = \"ninety\"");
    let findings = solve(&inputs(&broken), on(RELEASE)).unwrap_err();
    assert_eq!(findings.len(), 1);
    let over = solve(&inputs(&reference()), on("2033-01-01")).unwrap_err();
    assert_eq!(over[0].rule.id, "P106");
}
