//! Each rule speaks where it should and is silent where it should: a failing fixture and its passing twin.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "rules/history.rs"]
mod history;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use trust::anchors::Certificate;
use trust::calendar::Calendar;
use trust::channel::Channel;
use trust::date::Date;
use trust::finding::Finding;
use trust::gate::{self, Inputs, Question, Verdict};
use trust::material::Material;
use trust::outlook::{self, Facts};
use trust::render::{self, Format};
use trust::review::approvals;
use trust::rules::{self, Rule};
use trust::sdkconfig::Sdkconfig;
use trust::source::{Location, SourceFile};

/// The release date of a fixture that has no `case.toml`.
const RELEASE_DATE: &str = "2026-07-01";

/// Rules that are not about the inputs of a verdict, by how their ids begin: R101 compares a file with what is rendered,
/// below; the fixtures of family V are whole releases, in the tests of the command line.
const ELSEWHERE: [&str; 2] = ["R101", "V"];

#[test]
fn every_rule_fails_its_fixture_and_passes_the_twin() {
    let problems: Vec<_> = rules_of_verdicts()
        .filter_map(|rule| compare(rule).err())
        .collect();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn every_fixture_belongs_to_a_rule() {
    for entry in std::fs::read_dir(fixtures()).unwrap() {
        let entry = entry.unwrap();
        if !entry.path().is_dir() {
            continue;
        }
        let name = entry.file_name().into_string().unwrap();
        let (id, slug) = name.split_once('-').unwrap();
        let rule = rules::find(id).unwrap_or_else(|| panic!("{name}: no rule {id}"));
        assert_eq!(rule.slug, slug, "{name}");
    }
}

#[test]
fn the_failing_fixtures_say_what_they_should() {
    let mut listing = String::new();
    for rule in rules_of_verdicts() {
        let findings = judge(&folder(rule).join("fail"));
        for finding in findings.iter().filter(|finding| finding.rule == rule) {
            listing.push_str(&describe(finding));
        }
    }
    insta::assert_snapshot!(listing);
}

/// R101: one byte decides, and so does whether there is a file. What is rendered changes with the facts, so that no
/// fixture can hold it.
#[test]
fn a_committed_file_is_what_the_policy_gives_or_a_finding() {
    let verdict = verdict(&fixtures().join("R103-format-without-pins/pass"));
    let rendered = render::render(verdict.approved().unwrap(), Format::Rust).unwrap();
    let path = "firmware/src/trust_store.rs";
    let stale = |committed: Option<&[u8]>| render::stale(path, committed, &rendered, Format::Rust);
    assert_eq!(stale(Some(&rendered)), None);
    let mut changed = rendered.clone();
    changed[100] ^= 1;
    for committed in [None, Some(&changed[..]), Some(&rendered[1..])] {
        let finding = stale(committed).unwrap();
        assert_eq!((finding.rule.id, finding.blocks()), ("R101", true));
    }
}

fn rules_of_verdicts() -> impl Iterator<Item = &'static Rule> {
    rules::all()
        .into_iter()
        .filter(|rule| !ELSEWHERE.iter().any(|id| rule.id.starts_with(id)))
}

/// The failing fixture has the finding, and that is the only difference to its twin.
fn compare(rule: &Rule) -> Result<(), String> {
    let problem = |text: String| format!("{} {}: {text}", rule.id, rule.slug);
    let folder = folder(rule);
    if !folder.join("fail").is_dir() || !folder.join("pass").is_dir() {
        return Err(problem(
            "fail/ or pass/ is missing among its fixtures".to_owned(),
        ));
    }
    let (failing, passing) = (
        count(&judge(&folder.join("fail"))),
        count(&judge(&folder.join("pass"))),
    );
    if failing.get(rule.id) != Some(&1) {
        return Err(problem(format!(
            "must be found once in fail/, where there is {failing:?}"
        )));
    }
    if passing.contains_key(rule.id) {
        return Err(problem(format!(
            "must not be found in pass/, where there is {passing:?}"
        )));
    }
    let mut others = failing;
    others.remove(rule.id);
    // What cannot be read hides what depends on it, and must not add anything.
    let passing: BTreeMap<_, _> = passing
        .into_iter()
        .filter(|(id, _)| others.contains_key(id))
        .collect();
    let same = others == passing;
    same.then_some(()).ok_or_else(|| {
        problem(format!(
            "the twins differ in more: {others:?} and {passing:?}"
        ))
    })
}

fn count(findings: &[Finding]) -> BTreeMap<&'static str, usize> {
    let mut counts = BTreeMap::new();
    for finding in findings {
        *counts.entry(finding.rule.id).or_default() += 1;
    }
    counts
}

fn describe(finding: &Finding) -> String {
    let severity = finding.severity.word();
    let mut text = format!(
        "{severity}[{} {}]: {}\n",
        finding.rule.id, finding.rule.slug, finding.message
    );
    for label in &finding.labels {
        let (line, column) = label.location.start();
        text.push_str(&format!(
            "  {}:{line}:{column}: {}\n",
            label.location.file.name, label.text
        ));
    }
    text.push_str(&format!("  help: {}\n", finding.help));
    text
}

