//! The packaged source of `core` and `alloc`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::command::{self, environment};
use super::pins::SOURCE_PACKAGE;
use crate::failure::{Failure, Result};

/// Unpacks the folder `library` of the source package, a fifth of it, below `into`.
///
/// # Errors
/// When dpkg-deb or tar fails.
pub fn unpack_library(deb: &Path, into: &Path) -> Result<()> {
    let mut packed = Command::new("dpkg-deb")
        .env("LC_ALL", "C")
        .arg("--fsys-tarfile")
        .arg(deb)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| environment("cannot run `dpkg-deb`").evidence(error))?;
    let tar = packed.stdout.take().map(|archive| {
        let mut tar = Command::new("tar");
        tar.env("LC_ALL", "C")
            .args(["--extract", "--no-same-owner", "--wildcards", "--directory"])
            .arg(into)
            .arg("./usr/src/rustc-*/library");
        command::run_fed(
            "unpack the source of `core`",
            &mut tar,
            Stdio::from(archive),
        )
    });
    let status = packed
        .wait()
        .map_err(|error| environment("cannot run `dpkg-deb`").evidence(error))?;
    tar.unwrap_or(Ok(()))?;
    if status.success() {
        return Ok(());
    }
    Err(environment(format!("cannot unpack {}", deb.display()))
        .evidence(format!("`dpkg-deb` ended with {status}")))
}

/// The folder `library` of the unpacked source.
///
/// # Errors
/// When there is none.
pub fn find_library(source: &Path) -> Result<PathBuf> {
    let folder = source.join("usr/src");
    let entries = fs::read_dir(&folder).map_err(|error| Failure::io("read", &folder, &error))?;
    entries
        .flatten()
        .map(|entry| entry.path().join("library"))
        .find(|path| path.is_dir())
        .ok_or_else(|| environment(format!("no source of `core` in {SOURCE_PACKAGE}")))
}
