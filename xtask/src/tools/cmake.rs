//! CMake and Ninja: what ESP-IDF builds with.

use std::path::{Path, PathBuf};

use super::{Tool, pip, write_wrapper};
use crate::failure::Result;
use crate::progress::Progress;

/// What is asked of pip: the packages that carry the programs, the newest CMake 3, which ESP-IDF 5 is used with.
const REQUIREMENTS: [&str; 3] = ["--no-deps", "cmake==3.31.10", "ninja==1.13.2"];

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
    pip::install(root, "CMake", &REQUIREMENTS, into, progress)?;
    for (program, binary) in PROGRAMS {
        let command = format!("\"$here/{binary}\"");
        write_wrapper(&into.join(program), "PYTHONPATH", &["python"], &command)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::process::Command;

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
