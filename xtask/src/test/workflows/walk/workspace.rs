//! Where a job works, and what is compiled for all of them.

use std::fs;
use std::path::{Path, PathBuf};

use super::super::super::compiled;
use super::hosting::Hosting;
use crate::failure::{Failure, Result};
use crate::toolchain::TARGET;

/// The folder that a job works in: at the same path for each, so that what is compiled once serves all.
#[derive(Debug)]
pub(super) struct Workspace {
    path: PathBuf,
    /// What of `target` is lent to each job, while none has it.
    lent: PathBuf,
    /// The toolchain of this checkout, if it has one: it is not fetched again.
    toolchain: PathBuf,
}

impl Workspace {
    /// With what the checkout at `root` has compiled of the dependencies.
    pub(super) fn new(root: &Path, hosting: &Hosting) -> Result<Self> {
        let workspace = Self {
            path: hosting.at("workspace"),
            lent: hosting.at("lent"),
            toolchain: root.join("target/toolchain"),
        };
        let debug = workspace.lent.join(TOOL);
        fs::create_dir_all(&debug).map_err(|e| Failure::io("make", &debug, &e))?;
        compiled::copy(root, &debug)?;
        Ok(workspace)
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// An empty folder for the next job.
    pub(super) fn clear(&self) -> Result<()> {
        move_lent(&self.path.join("target"), &self.lent)?;
        if self.path.exists() {
            fs::remove_dir_all(&self.path).map_err(|e| Failure::io("remove", &self.path, &e))?;
        }
        fs::create_dir(&self.path).map_err(|e| Failure::io("make", &self.path, &e))
    }

    /// Gives a checkout what is compiled already.
    pub(super) fn lend_compiled(&self) -> Result<()> {
        let target = self.path.join("target");
        fs::create_dir_all(&target).map_err(|e| Failure::io("make", &target, &e))?;
        move_lent(&self.lent, &target)?;
        if self.toolchain.exists() {
            let link = target.join("toolchain");
            std::os::unix::fs::symlink(&self.toolchain, &link)
                .map_err(|e| Failure::io("make", &link, &e))?;
        }
        Ok(())
    }

    /// Forgets what is compiled of our own crates, of the tool and of the firmware: the next job compiles them itself. It finds
    /// the crates of others compiled: that two builds from nothing are the same, `--twice` and each rebuild show.
    pub(super) fn forget_own(&self) -> Result<()> {
        for target in [&self.lent, &self.path.join("target")] {
            let chip = format!("{FIRMWARE}/{TARGET}/release");
            for folder in [TOOL, &format!("{FIRMWARE}/release"), &chip] {
                compiled::forget_own(&target.join(folder))?;
            }
        }
        Ok(())
    }
}

/// What is compiled of the tool, in `target`.
const TOOL: &str = "debug";

/// What is compiled of the firmware, in `target`.
const FIRMWARE: &str = "firmware";

fn move_lent(from: &Path, into: &Path) -> Result<()> {
    for name in [TOOL, FIRMWARE] {
        let (from, into) = (from.join(name), into.join(name));
        if from.exists() {
            fs::rename(&from, &into).map_err(|e| Failure::io("move", &from, &e))?;
        }
    }
    Ok(())
}
