//! The steps of `cargo xtask test`, in the order in which a mistake is cheapest to find.

use std::path::Path;
use std::process::Command;

use super::cargo;
use super::counts::{Counts, one_test, test_suite};
use crate::failure::{Failure, Result};

/// One step.
pub struct Step {
    /// What `--only` takes.
    pub name: &'static str,
    /// What it shows when it passes.
    pub shows: &'static str,
    /// Runs it in the root of the project.
    pub run: fn(&Path) -> Result<Counts>,
}

/// Every step.
pub const ALL: &[Step] = &[
    Step {
        name: "format",
        shows: "the sources are formatted",
        run: format,
    },
    Step {
        name: "lints",
        shows: "the workspace lints find nothing",
        run: lints,
    },
    Step {
        name: "policy",
        shows: "policy.toml is canonical, proven, and rendered",
        run: policy,
    },
    Step {
        name: "tests",
        shows: "unit and integration tests",
        run: tests,
    },
];

fn format(root: &Path) -> Result<Counts> {
    let mut counts = one_test(cargo(root, &["fmt", "--all", "--check"]))?;
    counts.add(one_test(cargo(
        &root.join("firmware"),
        &["fmt", "--check"],
    ))?);
    Ok(counts)
}

fn lints(root: &Path) -> Result<Counts> {
    one_test(cargo(
        root,
        &[
            "clippy",
            "--workspace",
            "--all-targets",
            "--locked",
            "--",
            "-D",
            "warnings",
        ],
    ))
}

fn policy(root: &Path) -> Result<Counts> {
    let mut counts = Counts::default();
    for verb in [
        &["policy", "fmt", "--check"][..],
        &["check"],
        &["render", "--check"],
    ] {
        counts.add(one_test(ourselves(root, verb)?)?);
    }
    Ok(counts)
}

fn tests(root: &Path) -> Result<Counts> {
    test_suite(cargo(
        root,
        &["test", "--workspace", "--locked", "--no-fail-fast"],
    ))
}

/// This program again, in the root of the project.
fn ourselves(root: &Path, arguments: &[&str]) -> Result<Command> {
    let program = std::env::current_exe()
        .map_err(|error| Failure::io("find", Path::new("this program"), &error))?;
    let mut command = Command::new(program);
    command.current_dir(root).args(arguments);
    Ok(command)
}
