//! The JSON schema of `policy.toml`: it takes every policy that the reader takes, and refuses what an editor should
//! underline.

use std::path::PathBuf;

use jsonschema::Validator;
use serde_json::{Value, json};
use trust::policy;
use trust::policy::reference::{KeyReference, Kind, Presence, SECTIONS, SectionReference};
use trust::source::SourceFile;

use super::{files, root, run, stdout};

const BASE: &str = include_str!("../../../trust/fixtures/base/policy.toml");

fn validator() -> Validator {
    let schema: Value = serde_json::from_str(&policy::reference::json_schema()).unwrap();
    jsonschema::draft202012::meta::validate(&schema).unwrap();
    jsonschema::draft202012::new(&schema).unwrap()
}

fn json_of(text: &str) -> Value {
    let table: toml::Table = text.parse().unwrap();
    serde_json::to_value(table).unwrap()
}

/// The policy as TOML: each section on a line.
fn toml_of(policy: &Value) -> String {
    let sections = policy.as_object().unwrap().iter();
    let lines = sections.map(|(name, value)| format!("{name} = {}\n", inline(value)));
    lines.collect()
}

/// A value on one line: TOML writes tables with `=`, and everything else as JSON does.
fn inline(value: &Value) -> String {
    match value {
        Value::Array(values) => {
            let values: Vec<_> = values.iter().map(inline).collect();
            format!("[{}]", values.join(", "))
        }
        Value::Object(table) => {
            let entries = table
                .iter()
                .map(|(key, value)| format!("{key} = {}", inline(value)));
            format!("{{{}}}", entries.collect::<Vec<_>>().join(", "))
        }
        other => other.to_string(),
    }
}

fn read(text: &str) -> Vec<String> {
    let file = SourceFile::from_bytes("policy.toml", text.as_bytes());
    let findings = policy::read(&file).findings;
    findings
        .into_iter()
        .map(|finding| finding.message)
        .collect()
}

fn errors(validator: &Validator, policy: &Value) -> Vec<String> {
    let errors = validator.iter_errors(policy);
    errors
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect()
}

#[test]
fn policy_schema_prints_what_is_committed() {
    let committed =
        std::fs::read_to_string(root().join("docs/reference/policy.schema.json")).unwrap();
    assert_eq!(stdout(&run(root(), &["policy", "schema"], 0)), committed);
}

#[test]
fn every_policy_that_is_read_without_a_finding_is_valid() {
    let validator = validator();
    let mut policies: Vec<PathBuf> = files(&root().join("trust/fixtures"), "policy.toml");
    policies.push(root().join("policy.toml"));
    let mut valid = 0;
    for path in policies {
        let text = std::fs::read_to_string(&path).unwrap();
        if read(&text).is_empty() {
            assert_eq!(
                errors(&validator, &json_of(&text)),
                [""; 0],
                "{}",
                path.display()
            );
            valid += 1;
        }
    }
    assert!(valid > 100, "{valid} policies are read without a finding");
}

#[test]
fn what_the_schema_refuses_the_reader_refuses_too() {
    let validator = validator();
    let mut refused = 0;
    for (what, policy) in mutations() {
        let found = read(&toml_of(&policy));
        let errors = errors(&validator, &policy);
        assert!(
            errors.is_empty() || !found.is_empty(),
            "{what}: only the schema says {errors:?}"
        );
        refused += usize::from(!errors.is_empty());
    }
    assert!(refused > 300, "{refused} mutations are refused");
}

#[test]
fn an_unknown_key_a_missing_one_and_a_wrong_type_are_refused_everywhere() {
    let validator = validator();
    let whole = whole();
    assert_eq!(errors(&validator, &whole), [""; 0]);
    for section in SECTIONS {
        let mut unknown = whole.clone();
        table(&mut unknown, section)["colour"] = json!("red");
        assert!(
            !validator.is_valid(&unknown),
            "{}: an unknown key",
            section.header()
        );
        for key in section.keys {
            let mut wrong = whole.clone();
            table(&mut wrong, section)[key.name] = wrong_type(&key.kind);
            assert!(
                !validator.is_valid(&wrong),
                "{} {}: a wrong type",
                section.header(),
                key.name
            );
            if key.presence == Presence::Required {
                let mut missing = whole.clone();
                table(&mut missing, section)
                    .as_object_mut()
                    .unwrap()
                    .remove(key.name);
                assert!(
                    !validator.is_valid(&missing),
                    "{} {}: missing",
                    section.header(),
                    key.name
                );
            }
        }
        let mut without = whole.clone();
        without.as_object_mut().unwrap().remove(section.name);
        assert_eq!(
            validator.is_valid(&without),
            !section.required,
            "without {}",
            section.header()
        );
    }
    let mut unknown = whole.clone();
    unknown["colours"] = json!({});
    assert!(!validator.is_valid(&unknown), "an unknown section");
}

