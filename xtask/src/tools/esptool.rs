//! esptool: the vendor's own reader of ESP32 images.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{Tool, variable, write_wrapper};
use crate::failure::{Failure, Result};
use crate::progress::Progress;
use crate::toolchain::apt::Apt;
use crate::toolchain::command::{self, environment};
use crate::toolchain::host_libraries;

/// The version whose answers our tests know.
const VERSION: &str = "5.6.0";

/// The programs of the package, beside each other in the folder of the returned one.
const PROGRAMS: &[&str] = &["esptool", "espefuse", "espsecure"];

/// The path of `esptool`, installed with pip first if it is not here; `espsecure` and `espefuse` lie
/// beside it.
///
/// # Errors
/// When there is no Python, no pip and no package of it, or no network: exit 14.
pub fn esptool(root: &Path) -> Result<PathBuf> {
    let progress = Progress::stderr();
    let tool = Tool::new(root, &format!("esptool-{VERSION}"));
    tool.program("esptool", progress, |into| install(root, into, progress))
}

fn install(root: &Path, into: &Path, progress: Progress) -> Result<()> {
    let pip = pip(root, progress)?;
    let doing = format!("installing esptool {VERSION} for tests");
    let step = progress.step(&doing, None);
    let mut command = Command::new("python3");
    command
        .envs(pip)
        .args(["-m", "pip", "install", "--quiet", "--no-input"])
        .args(["--disable-pip-version-check", "--no-warn-script-location"])
        // A folder, not a virtual environment: Debian's Python has `venv` in a package of its own.
        .arg("--target")
        .arg(into.join("python"))
        .arg(format!("esptool=={VERSION}"));
    command::run(&format!("install esptool {VERSION} with pip"), &mut command).map_err(
        |failure| failure.help("check the network and pip's configuration, and run it again"),
    )?;
    drop(step);
    for program in PROGRAMS {
        let command = format!("python3 -m {program}");
        write_wrapper(&into.join(program), "PYTHONPATH", &["python"], &command)?;
    }
    Ok(())
}

/// What `python3 -m pip` needs in its environment: nothing where pip is installed, else the path of
/// Debian's own wheel of it.
pub(super) fn pip(root: &Path, progress: Progress) -> Result<Vec<(OsString, OsString)>> {
    if command::in_path("python3").is_none() {
        return Err(environment("python3 is not installed; esptool runs on it")
            .help("install python3 with the machine's package manager"));
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

    fn repository() -> &'static Path {
        Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
    }

    #[test]
    fn installed_esptool_is_the_pinned_one() {
        let program = esptool(repository()).unwrap();
        let output = Command::new(&program).arg("version").output().unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        assert!(said.contains(VERSION), "{said}");
        let signing = program.with_file_name("espsecure");
        let output = Command::new(signing).arg("--help").output().unwrap();
        assert!(output.status.success());
    }

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
