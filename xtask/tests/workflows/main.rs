//! The workflows keep to their rules, and each rule finds the workflow in which it alone is broken.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::path::Path;

use xtask::test::workflows::{self, rules};

mod breaks;

use breaks::Break;

fn files() -> BTreeMap<String, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    workflows::read(root).unwrap()
}

#[test]
fn the_workflows_keep_to_the_rules() {
    assert_eq!(rules::judge(&files()), []);
}

#[test]
fn no_workflow_at_all_is_found() {
    let problems = rules::judge(&BTreeMap::new());
    let said: Vec<_> = problems.iter().map(ToString::to_string).collect();
    assert!(
        said[0].contains("0 references to actions were found"),
        "{said:?}"
    );
    assert!(
        said.iter()
            .any(|line| line.contains("release.yml is missing"))
    );
}

#[test]
fn each_rule_finds_what_breaks_it() {
    for Break {
        file,
        from,
        to,
        says,
    } in breaks::ALL.iter().copied().flatten()
    {
        let mut changed = files();
        let text = changed.get_mut(*file).unwrap();
        assert!(text.contains(from), "{file} has no {from:?}");
        *text = text.replacen(from, to, 1);
        let problems = rules::judge(&changed);
        let told =
            |problem: &rules::Problem| problem.file == *file && problem.to_string().contains(says);
        assert!(
            problems.iter().any(told),
            "{file}: {from:?} to {to:?}: {problems:#?}"
        );
    }
}

#[test]
fn a_workflow_that_is_gone_is_found() {
    for file in [
        "ci.yml",
        "policy-comment.yml",
        "policy-review.yml",
        "rebuild.yml",
        "release.yml",
        "report.yml",
        "watch.yml",
    ] {
        let mut changed = files();
        changed.remove(file);
        let missing = format!("{file} is missing");
        let problems = rules::judge(&changed);
        assert!(
            problems.iter().any(|problem| problem.message == missing),
            "{file}"
        );
    }
}
