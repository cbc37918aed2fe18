//! The steps of `cargo xtask test`, in the order in which a mistake is cheapest to find.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::counts::{Counts, one_test, test_suite};
use super::{cargo, documentation};
use crate::failure::{Failure, Result};
use crate::tools;

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
        name: "licences",
        shows: "licences and sources of the dependencies are allowed",
        run: licences,
    },
    Step {
        name: "tests",
        shows: "unit and integration tests",
        run: tests,
    },
    Step {
        name: "release",
        shows: "a real release: built, judged by its peers, attacked, killed",
        run: release,
    },
    Step {
        name: "docs",
        shows: "the commands in README.md and docs/ run as written",
        run: docs,
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

fn licences(root: &Path) -> Result<Counts> {
    let program = tools::cargo_deny(root)?;
    let mut counts = Counts::default();
    for manifest in ["Cargo.toml", "firmware/Cargo.toml"] {
        let mut command = Command::new(&program);
        command
            .current_dir(root)
            .args(["--locked", "--config", "deny.toml"]);
        command.args([
            "--manifest-path",
            manifest,
            "check",
            "bans",
            "licenses",
            "sources",
        ]);
        counts.add(one_test(command)?);
    }
    eprintln!(
        "skipped: advisories: their database is not in a package registry; run `cargo deny check advisories`"
    );
    counts.skipped += 1;
    Ok(counts)
}

fn tests(root: &Path) -> Result<Counts> {
    let mut command = cargo(root, &["test", "--workspace", "--locked", "--no-fail-fast"]);
    peers(root, &mut command)?;
    test_suite(command)
}

/// Builds a release as a newcomer does, then attacks it.
fn release(root: &Path) -> Result<Counts> {
    let dist = root.join("target/perennial/test-dist");
    let mut build = ourselves(root, &["build-firmware", "--allow-dirty", "--output"])?;
    build.arg(&dist);
    let mut counts = one_test(build)?;
    if counts.failed > 0 {
        return Ok(counts);
    }
    let mut command = cargo(
        root,
        &[
            "test",
            "--package",
            "xtask",
            "--locked",
            "--test",
            "release",
            "--no-fail-fast",
        ],
    );
    command.env("PERENNIAL_TEST_DIST", &dist);
    peers(root, &mut command)?;
    counts.add(test_suite(command)?);
    Ok(counts)
}

fn docs(root: &Path) -> Result<Counts> {
    documentation::run(root, &peer_folders(root)?)
}

/// Tells the tests where the stock programs are.
fn peers(root: &Path, command: &mut Command) -> Result<()> {
    command.env("PERENNIAL_ESPTOOL", tools::esptool(root)?);
    command.env("PERENNIAL_MINISIGN", tools::minisign(root)?);
    Ok(())
}

/// The folders of the stock programs, for `PATH`.
fn peer_folders(root: &Path) -> Result<Vec<PathBuf>> {
    let programs = [tools::esptool(root)?, tools::minisign(root)?];
    Ok(programs
        .iter()
        .filter_map(|program| program.parent().map(Path::to_owned))
        .collect())
}

/// This program again, in the root of the project.
fn ourselves(root: &Path, arguments: &[&str]) -> Result<Command> {
    let program = std::env::current_exe()
        .map_err(|error| Failure::io("find", Path::new("this program"), &error))?;
    let mut command = Command::new(program);
    command.current_dir(root).args(arguments);
    Ok(command)
}
