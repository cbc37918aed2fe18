//! Who builds: this tool where the commit has the same one, else the commit's own.
//!
//! What judges, renders, converts and writes a release is a part of what it is made of.

use std::path::PathBuf;
use std::process::Command;

use trust::source::SourceFile;

use super::place::Place;
use crate::build::{Crates, Lockfile, archives_of_cargo};
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::git;
use crate::progress::Progress;
use crate::project::{POLICY, Project};
use crate::release::manifest::ReleaseManifest;

/// What the tool is compiled from, in the project.
const TOOL: [&str; 11] = [
    ".cargo",
    "Cargo.lock",
    "Cargo.toml",
    "firmware/device",
    "firmware/vendor",
    "rust-toolchain.toml",
    "templates",
    "trust/Cargo.toml",
    "trust/keys",
    "trust/src",
    "xtask",
];

/// Builds `manifest`'s release in `place`; the folder of the rebuilt one.
///
/// # Errors
/// [`Exit::Environment`] where the tool cannot be compiled, and what the build itself ends with.
pub fn build(
    project: &Project,
    place: &Place,
    manifest: &ReleaseManifest,
    progress: Progress,
) -> Result<PathBuf> {
    let dist = place.root.join("target/rebuilt");
    let mut command = tool(project, place, manifest, progress)?;
    command.arg("--project").arg(&place.root);
    command.args(["build-firmware", "--provider", &manifest.toolchain.provider]);
    // The same bytes are the stronger proof: what the scan knows of this machine's names says nothing of the release.
    command.arg("--dangerously-skip-leak-check");
    if asks_for_approvals(place)? {
        // A capsule has one commit of the history. Who approved it is no question of its bytes.
        command.arg("--dangerously-skip-approvals");
    }
    command
        .args(["--channel", &manifest.channel, "--output"])
        .arg(&dist);
    if let Some(day) = &manifest.facts_known_on {
        command.args(["--facts-known-on", day]);
    }
    command.env("SOURCE_DATE_EPOCH", manifest.source_date_epoch.to_string());
    if let Some(home) = &place.cargo_home {
        command
            .env("CARGO_HOME", home)
            .env("CARGO_NET_OFFLINE", "true");
    }
    command.stdout(std::process::Stdio::null());
    let status = command.status().map_err(|error| {
        Failure::new(Exit::Environment, "the tool of the release does not start").evidence(error)
    })?;
    if status.success() {
        return Ok(dist.join(&manifest.version));
    }
    Err(Failure::new(
        Exit::Environment,
        format!(
            "release {} could not be built again: {}",
            manifest.version,
            ended(status)
        ),
    )
    .evidence("build-firmware said why above")
    .help("this is a rebuild that failed, and no proof that the release is wrong"))
}

/// Whether the policy has a `[review]`. A tool that does not know the option reads no such policy.
fn asks_for_approvals(place: &Place) -> Result<bool> {
    let path = place.root.join(POLICY);
    let bytes = std::fs::read(&path).map_err(|error| Failure::io("read", &path, &error))?;
    let policy = SourceFile::from_bytes(POLICY, &bytes);
    Ok(trust::policy::read(&policy).draft.review.is_some())
}

/// What the end of `build-firmware` means.
fn ended(status: std::process::ExitStatus) -> String {
    let why = match status.code() {
        Some(1) => "it has a bug",
        Some(2) => "an input file cannot be read",
        Some(10) => "its policy is not satisfied",
        Some(11) => "its rendered source is not that of its policy",
        Some(12) => "it is not reproducible",
        Some(13) => "a hash or signature is wrong",
        Some(14) => "the toolchain or this machine is not as it must be",
        Some(_) => "for a reason that this tool does not know",
        None => "it did not end by itself",
    };
    format!("build-firmware ended with {status}: {why}")
}

fn tool(
    project: &Project,
    place: &Place,
    manifest: &ReleaseManifest,
    progress: Progress,
) -> Result<Command> {
    let is_here = git::has_commit(&project.root, &manifest.commit);
    if is_here && git::is_same(&project.root, &manifest.commit, &TOOL)? {
        let ourselves = std::env::current_exe().map_err(|error| {
            Failure::new(Exit::Environment, "cannot find this program").evidence(error)
        })?;
        return Ok(Command::new(ourselves));
    }
    progress.say("compiling the tool of the commit, which is another one than this");
    // Of the toolchain that the commit names, not of the one that runs us.
    let mut command = Command::new("cargo");
    command.current_dir(&place.root).arg("run");
    for name in [
        "CARGO",
        "CARGO_TARGET_DIR",
        "RUSTUP_TOOLCHAIN",
        "RUSTFLAGS",
        "RUSTC_WRAPPER",
    ] {
        command.env_remove(name);
    }
    if let Some(home) = &place.cargo_home {
        let lockfile = Lockfile::read(&place.root.join("Cargo.lock"))?;
        let store = place.root.join("target/perennial/crates");
        let crates = Crates::in_store(&store, &lockfile, &archives_of_cargo(home), progress)?;
        command.arg("--offline").args(crates.cargo_arguments());
    }
    command.args(["--quiet", "--locked", "--package", "xtask", "--"]);
    Ok(command)
}
