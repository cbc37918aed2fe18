//! What is compiled, for clones that begin with it.

use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::process::Command;

use crate::failure::{Failure, Result};
use crate::toolchain::command;

/// Copies the compiled crates of others of the checkout at `root` into the folder `debug`, which is there, while no cargo writes
/// them. The checkout's own crates are left out: cargo would take its programs for the clone's where the clone's files look older.
///
/// Copied, not shared: cargo would take the clone's sources for this checkout's in a folder that both use.
///
/// # Errors
/// Where nothing is compiled, or it cannot be copied.
pub fn copy(root: &Path, debug: &Path) -> Result<()> {
    let compiled = root.join("target/debug");
    let _lock = cargo_lock(&compiled)?;
    let mut copy = Command::new("cp");
    copy.current_dir(&compiled)
        .args(["--archive", "--parents", "--target-directory"])
        .arg(debug);
    for folder in FOLDERS {
        let names = names(&compiled.join(folder))?;
        let others = names
            .iter()
            .filter(|name| !is_own(name) && !is_program(folder, name));
        copy.args(others.map(|name| format!("{folder}/{name}")));
    }
    command::run("copy what is compiled", &mut copy).map(drop)
}

/// Forgets what is compiled of our own crates in this folder of cargo's, where it is there.
///
/// # Errors
/// Where it cannot be removed.
pub fn forget_own(compiled: &Path) -> Result<()> {
    for folder in FOLDERS.iter().chain(&["incremental"]) {
        let folder = compiled.join(folder);
        if !folder.exists() {
            continue;
        }
        for name in names(&folder)?.iter().filter(|name| is_own(name)) {
            let path = folder.join(name);
            let removed = match path.is_dir() {
                true => fs::remove_dir_all(&path),
                false => fs::remove_file(&path),
            };
            removed.map_err(|e| Failure::io("remove", &path, &e))?;
        }
    }
    Ok(())
}

/// Where cargo keeps what it compiled, and by what it knows that.
const FOLDERS: [&str; 3] = [".fingerprint", "build", DEPENDENCIES];

/// Where the compiled crates are.
const DEPENDENCIES: &str = "deps";

fn names(folder: &Path) -> Result<Vec<String>> {
    let failed = |error: io::Error| Failure::io("list", folder, &error);
    let entries: io::Result<Vec<_>> = fs::read_dir(folder).map_err(failed)?.collect();
    let entries = entries.map_err(failed)?.into_iter();
    let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
    Ok(names.collect())
}

/// Whether a name in one of the [`FOLDERS`] is a program: a tool or a test, which nothing else is made of.
fn is_program(folder: &str, name: &str) -> bool {
    folder == DEPENDENCIES && !name.contains('.')
}

/// Whether cargo names what it compiles of our crates so: with or without `lib`, with `-` or `_`, and a hash behind it.
fn is_own(name: &str) -> bool {
    let name = name.strip_prefix("lib").unwrap_or(name).replace('-', "_");
    let own = ["xtask", "trust", "device", "perennial_firmware"];
    own.iter().any(|own| {
        let rest = name.strip_prefix(own);
        rest.is_some_and(|rest| rest.starts_with(['_', '.']))
    })
}

/// The lock that cargo holds while it compiles into this folder; free again when it is dropped.
fn cargo_lock(compiled: &Path) -> Result<File> {
    let path = compiled.join(".cargo-lock");
    let file = File::open(&path).map_err(|error| Failure::io("open", &path, &error))?;
    let locked = file.lock_shared();
    locked.map_err(|error| Failure::io("lock", &path, &error))?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::is_own;

    #[test]
    fn own_crates_are_known_by_what_cargo_calls_them() {
        for own in [
            "device-0c1f5a6d4f3a9b2e",
            "libdevice-0c1f5a6d4f3a9b2e.rmeta",
            "perennial-firmware-0c1f5a6d4f3a9b2e",
            "perennial_firmware-0c1f5a6d4f3a9b2e.d",
            "xtask-0c1f5a6d4f3a9b2e",
        ] {
            assert!(is_own(own), "{own}");
        }
        for other in [
            "libc-0c1f5a6d4f3a9b2e",
            "libm-0c1f",
            "trusted-0c1f",
            "devices-0c1f",
        ] {
            assert!(!is_own(other), "{other}");
        }
    }
}
