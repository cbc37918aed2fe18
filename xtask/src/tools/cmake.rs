//! CMake and Ninja: what ESP-IDF builds with.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::esptool::pip;
use super::{Tool, write_wrapper};
use crate::failure::Result;
use crate::progress::Progress;
use crate::toolchain::command;

/// The packages that carry the programs: the newest CMake 3, which ESP-IDF 5 is used with.
const PACKAGES: [&str; 2] = ["cmake==3.31.10", "ninja==1.13.2"];

/// The programs of the packages, and where they lie: the scripts of the packages name a Python by its path.
const PROGRAMS: [(&str, &str); 2] = [
    ("cmake", "python/cmake/data/bin/cmake"),
    ("ninja", "python/bin/ninja"),
];

/// The path of `cmake`, installed with pip first if it is not here; `ninja` lies beside it.
///
/// # Errors
/// When there is no Python, no pip and no package of it, or no network: exit 14.
pub fn cmake(root: &Path) -> Result<PathBuf> {
    let progress = Progress::stderr();
    let tool = Tool::new(root, "cmake-3.31.10");
    tool.program("cmake", progress, |into| install(root, into, progress))
}

fn install(root: &Path, into: &Path, progress: Progress) -> Result<()> {
    let pip = pip(root, progress)?;
    let step = progress.step("installing CMake for tests", None);
    let mut command = Command::new("python3");
    command
        .envs(pip)
        .args(["-m", "pip", "install", "--quiet", "--no-input", "--no-deps"])
        .args(["--disable-pip-version-check", "--no-warn-script-location"])
        .arg("--target")
        .arg(into.join("python"))
        .args(PACKAGES);
    command::run("install CMake with pip", &mut command).map_err(|failure| {
        failure.help("check the network and pip's configuration, and run it again")
    })?;
    drop(step);
    for (program, binary) in PROGRAMS {
        let command = format!("\"$here/{binary}\"");
        write_wrapper(&into.join(program), "PYTHONPATH", &["python"], &command)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Installs packages: as the test of esptool.
    #[test]
    fn cmake_and_ninja_run() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let program = cmake(root).unwrap();
        for (name, version) in [("cmake", "cmake version 3.31.10"), ("ninja", "1.13.2")] {
            let mut command = Command::new(program.with_file_name(name));
            let output = command.arg("--version").output().unwrap();
            let said = String::from_utf8(output.stdout).unwrap();
            assert!(said.starts_with(version), "{said}");
        }
    }
}
