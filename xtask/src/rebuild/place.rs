//! Where a release is built again: the recorded commit, alone, with nothing of the working tree.

use std::path::{Path, PathBuf};

use crate::capsule::Capsule;
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::git;
use crate::progress::Progress;
use crate::project::Project;
use crate::release::manifest::ReleaseManifest;
use crate::toolchain::files;

/// A checkout of one commit.
#[derive(Debug)]
pub struct Place {
    /// Everything of it.
    folder: PathBuf,
    /// The project.
    pub root: PathBuf,
    /// Cargo's home, where it has the crates of a capsule.
    pub cargo_home: Option<PathBuf>,
}

impl Place {
    /// The commit from the project's own repository.
    ///
    /// # Errors
    /// Where the repository does not have the commit.
    pub fn from_repository(
        project: &Project,
        manifest: &ReleaseManifest,
        private: &Path,
        progress: Progress,
    ) -> Result<Self> {
        let (repository, below) = git::place(&project.root)?;
        let repository = Path::new(&repository);
        if !git::has_commit(repository, &manifest.commit) {
            return Err(missing(&manifest.commit));
        }
        progress.say(&format!("checking out {}", manifest.commit));
        let folder = emptied(private)?;
        let checkout = folder.join("checkout");
        git::check_out(repository, &manifest.commit, &checkout)?;
        let root = checkout.join(below);
        lend_toolchain(&project.root, &root)?;
        Ok(Self {
            folder,
            root,
            cargo_home: None,
        })
    }

    /// The commit, the crates and the toolchain from a capsule.
    ///
    /// # Errors
    /// Where the capsule cannot be read, is damaged, or is of another release.
    pub fn from_capsule(
        capsule: &Path,
        manifest: &ReleaseManifest,
        private: &Path,
        progress: Progress,
    ) -> Result<Self> {
        progress.say(&format!("unpacking {}", capsule.display()));
        let folder = emptied(private)?;
        let capsule = Capsule::unpack(capsule, &folder)?;
        capsule.require_of(manifest)?;
        let checkout = folder.join("checkout");
        capsule.check_out(&checkout)?;
        let root = checkout.join(&capsule.index().project);
        capsule.require_whole(&root, manifest)?;
        let cargo_home = folder.join("cargo");
        capsule.place("crates/", &cargo_home.join("registry/cache/capsule"))?;
        capsule.place("toolchain/", &root.join("target/toolchain"))?;
        Ok(Self {
            folder,
            root,
            cargo_home: Some(cargo_home),
        })
    }

    /// Removes it, when everything was said of it.
    ///
    /// # Errors
    /// When it cannot be removed.
    pub fn remove(&self) -> Result<()> {
        files::remove_folder(&self.folder)
    }
}

/// The toolchains that are here: what is unpacked is compared with its manifest before it is used.
fn lend_toolchain(from: &Path, to: &Path) -> Result<()> {
    let below = Path::new("target/toolchain");
    let from = from.join(below);
    let Ok(entries) = std::fs::read_dir(&from) else {
        return Ok(());
    };
    for entry in entries.flatten() {
        if entry.file_name().to_string_lossy().starts_with("debian-") {
            // Copies: what runs there must not be able to write into ours.
            files::copy_tree(&entry.path(), &to.join(below).join(entry.file_name()))?;
        }
    }
    Ok(())
}

fn emptied(folder: &Path) -> Result<PathBuf> {
    files::remove_folder(folder)?;
    files::create(folder)?;
    Ok(folder.to_owned())
}

fn missing(commit: &str) -> Failure {
    Failure::new(Exit::Unreadable, format!("this repository does not have commit {commit}"))
        .help("fetch it: `git fetch --tags`, `git fetch --unshallow`; or rebuild from a capsule: --capsule FILE")
}
