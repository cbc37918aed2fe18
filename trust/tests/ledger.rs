//! The ledger: what is written is read back, and every mistake has a place.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::{Path, PathBuf};
use std::sync::Arc;

use proptest::prelude::*;
use trust::calendar::KeyType;
use trust::channel::Channel;
use trust::finding::Finding;
use trust::gate::{self, Inputs, Question};
use trust::ledger::{self, Ledger, Release, ReleaseArtefact, RescueStore, Shipped};
use trust::source::SourceFile;

fn path(relative: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(relative)
}

/// A release as it is recorded.
fn sample() -> String {
    std::fs::read_to_string(path(
        "fixtures/rules/L903-ledger-bad-value/pass/releases/1.0.4.toml",
    ))
    .unwrap()
}

fn read(text: &str) -> (Ledger, Vec<Finding>) {
    Ledger::read(&[SourceFile::new("trust/releases/1.0.4.toml", text)])
}

fn release(text: &str) -> Release {
    let (ledger, findings) = read(text);
    assert!(findings.is_empty(), "{findings:?}");
    ledger.releases().next().unwrap().release.clone()
}

/// Id, line and message of each finding.
fn said(text: &str) -> Vec<(&'static str, usize, String)> {
    let (_, findings) = read(text);
    findings
        .into_iter()
        .map(|f| (f.rule.id, f.location().start().0, f.message))
        .collect()
}

#[test]
fn what_is_written_is_read_back_and_written_the_same() {
    let text = sample();
    let release = release(&text);
    assert_eq!(release.to_toml(), text);
    assert_eq!(release.file_name(), "1.0.4.toml");
    assert_eq!(release.units, Some(12_000));
    assert_eq!(release.anchors[0].owner.as_deref(), Some("Let's Encrypt"));
    assert_eq!(release.endpoints[0].redirects, ["https://cdn.example.com/"]);
}

#[test]
fn every_optional_value_is_written_and_read() {
    let mut full = release(&sample());
    let endpoint = &mut full.endpoints[0];
    endpoint.profile = Some("default".to_owned());
    endpoint.key_type = Some(KeyType::Ecdsa);
    endpoint.leaf_ends = Some("2026-08-23".parse().unwrap());
    endpoint.renewal_slack_days = Some(0);
    endpoint.chains = vec!["endpoints/a.pem".to_owned(), "endpoints/b.pem".to_owned()];
    full.anchors[1].owner = None;
    full.units = None;
    full.partition_table_sha256 = Some(ledger::partition_table::sha256());
    assert_eq!(release(&full.to_toml()), full);
}

fn rescue_sample() -> String {
    let fixture = "fixtures/rules/L107-rescue-store-not-above/pass/rescues/4.toml";
    std::fs::read_to_string(path(fixture)).unwrap()
}

