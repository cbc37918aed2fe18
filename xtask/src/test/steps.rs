//! The steps of `cargo xtask test`, in the order in which a mistake is cheapest to find.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::counts::{Counts, one_test, test_suite};
use super::{Ourselves, cargo, documentation, workflows};
use crate::build;
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::git;
use crate::tools;

/// One step.
pub struct Step {
    /// What `--only` takes.
    pub name: &'static str,
    /// What it shows when it passes.
    pub shows: &'static str,
    /// Runs it in the root of the project.
    pub run: fn(&Ourselves) -> Result<Counts>,
}

/// Steps that run one after the other, and steps that do so meanwhile: neither need anything of the others.
///
/// The tests and the linker, which optimises a whole firmware, leave a core idle for much of their time.
pub struct Stage {
    /// What is seen while it runs.
    pub steps: &'static [Step],
    /// What is seen when it has ended.
    pub meanwhile: &'static [Step],
}

/// Every step, in stages that run one after the other.
pub const STAGES: &[Stage] = &[
    Stage {
        steps: &[
            Step {
                name: "format",
                shows: "the sources are formatted",
                run: format,
            },
            Step {
                name: "lints",
                shows: "clippy finds nothing, for the host and for the chip, and the fuzz targets compile",
                run: lints,
            },
            Step {
                name: "policy",
                shows: "policy.toml is canonical, proven, and rendered; the reference is what the code says",
                run: policy,
            },
            Step {
                name: "workflows",
                shows: "the workflows keep to our rules, and zizmor, actionlint and shellcheck find nothing",
                run: |ourselves| workflows::judge(&ourselves.root),
            },
        ],
        meanwhile: &[],
    },
    Stage {
        steps: &[
            Step {
                name: "tests",
                shows: "unit and integration tests pass, and the benchmarks run",
                run: tests,
            },
            Step {
                name: "on-target",
                shows: "the device's code gives the same answers as RV32IMC machine code, under QEMU, and what they cost is as documented",
                run: on_target,
            },
        ],
        meanwhile: &[
            Step {
                name: "licences",
                shows: "licences and sources of the dependencies are allowed",
                run: licences,
            },
            Step {
                name: "build",
                shows: "the firmware is built twice, in different surroundings, and comes out the same",
                run: build_release,
            },
            Step {
                name: "walk-release",
                shows: "the whole release workflow, with keys that are thrown away, and its rebuild",
                run: workflows::walk::with_firmware,
            },
        ],
    },
    Stage {
        steps: &[
            Step {
                name: "release",
                shows: "that release is rebuilt, judged by its peers, attacked, and its build killed",
                run: release,
            },
            Step {
                name: "walk",
                shows: "the shell of the workflows runs in clean clones, but for what compiles the firmware",
                run: workflows::walk::without_firmware,
            },
        ],
        meanwhile: &[Step {
            name: "docs",
            shows: "the commands in README.md and docs/ run as written, on that release",
            run: docs,
        }],
    },
];

/// Every step.
pub fn all() -> impl Iterator<Item = &'static Step> + Clone {
    STAGES
        .iter()
        .flat_map(|stage| stage.steps.iter().chain(stage.meanwhile))
}

fn format(Ourselves { root, .. }: &Ourselves) -> Result<Counts> {
    // Not with `--all`, which takes in the crates of others that are in the repository.
    let mut counts = one_test(cargo(root, &["fmt", "--check"]))?;
    for workspace in build::lints::WORKSPACES {
        let folder = root.join(workspace);
        counts.add(one_test(cargo(&folder, &["fmt", "--check"]))?);
    }
    Ok(counts)
}

fn lints(Ourselves { root, .. }: &Ourselves) -> Result<Counts> {
    let mut counts = one_test(cargo(
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
    ))?;
    for workspace in build::lints::WORKSPACES {
        counts.add(one_test(build::lints::command(root, workspace)?)?);
    }
    counts.add(one_test(fuzz_targets(root))?);
    Ok(counts)
}

/// The fuzz targets compile: they are a workspace of their own, which nothing else builds.
fn fuzz_targets(root: &Path) -> Command {
    let mut command = cargo(root, &["check", "--locked", "--manifest-path"]);
    command
        .arg(root.join("fuzz/Cargo.toml"))
        .arg("--target-dir")
        .arg(root.join("target/fuzz"))
        // Nothing is linked: without this, the library is compiled from C++.
        .env("CUSTOM_LIBFUZZER_PATH", root.join("fuzz"))
        .env("RUSTFLAGS", "-D warnings");
    command
}

fn policy(ourselves: &Ourselves) -> Result<Counts> {
    let mut counts = Counts::default();
    for verb in [
        &["policy", "fmt", "--check"][..],
        &["check"],
        &["render", "--check"],
        &["reference", "--check"],
    ] {
        counts.add(one_test(ourselves.command(verb))?);
    }
    Ok(counts)
}

fn licences(Ourselves { root, .. }: &Ourselves) -> Result<Counts> {
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
    crate::output::say(
        "skipped: advisories: their database is not in a package registry; run `cargo deny check advisories`",
    );
    counts.skipped += 1;
    Ok(counts)
}

fn tests(Ourselves { root, .. }: &Ourselves) -> Result<Counts> {
    let mut command = cargo(root, &["test", "--workspace", "--locked", "--no-fail-fast"]);
    peers(root, &mut command)?;
    let mut counts = test_suite(command)?;
    counts.add(one_test(benchmarks(root))?);
    counts.add(one_test(of_later_steps(root))?);
    Ok(counts)
}

