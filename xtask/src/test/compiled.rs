//! What this checkout has compiled, for clones that begin with it.

use std::fs::File;
use std::path::Path;
use std::process::Command;

use crate::failure::{Failure, Result};
use crate::toolchain::command;

/// Copies the compiled crates of the checkout at `root` into the folder `debug`, which is there, while no cargo writes them.
/// The checkout's own crates are among them.
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
        .args(["--archive", ".fingerprint", "build", "deps"])
        .arg(debug);
    command::run("copy what is compiled", &mut copy).map(drop)
}

/// The lock that cargo holds while it compiles into this folder; free again when it is dropped.
fn cargo_lock(compiled: &Path) -> Result<File> {
    let path = compiled.join(".cargo-lock");
    let file = File::open(&path).map_err(|error| Failure::io("open", &path, &error))?;
    let locked = file.lock_shared();
    locked.map_err(|error| Failure::io("lock", &path, &error))?;
    Ok(file)
}