fn rescue_store(name: &str, text: &str) -> (Option<RescueStore>, Vec<(&'static str, usize)>) {
    let (ledger, findings) = Ledger::read(&[SourceFile::new(name, text)]);
    assert!(ledger.is_empty(), "a rescue store is no release");
    let said = findings.iter().map(|f| (f.rule.id, f.location().start().0));
    let found = ledger.rescues().next();
    (
        found.map(|recorded| recorded.rescue.clone()),
        said.collect(),
    )
}

#[test]
fn a_rescue_store_is_written_read_back_and_written_the_same() {
    let text = rescue_sample();
    let (found, said) = rescue_store("trust/rescues/4.toml", &text);
    assert_eq!(said, []);
    let found = found.unwrap();
    assert_eq!(found.to_toml(), text);
    assert_eq!(found.file_name(), "4.toml");
    assert_eq!(found.releases, ["1.0.4"]);
    let alone = RescueStore {
        releases: Vec::new(),
        ..found
    };
    let (again, said) = rescue_store("trust/rescues/4.toml", &alone.to_toml());
    assert_eq!((again, said), (Some(alone), vec![]));
}

#[test]
fn every_mistake_about_a_rescue_store_is_found() {
    let text = rescue_sample();
    for (from, to, expected) in [
        ("sequence = 4", "sequence = 0", ("L903", 5)),
        ("sequence = 4", "sequence = 5", ("L905", 5)),
        ("2026-05-04", "4 May 2026", ("L903", 7)),
        ("\"6998F44FE4977526\"", "\"6998f44fe4977526\"", ("L903", 10)),
        ("\"1.0.4\"", "\"../1.0.4\"", ("L903", 14)),
        ("releases", "release", ("L902", 14)),
        ("product = ", "product ", ("L901", 6)),
    ] {
        let changed = text.replacen(from, to, 1);
        assert_ne!(changed, text);
        let (found, said) = rescue_store("trust/rescues/4.toml", &changed);
        assert_eq!((found, said), (None, vec![expected]), "{to}");
    }
}

#[test]
fn rescue_keys_of_a_release_are_as_many_as_must_sign_and_each_once() {
    let text = sample();
    let rescue = release(&text).rescue.unwrap();
    assert_eq!((rescue.threshold, rescue.keys.len()), (2, 2));
    let key = rescue.keys[0].to_text();
    let other = rescue.keys[1].to_text();
    for changed in [
        text.replace("threshold = 2", "threshold = 3"),
        text.replace("threshold = 2", "threshold = 0"),
        text.replace(&key, &other),
        text.replace(&key, &key[1..]),
    ] {
        let ids: Vec<_> = said(&changed).iter().map(|(id, ..)| *id).collect();
        assert_eq!(ids, ["L903"], "{changed}");
    }
}

proptest! {
    #[test]
    fn any_text_in_a_name_survives(name in "\\PC*[^\\s]\\PC*|[\u{0}-\u{7f}]*x[\u{0}-\u{7f}]*") {
        let mut odd = release(&sample());
        odd.anchors[0].name = name;
        prop_assert_eq!(release(&odd.to_toml()), odd);
    }

    #[test]
    fn damage_never_panics_and_is_read_or_reported(at in 0_usize..2_000, with in any::<u8>()) {
        let mut bytes = sample().into_bytes();
        let at = at % bytes.len();
        bytes[at] = with;
        let file = SourceFile::from_bytes("trust/releases/1.0.4.toml", &bytes);
        let (ledger, findings) = Ledger::read(&[file]);
        prop_assert_eq!(ledger.len(), usize::from(findings.iter().all(|f| f.rule.id == "L905")));
    }
}

#[test]
fn every_mistake_of_a_file_is_reported_in_one_run() {
    let text = "schema-version = 2\nversion = '../1'\ncommit = 'HEAD'\nchanel = 'x'\n\
        [[anchor]]\nname = ''\nsha256 = 'AB'\n[[endpoint]]\nname = 'a'\nurl = 'http://a/'\nowner = 'b'\n\
        chains = ['../secret.pem']\nkey-type = 'dsa'\nleaf-days = 0\n[[rot]]\n";
    let places: Vec<_> = said(text)
        .iter()
        .map(|(id, line, _)| (*id, *line))
        .collect();
    let missing_in_the_file = [("L903", 1); 8];
    let others = [
        ("L903", 2),
        ("L903", 3),
        ("L902", 4),
        ("L903", 5),
        ("L903", 5),
        ("L903", 6),
        ("L903", 7),
        ("L903", 10),
        ("L903", 12),
        ("L903", 13),
        ("L903", 14),
        ("L902", 15),
    ];
    assert_eq!(
        places,
        [&missing_in_the_file[..], &others].concat(),
        "{:#?}",
        said(text)
    );
}

#[test]
fn a_release_that_nobody_could_forecast_is_refused() {
    let text = sample();
    let cut = |from: &str, to: &str| {
        let start = text.find(from).unwrap();
        let end = text[start..].find(to).map_or(text.len(), |at| start + at);
        format!("{}{}", &text[..start], &text[end..])
    };
    let no_endpoint = cut("[[pin]]", "[[artefact]]");
    assert_eq!(said(&no_endpoint).len(), 1, "{:?}", said(&no_endpoint));
    assert!(said(&no_endpoint)[0].2.contains("no `[[endpoint]]`"));
    let no_trust = cut("[[anchor]]", "[[endpoint]]");
    assert_eq!(said(&no_trust).len(), 1);
    assert!(said(&no_trust)[0].2.contains("trust nothing"));
    let pins_only = cut("[[anchor]]", "[[pin]]");
    assert_eq!(said(&pins_only), []);
    let stray = text.replace("endpoint = \"failover\"", "endpoint = \"third\"");
    assert!(
        said(&stray)[0]
            .2
            .contains("\"third\", which is no endpoint")
    );
    let twice = text.replace("name = \"failover\"", "name = \"primary\"");
    let twice = twice.replace("endpoint = \"failover\"", "endpoint = \"primary\"");
    assert!(
        said(&twice)[0]
            .2
            .contains("an endpoint with this name already: primary")
    );
}

#[test]
fn releases_are_ordered_by_date_and_found_by_version() {
    let file = |version: &str, released: &str| {
        let text = sample()
            .replace("1.0.4", version)
            .replace("2026-03-19", released);
        SourceFile::new(format!("trust/releases/{version}.toml"), text)
    };
    let files = [
        file("1.0.10", "2026-05-01"),
        file("1.0.9", "2026-04-01"),
        file("0.9+a", "2027-01-01"),
    ];
    let (ledger, findings) = Ledger::read(&files);
    assert_eq!(findings, []);
    let order: Vec<_> = ledger
        .releases()
        .map(|r| r.release.version.as_str())
        .collect();
    assert_eq!(order, ["1.0.9", "1.0.10", "0.9+a"]);
    assert_eq!(
        ledger.find("1.0.9").unwrap().file.name,
        "trust/releases/1.0.9.toml"
    );
    assert!(ledger.find("1.0").is_none());
}

#[test]
fn a_certificate_that_the_pool_does_not_have_is_no_finding_and_each_difference_is_one() {
    let text = sample();
    assert_eq!(about_anchors(&text), Vec::<String>::new());
    let unknown = text
        .replace("ISRG Root X2", "Old Root")
        .replace("69729b8e", "00000000");
    assert_eq!(about_anchors(&unknown), Vec::<String>::new());
    for (from, to, says) in [
        (
            "69729b8e",
            "00000000",
            "a fingerprint that no such certificate has",
        ),
        (
            "762195c2",
            "00000000",
            "a key that its certificate does not have",
        ),
        (
            "2040-09-17",
            "2040-09-18",
            "the end 2040-09-18, but it ends 2040-09-17",
        ),
        (
            "\"ISRG Root X2\"",
            "\"ISRG Root X1\"",
            "the fingerprint of ISRG Root X2",
        ),
    ] {
        let found = about_anchors(&text.replace(from, to));
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].ends_with(says), "{found:?}");
    }
}

