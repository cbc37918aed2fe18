//! `check` as a program: ten mistakes in four forms, and the exit codes of an open and a closed gate.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod copied;

use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

/// A project with this policy, and the pool and calendar of this one.
fn project(policy: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    copied::copy_pool_and_calendar(folder.path());
    std::fs::write(folder.path().join("policy.toml"), policy).unwrap();
    folder
}

fn check(project: &TempDir, format: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    command
        .args(["check", "--as-of", "2026-07-01", "--format", format])
        .current_dir(project.path());
    command.output().unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

const TEN_MISTAKES: &str = include_str!("../../trust/fixtures/ten-mistakes/policy.toml");
const BASE: &str = include_str!("../../trust/fixtures/base/policy.toml");

/// Line of each mistake, in file order.
const LINES: [u64; 10] = [6, 7, 10, 11, 16, 19, 31, 43, 46, 53];

#[test]
fn ten_mistakes_are_ten_findings_in_file_order_in_every_form() {
    let project = project(TEN_MISTAKES);
    for format in ["human", "json", "sarif", "github"] {
        let output = check(&project, format);
        assert_eq!(output.status.code(), Some(10), "{format}");
        assert_eq!(lines(format, &stdout(&output)), LINES, "{format}");
    }
}

/// The line of every finding in one of the forms.
fn lines(format: &str, text: &str) -> Vec<u64> {
    let json = || serde_json::from_str::<Value>(text).unwrap();
    match format {
        "human" => {
            let places = text
                .lines()
                .filter_map(|line| line.trim_start().strip_prefix("--> policy.toml:"));
            places
                .map(|place| place.split(':').next().unwrap().parse().unwrap())
                .collect()
        }
        "json" => pluck(&json()["findings"], "/locations/0/line"),
        "sarif" => pluck(
            &json()["runs"][0]["results"],
            "/locations/0/physicalLocation/region/startLine",
        ),
        _ => {
            let found = text
                .lines()
                .filter_map(|line| line.split_once(",line="))
                .map(|(_, rest)| rest);
            found
                .map(|rest| rest.split([',', ':']).next().unwrap().parse().unwrap())
                .collect()
        }
    }
}

fn pluck(findings: &Value, pointer: &str) -> Vec<u64> {
    findings
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| finding.pointer(pointer).unwrap().as_u64().unwrap())
        .collect()
}

#[test]
fn the_sarif_of_ten_mistakes_follows_the_official_schema() {
    let schema =
        include_str!("data/sarif-schema-2.1.0.json").replace("[a-zA-Z]{2}]?$", "[a-zA-Z]{2}$");
    let validator = jsonschema::validator_for(&serde_json::from_str(&schema).unwrap()).unwrap();
    let log: Value =
        serde_json::from_str(&stdout(&check(&project(TEN_MISTAKES), "sarif"))).unwrap();
    let errors: Vec<_> = validator
        .iter_errors(&log)
        .map(|error| error.to_string())
        .collect();
    assert!(errors.is_empty(), "{errors:#?}");
    assert_eq!(log["runs"][0]["results"].as_array().unwrap().len(), 10);
}

#[test]
fn an_anchor_that_ends_one_day_early_closes_the_gate_and_on_the_day_itself_it_is_open() {
    let reason = "reason = \"servers that still send the RSA chain\"";
    let policy = |ends: &str| {
        BASE.replace(reason, &format!("{reason}\neffective-end = \"{ends}\""))
            .replace("programme-end = \"warn\"", "programme-end = \"allow\"")
    };
    let closed = check(&project(&policy("2032-06-29")), "human");
    let said = stdout(&closed);
    assert_eq!(closed.status.code(), Some(10), "{said}");
    for wanted in [
        "error[A103 anchor-ends-in-service]",
        "last day 2032-06-29",
        "service ends 2032-06-30",
        "1 day before",
        "help",
    ] {
        assert!(said.contains(wanted), "{wanted} is not in:\n{said}");
    }
    let open = check(&project(&policy("2032-06-30")), "human");
    assert_eq!(open.status.code(), Some(0), "{}", stdout(&open));
}

#[test]
fn the_minimum_remaining_counts_to_the_day() {
    let policy = |days: &str| {
        BASE.replace(
            "min-remaining-days = 1825",
            &format!("min-remaining-days = {days}"),
        )
    };
    let closed = check(&project(&policy("3261")), "human");
    let said = stdout(&closed);
    assert_eq!(closed.status.code(), Some(10), "{said}");
    for wanted in [
        "error[A105 minimum-remaining-validity]",
        "3261 days required",
        "1 day less than required",
    ] {
        assert!(said.contains(wanted), "{wanted} is not in:\n{said}");
    }
    assert_eq!(
        check(&project(&policy("3260")), "human").status.code(),
        Some(0)
    );
}

#[test]
fn without_a_policy_there_is_no_answer() {
    let folder = tempfile::tempdir().unwrap();
    let output = check(&folder, "human");
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("there is no policy.toml"));
}

#[test]
fn a_reader_that_stops_reading_is_no_bug() {
    let project = project(BASE);
    for line in [
        "explain A103",
        "roots list",
        "policy fmt --check",
        "check --as-of 2026-07-01",
    ] {
        if line.starts_with("policy") {
            windows_lines(&project, "\n\n\n");
        }
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = xtask(&project, line).stdout(writer).output().unwrap();
        assert_eq!(output.status.code(), Some(141), "{line}");
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{line}");
    }
}

#[test]
fn an_output_that_cannot_be_written_is_no_bug() {
    let project = project(BASE);
    for line in ["explain", "explain A103", "roots list", "test --list"] {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full");
        let mut command = xtask(&project, line);
        let output = command.stdout(full.unwrap()).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{line}");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(
            said.contains("cannot write") && !said.contains("panic"),
            "{line}: {said}"
        );
    }
}

#[test]
fn lines_of_windows_are_named_and_a_link_stays() {
    let project = project(BASE);
    let link = project.path().join("policy.toml");
    std::fs::rename(&link, project.path().join("shared.toml")).unwrap();
    std::os::unix::fs::symlink("shared.toml", &link).unwrap();
    assert!(
        xtask(&project, "policy fmt")
            .output()
            .unwrap()
            .status
            .success()
    );
    let canonical = std::fs::read_to_string(&link).unwrap();
    windows_lines(&project, "");
    let output = xtask(&project, "policy fmt --check").output().unwrap();
    assert_eq!(output.status.code(), Some(11));
    assert_eq!(stdout(&output), "");
    assert!(String::from_utf8_lossy(&output.stderr).contains("CR LF"));
    assert!(
        xtask(&project, "policy fmt")
            .output()
            .unwrap()
            .status
            .success()
    );
    assert!(std::fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(std::fs::read_to_string(&link).unwrap(), canonical);
}

/// The policy with the line ends of Windows, and `more` at its end.
fn windows_lines(project: &TempDir, more: &str) {
    let path = project.path().join("policy.toml");
    let text = std::fs::read_to_string(&path).unwrap() + more;
    std::fs::write(&path, text.replace('\n', "\r\n")).unwrap();
}

fn xtask(project: &TempDir, line: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    command.args(line.split(' ')).current_dir(project.path());
    command
}