/// The tests of later steps compile: here, where a mistake is found early.
fn of_later_steps(root: &Path) -> Command {
    let mut command = cargo(root, &["test", "--workspace", "--locked", "--no-run"]);
    command.args(["--test", "on_target", "--test", "release"]);
    command
}

/// The benchmarks run, once and without limits: nothing is measured, which depends on the machine.
///
/// Of the workspace, not of the one package that has them: cargo chooses the features of the dependencies for what it
/// is asked for, and would compile most of them again. By a pattern, which selects no library to be tested once more.
fn benchmarks(root: &Path) -> Command {
    cargo(root, &["test", "--workspace", "--bench", "*", "--locked"])
}

/// What the tests of `device` ask is written down, and asked again of its machine code.
fn on_target(Ourselves { root, .. }: &Ourselves) -> Result<Counts> {
    let vectors = empty_folder(root.join("target/perennial/vectors"))?;
    let asked = [
        "http",
        "otadata",
        "power",
        "provision",
        "rescue",
        "signed_release",
        "store",
        "trusted_time",
        "verify",
        "words",
    ];
    let mut counts = one_test(asking(root, &vectors, &asked))?;
    // Most of their tests ask nothing of the target, and take long.
    let mut command = asking(root, &vectors, &["client", "tls"]);
    command.args(["--", "recorded::", "rounds::"]);
    counts.add(one_test(command)?);
    let test = ["test", "--workspace", "--locked", "--test", "on_target"];
    let mut command = cargo(root, &test);
    command.env("PERENNIAL_VECTORS", &vectors);
    command.args(["--", "--nocapture"]);
    counts.add(test_suite(command)?);
    Ok(counts)
}

/// Runs these tests, which write down what they ask.
fn asking(root: &Path, vectors: &Path, tests: &[&str]) -> Command {
    let mut command = cargo(root, &["test", "--workspace", "--locked", "--quiet"]);
    command.args(tests.iter().flat_map(|test| ["--test", test]));
    command.env("PERENNIAL_VECTORS", vectors);
    command
}

/// Builds a release as a newcomer does, and a second time: later steps use it.
fn build_release(ourselves: &Ourselves) -> Result<Counts> {
    let dist = empty_folder(ourselves.root.join(RELEASE))?;
    let mut build = ourselves.command(&["build-firmware", "--allow-dirty", "--twice", "--output"]);
    build.arg(&dist);
    one_test(build)
}

/// Attacks the release that was built.
fn release(ourselves: &Ourselves) -> Result<Counts> {
    let root = &ourselves.root;
    let dist = built_release(root)?;
    let mut counts = Counts::default();
    let mut command = cargo(
        root,
        &[
            "test",
            // As the step before it: for one package alone, cargo would compile it with other dependencies.
            "--workspace",
            "--locked",
            "--test",
            "release",
            "--no-fail-fast",
        ],
    );
    command.env("PERENNIAL_TEST_DIST", &dist);
    peers(root, &mut command)?;
    if !git::head(root)?.changed.is_empty() {
        crate::output::say(
            "skipped: release::rebuilt: a release with changes that are in no commit can be rebuilt by nobody; commit them",
        );
        command.args(["--", "--skip", "release::rebuilt"]);
        counts.skipped += 1;
    }
    counts.add(test_suite(command)?);
    Ok(counts)
}

/// Where the step `build` puts its release.
const RELEASE: &str = "target/perennial/test-dist";

/// The release that the step `build` made.
fn built_release(root: &Path) -> Result<PathBuf> {
    let dist = root.join(RELEASE);
    if dist.is_dir() {
        return Ok(dist);
    }
    Err(
        Failure::new(Exit::Environment, "there is no release to work on")
            .evidence(format!("{} is missing", dist.display()))
            .help("the step `build` makes it: run that first, `cargo xtask test --only build`"),
    )
}

/// Without the release of an earlier run: tests and documentation speak of the one that is there.
fn empty_folder(path: PathBuf) -> Result<PathBuf> {
    match std::fs::remove_dir_all(&path) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(Failure::io("remove", &path, &error))
        }
        _ => Ok(path),
    }
}

fn docs(Ourselves { root, .. }: &Ourselves) -> Result<Counts> {
    documentation::run(root, &built_release(root)?, &peer_folders(root)?)
}

/// Tells the tests where the stock programs are.
fn peers(root: &Path, command: &mut Command) -> Result<()> {
    command.env("PERENNIAL_ESPTOOL", tools::esptool(root)?);
    command.env("PERENNIAL_MINISIGN", tools::minisign(root)?);
    command.env("PERENNIAL_CERTTOOL", tools::certtool(root)?);
    command.env("PERENNIAL_CMAKE", tools::cmake(root)?);
    command.env("PERENNIAL_LIBFAKETIME", tools::libfaketime(root)?);
    command.env("PERENNIAL_MBEDTLS", tools::mbedtls_verify(root)?);
    command.env("PERENNIAL_NGINX", tools::nginx(root)?);
    command.env("PERENNIAL_OPENSSL", tools::openssl(root)?);
    command.env("PERENNIAL_TAPLO", tools::taplo(root)?);
    Ok(())
}

/// The folders of the stock programs, for `PATH`.
fn peer_folders(root: &Path) -> Result<Vec<PathBuf>> {
    let programs = [
        tools::esptool(root)?,
        tools::minisign(root)?,
        tools::openssl(root)?,
    ];
    Ok(programs
        .iter()
        .filter_map(|program| program.parent().map(Path::to_owned))
        .collect())
}
