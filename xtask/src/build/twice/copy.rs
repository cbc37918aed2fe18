//! The same files under other paths.

use std::fs;
use std::path::{Path, PathBuf};

use crate::failure::{Failure, Result};
use crate::git;
use crate::toolchain::{Provider, Toolchain, files};

/// Copies what git knows or would add, as it lies in the folder: last name first.
///
/// # Errors
/// When a file cannot be read or written.
pub fn checkout(repository: &Path, into: &Path) -> Result<()> {
    let mut paths = git::working_files(repository)?;
    paths.sort();
    for path in paths.iter().rev() {
        let (from, to) = (repository.join(path), into.join(path));
        let Ok(metadata) = fs::symlink_metadata(&from) else {
            continue; // Deleted, and not committed yet.
        };
        files::create(to.parent().unwrap_or(into))?;
        let copied = if metadata.is_symlink() {
            fs::read_link(&from).and_then(|target| std::os::unix::fs::symlink(target, &to))
        } else if metadata.is_file() {
            fs::copy(&from, &to).map(drop)
        } else {
            continue; // The folder of a submodule.
        };
        copied.map_err(|error| Failure::io("copy", &from, &error))?;
    }
    Ok(())
}

/// The toolchain under another path: the same bytes.
///
/// # Errors
/// When a file cannot be linked or copied.
pub fn toolchain(toolchain: &Toolchain, into: &Path) -> Result<Toolchain> {
    // Debian's compiler finds its sysroot, `usr`, from beside it.
    let from = match toolchain.provider {
        Provider::Debian => toolchain.sysroot.parent().unwrap_or(&toolchain.sysroot),
        Provider::Rustup => &toolchain.sysroot,
    };
    files::link_tree(from, into)?;
    let moved = |path: &Path| {
        let below = path.strip_prefix(from);
        below.map_or_else(|_| path.to_owned(), |below| into.join(below))
    };
    let libraries = |path: &PathBuf| {
        let folders = std::env::split_paths(path).map(|folder| moved(&folder));
        std::env::join_paths(folders).map_or_else(|_| path.clone(), PathBuf::from)
    };
    Ok(Toolchain {
        rustc: moved(&toolchain.rustc),
        linker: moved(&toolchain.linker),
        library_path: toolchain.library_path.as_ref().map(libraries),
        sysroot: moved(&toolchain.sysroot),
        ..toolchain.clone()
    })
}