/// The findings of the verdict, and of the form that `case.toml` asks for.
fn judge(folder: &Path) -> Vec<Finding> {
    if let Some(material) = material(folder) {
        return inspected(folder, &material);
    }
    let verdict = verdict(folder);
    let mut findings = verdict.findings().to_vec();
    if let Some(history) = history::read(folder) {
        findings.extend(approvals::findings(&inputs(folder).policy, &history));
    }
    if let (Some(word), Some(store)) = (value(folder, "render"), verdict.approved()) {
        let format = Format::from_word(&word).unwrap();
        findings.extend(render::findings(store, format));
    }
    findings
}

/// The file `material.*`, which fixtures of family I have in place of a policy.
fn material(folder: &Path) -> Option<Material> {
    let entries = std::fs::read_dir(folder).ok()?.map(|entry| entry.unwrap());
    let names = entries.map(|entry| entry.file_name().into_string().unwrap());
    let name = names
        .into_iter()
        .find(|name| name.starts_with("material."))?;
    let bytes = std::fs::read(folder.join(&name)).unwrap();
    Some(Material::find(&name, &bytes))
}

/// What an inspection finds, with the Mozilla set and the project's calendar.
fn inspected(folder: &Path, material: &Material) -> Vec<Finding> {
    let calendar = read_all(&fixtures().join("../../calendar"), "calendar");
    let (calendar, unreadable) = Calendar::read(&calendar);
    assert!(unreadable.is_empty());
    let place = Location::whole(&SourceFile::new("the Mozilla set", ""));
    let roots = webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter();
    let roots: Vec<_> = roots
        .map(|der| Certificate::from_der(der, place.clone()).unwrap())
        .collect();
    let facts = Facts {
        calendar: &calendar,
        pool: &roots,
    };
    let sdkconfig = std::fs::read(folder.join("sdkconfig")).ok().map(|bytes| {
        let file = SourceFile::from_bytes("sdkconfig", &bytes);
        Sdkconfig::read(&file).unwrap()
    });
    let date = |key| value(folder, key).map(|day| day.parse().unwrap());
    let question = outlook::Question {
        as_of: date("as-of").unwrap_or(RELEASE_DATE.parse().unwrap()),
        until: date("until"),
        owner: value(folder, "owner"),
        verifier: None,
        sdkconfig,
    };
    outlook::outlook(material, &facts, &question).findings
}

/// What `case.toml` says.
fn value(folder: &Path, key: &str) -> Option<String> {
    let case = std::fs::read_to_string(folder.join("case.toml")).ok()?;
    let text = case.lines().find_map(|line| line.strip_prefix(key))?;
    Some(text.trim_matches([' ', '=', '"']).to_owned())
}

fn verdict(folder: &Path) -> Verdict {
    let value = |key: &str| value(folder, key);
    let as_of: Date = value("as-of")
        .as_deref()
        .unwrap_or(RELEASE_DATE)
        .parse()
        .unwrap();
    let production = value("channel").as_deref() == Some("production");
    let channel = if production {
        Channel::Production
    } else {
        Channel::Development
    };
    let verdict = gate::judge(
        &inputs(folder),
        Question {
            as_of,
            channel,
            facts_known_on: value("facts-known-on").map(|day| day.parse().unwrap()),
        },
    );
    let open = !verdict.findings().iter().any(Finding::blocks);
    assert_eq!(verdict.approved().is_some(), open, "{}", folder.display());
    verdict
}

/// The fixture's own files; the base policy, the project's pool and calendar where it has none.
fn inputs(folder: &Path) -> Inputs {
    let policies = [
        folder.join("policy.toml"),
        fixtures().join("../base/policy.toml"),
    ];
    let policy = policies.iter().find(|path| path.is_file()).unwrap();
    let files = |kind: &str| {
        let own = folder.join(kind);
        read_all(
            &if own.is_dir() {
                own
            } else {
                fixtures().join("../..").join(kind)
            },
            kind,
        )
    };
    Inputs {
        policy: SourceFile::from_bytes("policy.toml", &std::fs::read(policy).unwrap()),
        anchors: files("anchors"),
        calendar: files("calendar"),
        endpoints: files("endpoints"),
        releases: [files("releases"), files("rescues")].concat(),
    }
}

fn read_all(folder: &Path, kind: &str) -> Vec<Arc<SourceFile>> {
    let entries = std::fs::read_dir(folder).into_iter().flatten();
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let name = |path: &Path| {
        format!(
            "trust/{kind}/{}",
            path.file_name().unwrap().to_str().unwrap()
        )
    };
    let pool = paths
        .iter()
        .filter(|path| trust::anchors::is_pool_file(path.to_str().unwrap()));
    pool.map(|path| SourceFile::from_bytes(name(path), &std::fs::read(path).unwrap()))
        .collect()
}

fn folder(rule: &Rule) -> PathBuf {
    fixtures().join(format!("{}-{}", rule.id, rule.slug))
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/rules")
}
