//! cargo-deny: licences, advisories and sources of the dependencies.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::Tool;
use crate::failure::Result;
use crate::progress::Progress;
use crate::toolchain::command;

/// The version that is built where the machine has none.
const VERSION: &str = "0.20.2";

/// The path of `cargo-deny`: the machine's own, else built from source, which takes minutes.
///
/// # Errors
/// When it does not build, or there is no network: exit 14.
pub fn cargo_deny(root: &Path) -> Result<PathBuf> {
    match command::in_path("cargo-deny") {
        Some(program) => Ok(program),
        None => built(root),
    }
}

fn built(root: &Path) -> Result<PathBuf> {
    let progress = Progress::stderr();
    let tool = Tool::new(root, &format!("cargo-deny-{VERSION}"));
    tool.program("bin/cargo-deny", progress, |into| {
        let doing = format!("building cargo-deny {VERSION} for tests: this takes some minutes");
        let _step = progress.step(&doing, None);
        let mut install = Command::new(std::env::var_os("CARGO").unwrap_or("cargo".into()));
        install
            .current_dir(root)
            .args(["install", "--locked", "--quiet", "--no-track"])
            // It runs for a second; building it fast counts for more.
            .arg("--debug")
            .args(["--version", VERSION, "--root"])
            .arg(into)
            .arg("--target-dir")
            .arg(tool.shared.join("build"))
            .arg("cargo-deny");
        let doing = format!("build cargo-deny {VERSION}");
        command::run(&doing, &mut install)
            .map(drop)
            .map_err(|failure| {
                failure.help("check the network, or install cargo-deny where PATH finds it")
            })
    })
}