#[test]
fn an_approved_release_is_recorded_as_the_policy_says() {
    let verdict = gate::judge(&inputs(&sample()), question());
    let (store, policy) = (verdict.approved().unwrap(), verdict.policy().unwrap());
    let shipped = Shipped {
        version: "1.0.5".to_owned(),
        commit: "0".repeat(40),
        channel: Channel::Development,
        store_sha256: [7; 32],
        artefacts: vec![ReleaseArtefact {
            name: "application.bin".to_owned(),
            sha256: [8; 32],
        }],
    };
    let recorded = ledger::record(shipped, store, policy);
    let read = Ledger::read(&[SourceFile::new(
        "trust/releases/1.0.5.toml",
        recorded.to_toml(),
    )]);
    assert_eq!(read.1, []);
    assert_eq!(read.0.find("1.0.5").unwrap().release, recorded);
    assert_eq!(recorded.anchors.len(), policy.required_roots.len());
    let ends: Vec<_> = recorded
        .anchors
        .iter()
        .map(|a| a.not_after.to_string())
        .collect();
    let proven = store.contents().anchors.iter();
    let proven: Vec<_> = proven
        .map(|a| a.certificate.not_after.to_string())
        .collect();
    assert_eq!(ends, proven);
    assert_eq!(recorded.released, question().as_of);
    // The gate takes it as an input of the next release.
    let files = inputs(&recorded.to_toml().replace("1.0.5", "1.0.4"));
    assert!(gate::judge(&files, question()).approved().is_some());
}

#[test]
fn the_samples_of_the_page_are_a_release_and_a_rescue_store() {
    let page = std::fs::read_to_string(path("../docs/reference/ledger.md")).unwrap();
    let blocks = page.split("```toml\n").skip(1);
    let mut samples: Vec<_> = blocks
        .filter_map(|block| block.split("```").next())
        .collect();
    let rescue = SourceFile::new("trust/rescues/4.toml", samples.pop().unwrap());
    let file = SourceFile::new("trust/releases/1.0.4.toml", samples.concat());
    let (ledger, findings) = Ledger::read(&[file, rescue]);
    assert_eq!(findings, []);
    let rescue = &ledger.rescues().next().unwrap().rescue;
    assert_eq!((rescue.sequence, rescue.releases.len()), (4, 1));
    let release = &ledger.find("1.0.4").unwrap().release;
    assert_eq!(release.anchors.len(), 1);
    // Every key of the schema is shown.
    let full = release.to_toml();
    for line in full.lines().filter(|line| line.contains(" = ")) {
        let key = line.split(" = ").next().unwrap();
        assert!(page.contains(key), "{key}");
    }
    assert!(release.units.is_some() && release.endpoints[0].leaf_ends.is_some());
}

fn about_anchors(text: &str) -> Vec<String> {
    let verdict = gate::judge(&inputs(text), question());
    let about = verdict.findings().iter().filter(|f| f.rule.id == "L906");
    about.map(|finding| finding.message.clone()).collect()
}

fn question() -> Question {
    Question {
        as_of: "2026-09-01".parse().unwrap(),
        channel: Channel::Development,
        facts_known_on: None,
    }
}

/// The base policy and the project's facts, with this release in the ledger.
fn inputs(release: &str) -> Inputs {
    let policy = std::fs::read(path("fixtures/base/policy.toml")).unwrap();
    Inputs {
        policy: SourceFile::from_bytes("policy.toml", &policy),
        anchors: files("anchors"),
        calendar: files("calendar"),
        endpoints: Vec::new(),
        releases: vec![SourceFile::new("trust/releases/1.0.4.toml", release)],
    }
}

fn files(kind: &str) -> Vec<Arc<SourceFile>> {
    let entries = std::fs::read_dir(path(kind)).unwrap();
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.retain(|path| trust::anchors::is_pool_file(path.to_str().unwrap()));
    let source = |path: &PathBuf| {
        let name = path.file_name().unwrap().to_str().unwrap();
        SourceFile::from_bytes(
            format!("trust/{kind}/{name}"),
            &std::fs::read(path).unwrap(),
        )
    };
    paths.iter().map(source).collect()
}
