//! Finds the inputs of a release: its commit in git, the crates in cargo's cache, the packages of the toolchain.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::LOCKED;
use crate::build::{self, Lockfile};
use crate::digest::sha256_hex;
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::git;
use crate::progress::Progress;
use crate::project::Project;
use crate::release::manifest::ReleaseManifest;
use crate::toolchain::{files, tree};

/// Everything that goes into a capsule.
#[derive(Debug)]
pub struct Contents {
    /// Where the project is in the repository: empty, or a path that ends with `/`.
    pub project: String,
    /// Mode and content of each file, by path.
    pub files: BTreeMap<String, (String, Content)>,
}

/// Where the content of a file is.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Content {
    /// Here.
    Bytes(Vec<u8>),
    /// In a file of this machine, which is the right one.
    File(PathBuf),
}

/// Gathers the inputs of `manifest`'s release.
///
/// # Errors
/// The first input that is not here and cannot be fetched.
pub fn gather(
    project: &Project,
    manifest: &ReleaseManifest,
    progress: Progress,
) -> Result<Contents> {
    let (repository, below) = git::place(&project.root)?;
    let mut contents = Contents {
        project: below,
        files: BTreeMap::new(),
    };
    progress.say(&format!("gathering the source of {}", manifest.commit));
    contents.add_source(Path::new(&repository), &manifest.commit)?;
    progress.say("gathering the crates");
    let private = project.private_folder();
    files::create(&private)?;
    let folder = tempfile::tempdir_in(&private)
        .map_err(|error| Failure::io("create a folder in", &private, &error))?;
    let checkout = folder.path().join("checkout");
    git::check_out(Path::new(&repository), &manifest.commit, &checkout)?;
    contents.add_crates(&checkout.join(&contents.project), progress)?;
    contents.add_toolchain(project, manifest)?;
    Ok(contents)
}

impl Contents {
    fn add(&mut self, path: String, mode: &str, content: Content) {
        self.files.insert(path, (mode.to_owned(), content));
    }

    /// The files of `commit`, and the commit itself.
    pub(super) fn add_source(&mut self, repository: &Path, commit: &str) -> Result<()> {
        self.add(
            "commit".to_owned(),
            "100644",
            Content::Bytes(git::commit_object(repository, commit)?),
        );
        for file in git::files_at(repository, commit)? {
            let bytes = git::blob(repository, &file.object)?;
            self.add(
                format!("source/{}", file.path),
                &file.mode,
                Content::Bytes(bytes),
            );
        }
        Ok(())
    }

    /// The crates that the lockfiles in `checkout` name: what is fetched is fetched for them, whatever today's need.
    fn add_crates(&mut self, checkout: &Path, progress: Progress) -> Result<()> {
        for folder in LOCKED.map(|folder| checkout.join(folder)) {
            let lockfile = Lockfile::read(&folder.join("Cargo.lock"))?;
            let archives = build::archives(&folder, &lockfile, progress)?;
            for (package, bytes) in lockfile.crates().iter().zip(archives) {
                self.add(
                    format!("crates/{}", package.file_name()),
                    "100644",
                    Content::Bytes(bytes),
                );
            }
        }
        Ok(())
    }

    /// The packages by their recorded hashes, wherever they lie below `target/toolchain`.
    fn add_toolchain(&mut self, project: &Project, manifest: &ReleaseManifest) -> Result<()> {
        if manifest.toolchain.provider != "debian" {
            let provider = &manifest.toolchain.provider;
            let what = format!(
                "a toolchain of `{provider}` is not pinned by content and goes into no capsule"
            );
            return Err(
                Failure::new(Exit::Environment, what).help("release with --provider debian")
            );
        }
        let mut wanted: BTreeMap<&str, &str> = BTreeMap::new();
        for package in &manifest.toolchain.packages {
            wanted.insert(&package.sha256, &package.name);
        }
        for folder in toolchains(project)? {
            let mut packages = listed(&folder.join("debs"))?;
            packages.retain(|path| path.is_file());
            for path in packages {
                let hash = tree::sha256_of(&path)?;
                if wanted.remove(hash.as_str()).is_some() {
                    self.add(
                        path_of("toolchain", &folder, &path),
                        "100644",
                        Content::File(path),
                    );
                }
            }
        }
        if wanted.is_empty() {
            return Ok(());
        }
        let names = wanted.values().copied().collect::<Vec<_>>().join(", ");
        Err(Failure::new(
            Exit::Environment,
            format!("packages of the release's toolchain are not here: {names}"),
        )
        .help("in a checkout of the release's commit: `cargo xtask toolchain fetch`"))
    }
}

fn toolchains(project: &Project) -> Result<Vec<PathBuf>> {
    let mut folders = listed(&project.root.join("target/toolchain"))?;
    folders.retain(|path| path.join("debs").is_dir());
    Ok(folders)
}

fn listed(folder: &Path) -> Result<Vec<PathBuf>> {
    let unlisted = |error| Failure::io("list", folder, &error);
    let entries = match std::fs::read_dir(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(unlisted)?,
    };
    let mut paths = entries
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<std::io::Result<Vec<_>>>()
        .map_err(unlisted)?;
    paths.sort();
    Ok(paths)
}

/// `<kind>/<name of folder>/debs/<name of file>`.
fn path_of(kind: &str, folder: &Path, file: &Path) -> String {
    let name = |path: &Path| {
        path.file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned()
    };
    format!("{kind}/{}/debs/{}", name(folder), name(file))
}

impl Content {
    /// Size and SHA-256 in hexadecimal.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn identity(&self) -> Result<(u64, String)> {
        match self {
            Self::Bytes(bytes) => Ok((bytes.len() as u64, sha256_hex(bytes))),
            Self::File(path) => {
                let metadata =
                    std::fs::metadata(path).map_err(|e| Failure::io("read", path, &e))?;
                Ok((metadata.len(), tree::sha256_of(path)?))
            }
        }
    }
}
