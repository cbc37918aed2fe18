//! `solve` as a program: its forms and its exit codes.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

fn solve(arguments: &[&str]) -> Output {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    command.arg("--project").arg(root).arg("solve");
    command.args(arguments).env_remove("SOURCE_DATE_EPOCH");
    command.output().unwrap()
}

fn text(output: &Output, code: i32) -> String {
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{said}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn json(arguments: &[&str], code: i32) -> Value {
    let output = solve(&[arguments, &["--format", "json"]].concat());
    serde_json::from_str(&text(&output, code)).unwrap()
}

#[test]
fn the_smallest_store_is_printed_in_each_form() {
    let arguments = ["--as-of", "2026-11-22"];
    let answer = json(&arguments, 0);
    assert_eq!(answer["schema"], "perennial.solve/1");
    assert_eq!(answer["outcome"], "smallest");
    assert_eq!(answer["anchors"].as_array().unwrap().len(), 2);
    let tables = answer["tables"].as_str().unwrap();
    let toml = solve(&[&arguments[..], &["--format", "toml"]].concat());
    assert_eq!(text(&toml, 0), tables);
    let human = text(&solve(&arguments), 0);
    assert!(
        human.contains("without it  failover is not held"),
        "{human}"
    );
    assert!(human.ends_with(tables), "{human}");
}

#[test]
fn the_mozilla_set_is_chosen_from_where_that_is_asked() {
    let arguments = ["--as-of", "2026-11-22"];
    let own = json(&arguments, 0);
    let all = json(&[&arguments[..], &["--mozilla"]].concat(), 0);
    assert!(all["roots"].as_u64() > own["roots"].as_u64());
    assert!(all["anchor_bytes"].as_u64() <= own["anchor_bytes"].as_u64());
}

#[test]
fn no_store_ends_with_ten_and_says_what_cannot_be_met() {
    let arguments = ["--as-of", "2026-07-01"];
    let answer = json(&arguments, 10);
    assert_eq!(answer["outcome"], "impossible");
    assert_eq!(answer["demands"][0]["subject"], "primary");
    assert_eq!(answer["demands"][1]["subject"], "A104");
    let human = text(&solve(&arguments), 10);
    assert!(
        human.contains("without any one of them there is one"),
        "{human}"
    );
    let toml = solve(&[&arguments[..], &["--format", "toml"]].concat());
    assert_eq!(text(&toml, 10), "");
    assert!(String::from_utf8_lossy(&toml.stderr).starts_with("error: no store meets the policy"));
}
