//! Peer tools that tests hold our own results against: stock programs, pinned, below `target/tools/`.
//!
//! None of them is needed to build, sign or verify a firmware; `build-firmware --twice` changes the clock with one.

mod actionlint;
mod cargo_deny;
mod cmake;
mod esptool;
mod in_toto;
mod mbedtls;
mod packaged;
mod pip;
mod taplo;
mod zizmor;

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

pub use actionlint::actionlint;
pub use cargo_deny::cargo_deny;
pub use cmake::cmake;
pub use esptool::esptool;
pub use in_toto::in_toto;
pub use mbedtls::mbedtls_verify;
pub use packaged::{
    certtool, clippy_driver, jq, libfaketime, minisign, nginx, openssl, pkcs11_tool, qemu,
    shellcheck, softhsm,
};
pub use taplo::taplo;
pub use zizmor::zizmor;

use crate::failure::{Failure, Result};
use crate::lock::Lock;
use crate::progress::Progress;
use crate::toolchain::files::{self, write_whole};

/// A folder below `target/tools/` that appears whole or not at all.
struct Tool {
    directory: PathBuf,
    shared: PathBuf,
}

impl Tool {
    fn new(root: &Path, name: &str) -> Self {
        let root = std::path::absolute(root).unwrap_or_else(|_| root.to_path_buf());
        let shared = root.join("target").join("tools");
        Self {
            directory: shared.join(name),
            shared,
        }
    }

    /// The program at `below`, made by `install` if it is not there; `install` fills the folder it is
    /// given, which then becomes this tool's.
    fn program(
        &self,
        below: &str,
        progress: Progress,
        install: impl FnOnce(&Path) -> Result<()>,
    ) -> Result<PathBuf> {
        let program = self.directory.join(below);
        if program.is_file() {
            return Ok(program);
        }
        let lock = self.shared.join("lock");
        let _lock = Lock::acquire(&lock, "cargo xtask: fetching tools for tests", progress)?;
        if !program.is_file() {
            let temporary = files::temporary_in(&self.shared)?;
            install(temporary.path())?;
            files::replace(temporary, &self.directory)?;
        }
        Ok(program)
    }
}

/// Writes a shell script that sets `variable` to a folder beside it and runs `command` with its own
/// arguments. It may be moved together with the folder.
fn write_wrapper(path: &Path, variable: &str, folders: &[&str], command: &str) -> Result<()> {
    let value: Vec<String> = folders
        .iter()
        .map(|folder| format!("$here/{folder}"))
        .collect();
    let script = format!(
        "#!/bin/sh\nhere=$(cd \"$(dirname \"$0\")\" && pwd)\n{variable}=\"{}\" exec {command} \"$@\"\n",
        value.join(":")
    );
    write_whole(path, &script)?;
    make_executable(path)
}

/// Lets everybody run a file.
pub fn make_executable(path: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(0o755))
        .map_err(|error| Failure::io("write", path, &error))
}

/// `NAME=value` for a command, with a path as the value.
fn variable(name: &str, value: &Path) -> (OsString, OsString) {
    (name.into(), value.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;

    #[test]
    fn wrapper_passes_arguments_and_follows_its_folder() {
        let directory = tempfile::tempdir().unwrap();
        let place = directory.path().join("a place");
        files::create(&place).unwrap();
        let command = "sh -c 'echo \"$FOLDER|$1\"' --";
        write_wrapper(&place.join("tool"), "FOLDER", &["lib"], command).unwrap();
        let moved = directory.path().join("moved");
        fs::rename(&place, &moved).unwrap();
        let output = Command::new(moved.join("tool"))
            .arg("a b")
            .output()
            .unwrap();
        let expected = format!("{}/lib|a b\n", moved.display());
        assert_eq!(String::from_utf8(output.stdout).unwrap(), expected);
    }

    #[test]
    fn failed_installation_leaves_nothing_and_the_next_one_succeeds() {
        let root = tempfile::tempdir().unwrap();
        let tool = Tool::new(root.path(), "tool-1");
        let broken = tool.program("run", Progress::Silent, |into| {
            write_whole(&into.join("half"), "")?;
            Err(Failure::new(crate::exit::Exit::Environment, "interrupted"))
        });
        assert_eq!(broken.unwrap_err().what, "interrupted");
        assert!(!root.path().join("target/tools/tool-1").exists());
        let install = |into: &Path| write_whole(&into.join("run"), "");
        let program = tool.program("run", Progress::Silent, install).unwrap();
        assert!(program.is_file());
        let again = tool.program("run", Progress::Silent, |_| panic!("it is there"));
        assert_eq!(again.unwrap(), program);
    }
}