#[test]
fn the_end_of_service_is_given_once() {
    let validator = validator();
    for (keys, fine) in [
        (json!({ "ends": "2034-01-01" }), true),
        (
            json!({ "last-unit-made": "2028-06-30", "years-in-service": 6 }),
            true,
        ),
        (
            json!({ "ends": "2034-01-01", "years-in-service": 6 }),
            false,
        ),
        (json!({ "last-unit-made": "2028-06-30" }), false),
        (json!({}), false),
    ] {
        let mut policy = whole();
        policy["service-life"] = keys.clone();
        policy["service-life"]["longest-offline-days"] = json!(180);
        assert_eq!(validator.is_valid(&policy), fine, "{keys}");
        assert_eq!(read(&toml_of(&policy)).is_empty(), fine, "{keys}");
    }
}

/// The one thing that an editor is told is in the first line of the policy.
#[test]
fn an_editor_finds_the_schema_by_the_first_line() {
    let Some(taplo) = std::env::var_os("PERENNIAL_TAPLO") else {
        eprintln!("skipped: taplo: PERENNIAL_TAPLO is not set");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(
        folder.path().join("policy.schema.json"),
        policy::reference::json_schema(),
    )
    .unwrap();
    for (from, to, fine) in [
        ("", "", true),
        ("chip = \"esp32c3\"", "chip = \"esp8266\"", false),
        ("threshold = 2", "threshold = \"2\"", false),
        ("[product]", "[product]\ncolour = 1", false),
        ("reason = ", "raeson = ", false),
    ] {
        let text = format!(
            "#:schema ./policy.schema.json\n{}",
            BASE.replacen(from, to, 1)
        );
        std::fs::write(folder.path().join("policy.toml"), text).unwrap();
        let mut command = std::process::Command::new(&taplo);
        command
            .args(["check", "policy.toml"])
            .current_dir(folder.path());
        let output = command.output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.success(), fine, "{to}: {said}");
    }
}

#[test]
fn the_canonical_form_leaves_the_line_for_the_editor_first() {
    let text = format!("#:schema ./policy.schema.json\n{BASE}");
    let file = SourceFile::from_bytes("policy.toml", text.as_bytes());
    let canonical = policy::canonical(&file).unwrap();
    assert_eq!(
        canonical.lines().next(),
        Some("#:schema ./policy.schema.json")
    );
}

#[test]
fn the_schema_says_nothing_that_an_older_editor_reads_otherwise() {
    let schema: Value = serde_json::from_str(&policy::reference::json_schema()).unwrap();
    let mut words = std::collections::BTreeSet::new();
    keywords(&schema, &mut words);
    let old = [
        "$comment",
        "$schema",
        "additionalProperties",
        "anyOf",
        "default",
        "description",
        "enum",
        "items",
        "maximum",
        "minItems",
        "minimum",
        "not",
        "oneOf",
        "pattern",
        "properties",
        "required",
        "title",
        "type",
    ];
    let newer: Vec<_> = words
        .iter()
        .filter(|word| !old.contains(&word.as_str()))
        .collect();
    assert!(newer.is_empty(), "{newer:?}");
}

/// The keywords of a schema, without the names of its properties.
fn keywords(schema: &Value, words: &mut std::collections::BTreeSet<String>) {
    match schema {
        Value::Object(map) => {
            for (word, value) in map {
                words.insert(word.clone());
                match (word.as_str(), value) {
                    ("properties", Value::Object(named)) => {
                        named.values().for_each(|schema| keywords(schema, words));
                    }
                    ("enum" | "required" | "default", _) => {}
                    _ => keywords(value, words),
                }
            }
        }
        Value::Array(values) => values.iter().for_each(|value| keywords(value, words)),
        _ => {}
    }
}

/// The base policy, with a value for every key that it leaves out.
fn whole() -> Value {
    let mut policy = json_of(BASE);
    policy["audit"] = json!({ "threshold": 1, "distinct": 1, "builders": [
        { "name": "lab", "operator": "us", "public": "RWSBlWiwPqCRlnukLnkTTA8Fz0ZLvlPVqSZqZ4amJ5elJT18VWHtD4+6" },
    ] });
    policy["waiver"] = json!([{
        "code": "A104", "owner": "pki-team", "reason": "until the move", "expires": "2027-06-30",
    }]);
    for section in SECTIONS {
        if policy.get(section.name).is_some() {
            continue;
        }
        let keys = section
            .keys
            .iter()
            .map(|key| (key.name.to_owned(), sample(&key.kind)));
        let table = Value::Object(keys.collect());
        policy[section.name] = if section.repeats {
            json!([table])
        } else {
            table
        };
    }
    policy
}

