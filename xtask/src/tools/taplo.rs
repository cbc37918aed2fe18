//! taplo: what editors ask about a TOML file and its schema (Even Better TOML for Visual Studio Code is made of it).

use std::path::{Path, PathBuf};
use std::process::Command;

use super::Tool;
use super::esptool::pip;
use crate::failure::Result;
use crate::progress::Progress;
use crate::toolchain::command;

/// The version whose answers our tests know.
const VERSION: &str = "0.9.3";

/// The path of `taplo`, installed with pip first if it is not here.
///
/// # Errors
/// When there is no Python, no pip and no package of it, or no network: exit 14.
pub fn taplo(root: &Path) -> Result<PathBuf> {
    let progress = Progress::stderr();
    let tool = Tool::new(root, &format!("taplo-{VERSION}"));
    tool.program("python/bin/taplo", progress, |into| {
        install(root, into, progress)
    })
}

fn install(root: &Path, into: &Path, progress: Progress) -> Result<()> {
    let pip = pip(root, progress)?;
    let doing = format!("installing taplo {VERSION} for tests");
    let _step = progress.step(&doing, None);
    let mut command = Command::new("python3");
    command
        .envs(pip)
        .args(["-m", "pip", "install", "--quiet", "--no-input", "--no-deps"])
        .args(["--disable-pip-version-check", "--no-warn-script-location"])
        .arg("--target")
        .arg(into.join("python"))
        .arg(format!("taplo=={VERSION}"));
    command::run("install taplo with pip", &mut command)
        .map(drop)
        .map_err(|failure| {
            failure.help("check the network and pip's configuration, and run it again")
        })
}
