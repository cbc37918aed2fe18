//! Where a job works, and what is compiled for all of them.

use std::fs;
use std::path::{Path, PathBuf};

use super::super::super::compiled;
use super::hosting::Hosting;
use crate::failure::{Failure, Result};

/// The folder that a job works in: at the same path for each, so that what is compiled once serves all.
#[derive(Debug)]
pub(super) struct Workspace {
    path: PathBuf,
    /// `target/debug` while no job has it.
    compiled: PathBuf,
    /// The toolchain of this checkout, if it has one: it is not fetched again.
    toolchain: PathBuf,
}

impl Workspace {
    /// With what the checkout at `root` has compiled of the dependencies.
    pub(super) fn new(root: &Path, hosting: &Hosting) -> Result<Self> {
        let workspace = Self {
            path: hosting.at("workspace"),
            compiled: hosting.at("compiled"),
            toolchain: root.join("target/toolchain"),
        };
        fs::create_dir_all(&workspace.compiled)
            .map_err(|e| Failure::io("make", &workspace.compiled, &e))?;
        compiled::copy(root, &workspace.compiled)?;
        // Cargo would take this checkout's programs for the clone's, whose files look older.
        workspace.forget_own()?;
        Ok(workspace)
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// An empty folder for the next job.
    pub(super) fn clear(&self) -> Result<()> {
        let debug = self.path.join("target/debug");
        if debug.exists() {
            fs::rename(&debug, &self.compiled).map_err(|e| Failure::io("move", &debug, &e))?;
        }
        if self.path.exists() {
            fs::remove_dir_all(&self.path).map_err(|e| Failure::io("remove", &self.path, &e))?;
        }
        fs::create_dir(&self.path).map_err(|e| Failure::io("make", &self.path, &e))
    }

    /// Gives a checkout what is compiled already.
    pub(super) fn lend_compiled(&self) -> Result<()> {
        let target = self.path.join("target");
        fs::create_dir_all(&target).map_err(|e| Failure::io("make", &target, &e))?;
        let debug = target.join("debug");
        fs::rename(&self.compiled, &debug).map_err(|e| Failure::io("move", &debug, &e))?;
        if self.toolchain.exists() {
            let link = target.join("toolchain");
            std::os::unix::fs::symlink(&self.toolchain, &link)
                .map_err(|e| Failure::io("make", &link, &e))?;
        }
        Ok(())
    }

    /// Forgets what is compiled of our own crates: the next job compiles them itself.
    pub(super) fn forget_own(&self) -> Result<()> {
        let own = [
            "xtask",
            "libxtask",
            "trust",
            "libtrust",
            "device",
            "libdevice",
        ];
        for folder in [".fingerprint", "build", "deps", "incremental"] {
            let folder = self.compiled.join(folder);
            for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
                let name = entry.file_name().to_string_lossy().into_owned();
                let stem = name.split(['-', '.']).next().unwrap_or_default();
                if own.contains(&stem) {
                    let path = entry.path();
                    let removed = match path.is_dir() {
                        true => fs::remove_dir_all(&path),
                        false => fs::remove_file(&path),
                    };
                    removed.map_err(|e| Failure::io("remove", &path, &e))?;
                }
            }
        }
        Ok(())
    }
}
