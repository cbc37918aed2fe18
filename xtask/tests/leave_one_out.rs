//! The leave-one-out table against the real thing: what a row says is what happens to a copy of the project from which the
//! anchor, cross-certificate, owner or host is removed.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod copied;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

const TODAY: &str = "2026-09-01";

fn repository() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    root.to_owned()
}

/// The project's own policy, pool and calendar.
fn copy() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let root = repository();
    std::fs::copy(root.join("policy.toml"), folder.path().join("policy.toml")).unwrap();
    copied::copy_pool_and_calendar(folder.path());
    folder
}

fn run(project: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    command.arg("--project").arg(project).args(arguments);
    command.env_remove("SOURCE_DATE_EPOCH").output().unwrap()
}

/// The rows for the policy: with everything first.
fn table(project: &Path) -> Vec<Value> {
    let asked = [
        "forecast",
        "this policy",
        "--leave-one-out",
        "--at",
        TODAY,
        "--format",
        "json",
    ];
    let output = run(project, &asked);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(0), "{said}");
    let forecast: Value = serde_json::from_slice(&output.stdout).unwrap();
    let rows = &forecast["releases"][0]["leave_one_out"]["rows"];
    rows.as_array().unwrap().clone()
}

/// Exit code of `check`, and the rules whose findings close the gate.
fn check(project: &Path) -> (Option<i32>, Vec<String>) {
    let output = run(project, &["check", "--as-of", TODAY, "--format", "json"]);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let findings = report["findings"].as_array().unwrap().iter();
    let errors = findings.filter(|finding| finding["severity"] == "error");
    let mut codes: Vec<_> = errors
        .map(|finding| finding["code"].as_str().unwrap().to_owned())
        .collect();
    codes.sort();
    codes.dedup();
    (output.status.code(), codes)
}

#[test]
fn removing_what_a_row_names_does_what_the_row_says() {
    let rows = table(copy().path());
    assert_eq!(rows[0]["without"], Value::Null);
    assert_eq!(numbers(&rows[0]), (2, 2));
    let mut kinds = Vec::new();
    for row in &rows[1..] {
        let project = copy();
        remove(project.path(), &row["without"]);
        let left = &table(project.path())[0];
        assert_eq!(numbers(left), numbers(row), "{row:#}");
        assert_eq!(loss(left), loss(row), "{row:#}");

        // The policy asks for two paths and two owners.
        let closed = numbers(row) != (2, 2);
        let (code, errors) = check(project.path());
        assert_eq!(
            code,
            Some(if closed { 10 } else { 0 }),
            "{row:#} {errors:?}"
        );
        let of_coverage = errors.iter().all(|error| error.starts_with('E'));
        assert!(
            of_coverage && errors.is_empty() != closed,
            "{row:#} {errors:?}"
        );
        kinds.push(row["without"]["kind"].as_str().unwrap().to_owned());
    }
    for (kind, expected) in [
        ("anchor", 2),
        ("cross-certificate", 2),
        ("host", 2),
        ("owner", 2),
    ] {
        let found = kinds.iter().filter(|found| *found == kind).count();
        assert_eq!(found, expected, "{kind}: {kinds:?}");
    }
}

fn numbers(row: &Value) -> (u64, u64) {
    let number = |key: &str| row[key].as_u64().unwrap();
    (number("independent_paths"), number("distinct_owners"))
}

fn loss(row: &Value) -> [&Value; 4] {
    let loss = &row["loss"];
    [
        &loss["earliest"],
        &loss["latest"],
        &loss["until"],
        &loss["evidence"],
    ]
}

fn remove(project: &Path, without: &Value) {
    let text = |key: &str| without[key].as_str().unwrap();
    let policy = project.join("policy.toml");
    match text("kind") {
        "anchor" => remove_anchor(project, text("name")),
        "host" => remove_tables(&policy, |table| is(table, "[[endpoint]]", text("host"))),
        "cross-certificate" => remove_cross_certificate(project, text("sha256")),
        _ => remove_owner(project, text("name")),
    }
}

/// From the policy and from the pool.
fn remove_anchor(project: &Path, name: &str) {
    let named = format!("name = \"{name}\"");
    let policy = project.join("policy.toml");
    remove_tables(&policy, |table| is(table, "[[required-root]]", &named));
    let file = name.to_lowercase().replace(' ', "-");
    std::fs::remove_file(project.join(format!("trust/anchors/{file}.pem"))).unwrap();
}

/// Its anchors, and what the calendar says of its servers.
fn remove_owner(project: &Path, owner: &str) {
    let anchor = match owner {
        "DigiCert" => "DigiCert TLS ECC P384 Root G5",
        _ => "ISRG Root X2",
    };
    remove_anchor(project, anchor);
    let owned = format!("owner = \"{owner}\"");
    let chains = project.join("trust/calendar/chains.toml");
    remove_tables(&chains, |table| is(table, "[[chain]]", &owned));
    let policy = project.join("policy.toml");
    let text = std::fs::read_to_string(&policy).unwrap();
    let said = format!("{owned}\nprofile = \"default\"\n");
    assert!(text.contains(&said), "{owner}");
    std::fs::write(&policy, text.replace(&said, &format!("{owned}\n"))).unwrap();
}

/// From what is published, and from every chain that is sent: those end below it. A chain of which nothing is left is
/// not there.
fn remove_cross_certificate(project: &Path, sha256: &str) {
    let published = project.join("trust/calendar/letsencrypt.toml");
    let own = format!("\nsha256 = \"{sha256}\"");
    remove_tables(&published, |table| is(table, "[[certificate]]", &own));
    let chains = project.join("trust/calendar/chains.toml");
    let text = std::fs::read_to_string(&chains).unwrap();
    let kept = text.split("\n\n").map(|table| {
        let Some(at) = table.find(sha256) else {
            return table.to_owned();
        };
        let line = table[..at].rfind('\n').unwrap();
        let end = at + table[at..].find("\n]").unwrap();
        [&table[..line], &table[end..]].concat()
    });
    let kept: Vec<_> = kept
        .map(|table| table.replace("path = [\n]\n", ""))
        .filter(|table| !is(table, "[[chain]]", "") || table.contains("name = "))
        .collect();
    assert_ne!(kept.join("\n\n"), text, "{sha256}");
    std::fs::write(&chains, kept.join("\n\n")).unwrap();
    // An event that retires what nobody knows is an error of its own (A904).
    let events = project.join("trust/calendar/events.toml");
    let text = std::fs::read_to_string(&events).unwrap();
    let kept: Vec<_> = text.lines().filter(|line| !line.contains(sha256)).collect();
    std::fs::write(&events, kept.join("\n") + "\n").unwrap();
}

fn is(table: &str, header: &str, word: &str) -> bool {
    table.starts_with(header) && table.contains(word)
}

/// The file without the tables that `goes` names; at least one goes.
fn remove_tables(file: &Path, goes: impl Fn(&str) -> bool) {
    let text = std::fs::read_to_string(file).unwrap();
    let kept: Vec<_> = text.split("\n\n").filter(|table| !goes(table)).collect();
    assert!(
        kept.len() < text.split("\n\n").count(),
        "{}",
        file.display()
    );
    std::fs::write(file, kept.join("\n\n") + "\n").unwrap();
}
