//! The readers of attestations by those who wrote their specifications: `in-toto-attestation` and `securesystemslib`.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::esptool::pip;
use super::{Tool, write_wrapper};
use crate::failure::Result;
use crate::progress::Progress;
use crate::toolchain::command;

/// The packages whose answers our tests know. securesystemslib brings Ed25519 in Python: nothing compiled besides protobuf.
const PACKAGES: [&str; 3] = [
    "in-toto-attestation==0.9.3",
    "protobuf==7.36.2",
    "securesystemslib==1.6.0",
];

/// The path of a `python3` that has the packages, installed with pip first if they are not here.
///
/// # Errors
/// When there is no Python, no pip and no package of it, or no network: exit 14.
pub fn in_toto(root: &Path) -> Result<PathBuf> {
    let progress = Progress::stderr();
    let tool = Tool::new(root, "in-toto-0.9.3");
    tool.program("python3", progress, |into| install(root, into, progress))
}

fn install(root: &Path, into: &Path, progress: Progress) -> Result<()> {
    let pip = pip(root, progress)?;
    let step = progress.step("installing in-toto-attestation for tests", None);
    let mut command = Command::new("python3");
    command
        .envs(pip)
        .args(["-m", "pip", "install", "--quiet", "--no-input", "--no-deps"])
        .args(["--disable-pip-version-check", "--no-warn-script-location"])
        .arg("--target")
        .arg(into.join("python"))
        .args(PACKAGES);
    command::run("install in-toto-attestation with pip", &mut command).map_err(|failure| {
        failure.help("check the network and pip's configuration, and run it again")
    })?;
    drop(step);
    write_wrapper(&into.join("python3"), "PYTHONPATH", &["python"], "python3")
}
