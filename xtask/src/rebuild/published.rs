//! What was published: the manifest, and the files that are at hand.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::digest::sha256_hex;
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::project::Project;
use crate::release::folder;
use crate::release::integrity::sums_difference;
use crate::release::manifest::{FILE_NAME, ReleaseManifest};
use crate::signing::release_directory::{SUMS_NAME, is_signature_name};
use crate::signing::verify::signatures;
use crate::verify;

/// A published release.
#[derive(Debug)]
pub struct Published {
    path: PathBuf,
    manifest: ReleaseManifest,
    files: BTreeMap<String, Vec<u8>>,
}

impl Published {
    /// Reads a release: its folder, or its manifest alone, whose hashes are enough to compare with.
    ///
    /// # Errors
    /// [`Exit::Unreadable`] where there is none, and for one that was built with changes that are in no commit;
    /// [`Exit::Tampered`] where a file is not the one that the manifest names.
    pub fn read(path: &Path) -> Result<Self> {
        let is_folder = path.is_dir();
        let manifest_path = if is_folder {
            path.join(FILE_NAME)
        } else {
            path.to_owned()
        };
        let bytes = read(&manifest_path)?;
        let manifest = ReleaseManifest::from_bytes(&bytes).map_err(|problem| {
            let what = format!("{} is no release manifest", manifest_path.display());
            Failure::new(Exit::Unreadable, what)
                .evidence(problem)
                .help("give the folder of a release, or its release.json")
        })?;
        if manifest.dirty {
            let what = format!("release {} cannot be rebuilt", manifest.version);
            return Err(Failure::new(Exit::Unreadable, what)
                .evidence("it was built with changes that are in no commit")
                .help("release from a clean tree"));
        }
        let files = if is_folder {
            folder::files(path)?
        } else {
            BTreeMap::new()
        };
        let published = Self {
            path: path.to_owned(),
            manifest,
            files,
        };
        published.require_recorded()?;
        Ok(published)
    }

    /// What the release says of itself.
    pub fn manifest(&self) -> &ReleaseManifest {
        &self.manifest
    }

    /// Where it was read.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The bytes of a file, where the whole release is at hand.
    pub fn file(&self, name: &str) -> Option<&[u8]> {
        self.files.get(name).map(Vec::as_slice)
    }

    /// Demands that the keys of this project's policy signed the manifest: a rebuild runs what stands in its commit, on this
    /// machine.
    ///
    /// # Errors
    /// [`Exit::Tampered`] with every signature that is not right, or missing.
    pub fn require_signed(&self, project: &Project) -> Result<()> {
        let policy = verify::trusted_policy(project)?;
        let beside = match self.path.is_dir() {
            true => None,
            false => Some(folder::files(self.path.parent().unwrap_or(Path::new(".")))?),
        };
        let files = beside.as_ref().unwrap_or(&self.files).iter();
        let named = files.filter(|(name, _)| is_signature_name(name));
        let files: Vec<(&str, &[u8])> = named
            .map(|(name, bytes)| (name.as_str(), bytes.as_slice()))
            .collect();
        let bytes = self.manifest.to_bytes();
        let Err(problems) = signatures(&bytes, &files, &policy.signing) else {
            return Ok(());
        };
        let what = "the release is not signed by the keys of this project's policy, and a rebuild runs what its commit holds";
        let failure = problems
            .iter()
            .fold(Failure::new(Exit::Tampered, what), Failure::evidence);
        Err(failure.help("if you trust the commit: --dangerously-run-unsigned"))
    }

    /// A rebuild of files that were exchanged would accuse the wrong one.
    fn require_recorded(&self) -> Result<()> {
        if !self.path.is_dir() {
            return Ok(());
        }
        let mut wrong = Vec::new();
        match self.files.get(SUMS_NAME) {
            None => wrong.push(format!("{SUMS_NAME}: it is missing")),
            Some(sums) => {
                let difference = sums_difference(sums, &self.manifest);
                wrong.extend(difference.map(|found| format!("{SUMS_NAME}: {}", found.message)));
            }
        }
        for artefact in &self.manifest.artefacts {
            let Some(bytes) = self.files.get(&artefact.name) else {
                wrong.push(format!("{}: it is missing", artefact.name));
                continue;
            };
            let found = sha256_hex(bytes);
            let difference = artefact.difference(bytes.len() as u64, &found);
            wrong.extend(difference.map(|found| format!("{}: {}", artefact.name, found.message)));
        }
        if wrong.is_empty() {
            return Ok(());
        }
        let what = format!(
            "the release in {} is not what its manifest says",
            self.path.display()
        );
        let failure = Failure::new(Exit::Tampered, what);
        Err(wrong
            .into_iter()
            .fold(failure, Failure::evidence)
            .help("take it again from where it was published; `cargo xtask verify` says more"))
    }
}

fn read(path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path).map_err(|error| {
        Failure::io("read", path, &error).help("give the folder of a release, or its release.json")
    })
}
