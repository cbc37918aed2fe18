//! Packages of Python, installed with pip into a folder of their own.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::variable;
use crate::failure::{Failure, Result};
use crate::progress::Progress;
use crate::toolchain::apt::Apt;
use crate::toolchain::command::{self, environment};
use crate::toolchain::host_libraries;

/// Installs into `python` below `into` what `arguments` of `pip install` ask for; `what` they are, in words.
///
/// # Errors
/// When there is no Python, no pip and no package of it, or no network: exit 14.
pub(super) fn install(
    root: &Path,
    what: &str,
    arguments: &[impl AsRef<OsStr>],
    into: &Path,
    progress: Progress,
) -> Result<()> {
    let pip = pip(root, progress)?;
    let doing = format!("installing {what} for tests");
    let _step = progress.step(&doing, None);
    let mut command = Command::new("python3");
    command
        .envs(pip)
        .args(["-m", "pip", "install", "--quiet", "--no-input"])
        .args(["--disable-pip-version-check", "--no-warn-script-location"])
        // A folder, not a virtual environment: Debian's Python has `venv` in a package of its own.
        .arg("--target")
        .arg(into.join("python"))
        .args(arguments);
    command::run(&format!("install {what} with pip"), &mut command)
        .map(drop)
        .map_err(|failure| {
            failure.help("check the network and pip's configuration, and run it again")
        })
}

/// What `python3 -m pip` needs in its environment: nothing where pip is installed, else the path of
/// Debian's own wheel of it.
fn pip(root: &Path, progress: Progress) -> Result<Vec<(OsString, OsString)>> {
    if command::in_path("python3").is_none() {
        return Err(
            environment("python3 is not installed; the tools of the tests run on it")
                .help("install python3 with the machine's package manager"),
        );
    }
    let installed = command::capture(Command::new("python3").args(["-m", "pip", "--version"]))?;
    if installed.status.success() {
        return Ok(Vec::new());
    }
    if !Apt::is_available() {
        return Err(environment("this machine's python3 has no pip")
            .help("install python3-pip with the machine's package manager"));
    }
    let wheel = packaged_pip(root, progress)?;
    Ok(vec![variable("PYTHONPATH", &wheel)])
}

/// pip from the Debian package that `venv` itself takes it from.
fn packaged_pip(root: &Path, progress: Progress) -> Result<PathBuf> {
    let shared = root.join("target").join("tools");
    let unpacked = shared.join("pip");
    let apt = Apt::new(&shared.join("apt"))?;
    let names = ["python3-pip-whl".to_owned()];
    host_libraries::fetch(&apt, &names, &shared.join("debs"), &unpacked, progress)?;
    let folder = unpacked.join("usr/share/python-wheels");
    let entries = fs::read_dir(&folder).map_err(|error| Failure::io("read", &folder, &error))?;
    let mut wheels = entries.flatten().map(|entry| entry.path());
    wheels
        .find(|path| path.extension().is_some_and(|extension| extension == "whl"))
        .ok_or_else(|| environment("the package python3-pip-whl has no wheel of pip"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads the machine's apt sources: one package of 2 MB.
    #[test]
    fn packaged_pip_runs() {
        if !Apt::is_available() {
            eprintln!("skipped: this machine has no apt");
            return;
        }
        let root = tempfile::tempdir().unwrap();
        let wheel = packaged_pip(root.path(), Progress::Silent).unwrap();
        let output = Command::new("python3")
            .args(["-S", "-m", "pip", "--version"])
            .env("PYTHONPATH", &wheel)
            .output()
            .unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        assert!(said.contains(wheel.to_str().unwrap()), "{said}");
    }
}