/// The only table of a section, or the first one.
fn table<'p>(policy: &'p mut Value, section: &SectionReference) -> &'p mut Value {
    match section.repeats {
        true => &mut policy[section.name][0],
        false => &mut policy[section.name],
    }
}

/// Every key with every odd value, one at a time.
fn mutations() -> Vec<(String, Value)> {
    let mut mutations = Vec::new();
    for section in SECTIONS {
        for KeyReference { name, .. } in section.keys {
            for odd in odd_values() {
                let mut policy = whole();
                table(&mut policy, section)[*name] = odd.clone();
                mutations.push((format!("{} {name} = {odd}", section.header()), policy));
            }
        }
    }
    mutations
}

fn odd_values() -> Vec<Value> {
    let text = [
        "",
        " ",
        "a",
        " a",
        "a b",
        "é",
        "a103",
        "A103",
        "Z999",
        "2034-06-30",
        "2034-02-30",
        "2034-13-01",
        "2034-6-30",
        "endpoints/x.pem",
        "../x.pem",
        "/x.pem",
        "https://ota.example.com",
        "https://ota.example.com/",
        "https://ota.example.com/?a=b",
        "http://ota.example.com/",
        "https://a@ota.example.com/",
        "https://ota.example.com/#a",
        "esp32c3",
        "perennial",
        "warn",
        "rsa",
        "roots-only",
        "RWSBlWiwPqCRlnukLnkTTA8Fz0ZLvlPVqSZqZ4amJ5elJT18VWHtD4+6",
        "RWA=",
        "0906db44298f472becd7d5c0dd5320c5986111859edf3ad4fb5e03274b42a97a",
        "0906DB44298F472BECD7D5C0DD5320C5986111859EDF3AD4FB5E03274B42A97A",
        "abcdefghijklmnopqrstuvwxyz-12345",
        "abcdefghijklmnopqrstuvwxyz-1234",
    ];
    let numbers = [
        -1,
        0,
        1,
        2,
        16,
        17,
        100,
        101,
        255,
        256,
        36_525,
        36_526,
        4_294_967_295_i64,
        4_294_967_296,
    ];
    let mut odd: Vec<_> = text.into_iter().map(|text| json!(text)).collect();
    odd.extend(numbers.map(|number| json!(number)));
    odd.extend([
        json!(true),
        json!(false),
        json!(1.5),
        json!([]),
        json!({}),
        json!(["a"]),
        json!([1]),
    ]);
    odd.push(json!([
        "0906db44298f472becd7d5c0dd5320c5986111859edf3ad4fb5e03274b42a97a"
    ]));
    odd.push(json!([{ "public": "RWSBlWiwPqCRlnukLnkTTA8Fz0ZLvlPVqSZqZ4amJ5elJT18VWHtD4+6", "role": "release" }]));
    odd
}

fn wrong_type(kind: &Kind) -> Value {
    match kind {
        Kind::List(..) | Kind::Number(..) | Kind::Table(_) | Kind::Boolean => json!("no"),
        _ => json!(7),
    }
}

fn sample(kind: &Kind) -> Value {
    match kind {
        Kind::Boolean => json!(false),
        Kind::Code => json!("A104"),
        Kind::Date => json!("2034-06-30"),
        Kind::FolderName => json!("lab"),
        Kind::List(of, _) => json!([sample(of)]),
        Kind::Number(least, _) => json!(least),
        Kind::Path => json!("endpoints/a.pem"),
        Kind::ProjectPath => json!("include/a.h"),
        Kind::ProductName | Kind::Text => json!("a"),
        Kind::PublicKey => json!("RWSBlWiwPqCRlnukLnkTTA8Fz0ZLvlPVqSZqZ4amJ5elJT18VWHtD4+6"),
        Kind::Sha256 => json!("0906db44298f472becd7d5c0dd5320c5986111859edf3ad4fb5e03274b42a97a"),
        Kind::SshKey => json!(
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILjKOLIMb8XJYXXObhYhtbM4sWFjC9+S6TDDtBKd1nK3"
        ),
        // Of the keys that are groups, one.
        Kind::Table(keys) => keys
            .iter()
            .filter(|key| key.presence != Presence::Grouped || key.name == "ssh")
            .map(|key| (key.name.to_owned(), sample(&key.kind)))
            .collect(),
        Kind::Url => json!("https://ota.example.com/"),
        Kind::Words(words) => json!(words()[0]),
    }
}
