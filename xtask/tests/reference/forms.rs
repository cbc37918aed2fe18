//! Every JSON form is listed, and what is printed carries its name.

use std::collections::BTreeSet;

use serde_json::Value;
use xtask::reference::forms;

use super::{files, root, run, stdout};

fn listed() -> BTreeSet<&'static str> {
    forms::ALL.iter().map(|form| form.schema).collect()
}

#[test]
fn every_name_in_the_code_is_listed_and_every_listed_one_is_in_the_code() {
    let mut sources = files(&root().join("xtask/src"), ".rs");
    sources.extend(files(&root().join("trust/src"), ".rs"));
    let mut found = BTreeSet::new();
    for path in sources
        .iter()
        .filter(|path| !path.ends_with("reference/forms.rs"))
    {
        let text = std::fs::read_to_string(path).unwrap();
        found.extend(names(&text).map(str::to_owned));
    }
    let found: BTreeSet<_> = found.iter().map(String::as_str).collect();
    assert_eq!(found, listed(), "xtask/src/reference/forms.rs");
    assert_eq!(listed().len(), forms::ALL.len());
    assert!(forms::ALL.is_sorted_by_key(|form| form.schema));
}

/// Whole string literals that name a form. What a fingerprint begins with is none: it is hashed, and printed nowhere.
fn names(text: &str) -> impl Iterator<Item = &str> {
    let literals = text.split('"').skip(1).step_by(2);
    literals.filter(|literal| {
        let form = literal
            .strip_prefix("perennial.")
            .and_then(|rest| rest.split_once('/'));
        form.is_some_and(|(name, number)| {
            name.bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte == b'-')
                && number.parse::<u32>().is_ok()
        }) && *literal != "perennial.finding/1"
    })
}

#[test]
fn what_is_printed_carries_its_name() {
    let store = tempfile::NamedTempFile::new().unwrap();
    let rendered = run(root(), &["render", "--format", "json"], 0);
    std::fs::write(store.path(), stored(&rendered.stdout)).unwrap();
    let file = store.path().to_str().unwrap();
    let commands: [(&str, &[&str]); 10] = [
        ("perennial.difference/1", &["explain", file, file]),
        ("perennial.efuse-plan/1", &["secure-boot", "plan"]),
        ("perennial.findings/1", &["check"]),
        ("perennial.forecast/1", &["forecast"]),
        ("perennial.paths/1", &["roots", "paths", "ISRG Root X2"]),
        ("perennial.releases/1", &["releases", "list"]),
        ("perennial.root/1", &["roots", "show", "ISRG Root X1"]),
        ("perennial.roots/1", &["roots", "list"]),
        ("perennial.solve/1", &["solve"]),
        ("perennial.store/1", &["render"]),
    ];
    for (schema, arguments) in commands {
        let printed = run(root(), &[arguments, &["--format", "json"]].concat(), 0);
        let printed: Value = serde_json::from_str(&stdout(&printed)).unwrap();
        assert_eq!(printed["schema"], schema, "{arguments:?}");
        assert!(listed().contains(schema));
    }
}

#[test]
fn the_toolchain_carries_its_name_in_every_state() {
    let printed = run(root(), &["toolchain", "show", "--format", "json"], 0);
    let printed: Value = serde_json::from_str(&stdout(&printed)).unwrap();
    assert_eq!(printed["schema"], "perennial.toolchain/1");
}

/// The binary form in the JSON form.
fn stored(json: &[u8]) -> Vec<u8> {
    use base64::Engine as _;
    let json: Value = serde_json::from_slice(json).unwrap();
    let text = json["binary_base64"].as_str().unwrap();
    base64::engine::general_purpose::STANDARD
        .decode(text)
        .unwrap()
}
