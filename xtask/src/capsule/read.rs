//! Reads a capsule: every object is what its name says, and everything that the index names is there, or nothing is used.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, BufReader, Read, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use super::LOCKED;
use super::index::{Entry, FILE_NAME, Index};
use super::repository;
use crate::build::Lockfile;
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::release::manifest::ReleaseManifest;
use crate::toolchain::files;

/// Most files of which a failure says what is wrong.
const MOST_SHOWN: usize = 20;

/// A larger index is an attack.
const MAX_INDEX: u64 = 64 << 20;

/// A capsule that was unpacked and found whole.
#[derive(Debug)]
pub struct Capsule {
    index: Index,
    objects: PathBuf,
}

impl Capsule {
    /// Unpacks the capsule at `path` into `folder`, which is empty.
    ///
    /// # Errors
    /// [`Exit::Unreadable`] where it is none or is cut off; [`Exit::Tampered`] with each file whose bytes are not those that
    /// the index names.
    pub fn unpack(path: &Path, folder: &Path) -> Result<Self> {
        let failed = |error: io::Error| {
            Failure::io("read", path, &error).help(
                "a capsule is what `cargo xtask capsule` writes; take it again from its source",
            )
        };
        let mut archive = tar::Archive::new(BufReader::new(File::open(path).map_err(failed)?));
        let mut entries = archive.entries().map_err(failed)?;
        let Some(first) = entries.next() else {
            return Err(failed(io::ErrorKind::UnexpectedEof.into()));
        };
        let mut first = first.map_err(failed)?;
        if first.path_bytes().as_ref() != FILE_NAME.as_bytes() {
            return Err(failed(io::Error::other(format!(
                "it does not begin with {FILE_NAME}"
            ))));
        }
        let mut bytes = Vec::new();
        (&mut first)
            .take(MAX_INDEX)
            .read_to_end(&mut bytes)
            .map_err(failed)?;
        let index = Index::from_bytes(&bytes)?;
        let objects = folder.join("objects");
        files::create(&objects)?;
        let mut unpacking = Unpacking::new(&index, &objects);
        for entry in entries {
            let mut entry = entry.map_err(failed)?;
            let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
            unpacking.object(&name, &mut entry).map_err(failed)?;
        }
        unpacking.finish(path)?;
        Ok(Self { index, objects })
    }

    /// What it holds.
    pub fn index(&self) -> &Index {
        &self.index
    }

    /// Demands that it is the capsule of this release, and holds nothing but its inputs: everything in it is used.
    ///
    /// # Errors
    /// [`Exit::Unreadable`] where it is that of another; [`Exit::Tampered`] with the first file that is no input.
    pub fn require_of(&self, manifest: &ReleaseManifest) -> Result<()> {
        if self.index.commit != manifest.commit {
            let Index {
                version, commit, ..
            } = &self.index;
            return Err(
                Failure::new(Exit::Unreadable, "the capsule is of another release")
                    .evidence(format!("capsule: {version} of commit {commit}"))
                    .evidence(format!(
                        "release: {} of commit {}",
                        manifest.version, manifest.commit
                    ))
                    .help("take the capsule of this release"),
            );
        }
        let mut files = self.index.files.iter();
        match files.find(|(path, entry)| !is_input(path, entry, manifest)) {
            None => Ok(()),
            Some((path, _)) => Err(Failure::new(
                Exit::Tampered,
                format!("{path} in the capsule is no input of the release"),
            )
            .evidence("a capsule has the commit, its files, crates, and the packages that release.json names")
            .help("take it again from its source")),
        }
    }

    /// Demands that every crate of the lockfiles in `checkout`, and every package of the toolchain, is in it, and no other crate: what
    /// is missing would be fetched, and what is built from would not be what is archived.
    ///
    /// # Errors
    /// [`Exit::Tampered`] with each that is missing, or is another than the lockfile says.
    pub fn require_whole(&self, checkout: &Path, manifest: &ReleaseManifest) -> Result<()> {
        let mut wanted = BTreeMap::new();
        for folder in LOCKED {
            let lockfile = Lockfile::read(&checkout.join(folder).join("Cargo.lock"))?;
            let crates = lockfile.crates().iter();
            wanted.extend(
                crates.map(|one| (format!("crates/{}", one.file_name()), one.checksum.clone())),
            );
        }
        let files = &self.index.files;
        let mut wrong: Vec<String> = wanted
            .iter()
            .filter_map(|(path, checksum)| match files.get(path) {
                None => Some(format!("{path}: it is missing")),
                Some(entry) if entry.sha256 != *checksum => Some(format!(
                    "{path}: its SHA-256 is {}, the lockfile says {checksum}",
                    entry.sha256
                )),
                Some(_) => None,
            })
            .collect();
        let crates = files.keys().filter(|path| path.starts_with("crates/"));
        let foreign = crates.filter(|path| !wanted.contains_key(*path));
        wrong.extend(foreign.map(|path| format!("{path}: no lockfile of the commit has it")));
        let packages = manifest.toolchain.packages.iter();
        let absent = packages.filter(|one| !files.values().any(|entry| entry.sha256 == one.sha256));
        wrong.extend(absent.map(|one| format!("package {}: it is missing", one.name)));
        if wrong.is_empty() {
            return Ok(());
        }
        let what = "the capsule does not hold the inputs of the release";
        let failure = Failure::new(Exit::Tampered, what);
        Err(wrong
            .into_iter()
            .take(MOST_SHOWN)
            .fold(failure, Failure::evidence)
            .help("take it again from its source, or make it again where the release was built"))
    }

    /// Puts the files below `prefix` into `folder`, by what is left of their paths.
    ///
    /// # Errors
    /// When one cannot be written.
    pub fn place(&self, prefix: &str, folder: &Path) -> Result<()> {
        files::create(folder)?;
        let below = self
            .index
            .files
            .iter()
            .filter_map(|(path, entry)| Some((path.strip_prefix(prefix)?, entry)));
        for (path, entry) in below {
            let (from, to) = (self.objects.join(&entry.sha256), folder.join(path));
            files::create(to.parent().unwrap_or(folder))?;
            std::fs::hard_link(&from, &to)
                .or_else(|_| std::fs::copy(&from, &to).map(drop))
                .map_err(|error| Failure::io("write", &to, &error))?;
        }
        Ok(())
    }

    /// Checks the recorded commit out into `folder`: the commit's own hash vouches for every file of it.
    ///
    /// # Errors
    /// [`Exit::Tampered`] where the files are not those of the commit.
    pub fn check_out(&self, folder: &Path) -> Result<()> {
        repository::check_out(&self.index, &self.objects, folder)
    }
}

/// Whether a file belongs into a capsule. The commit vouches for its files, its lockfiles for the crates, and the manifest for
/// the packages.
fn is_input(path: &str, entry: &Entry, manifest: &ReleaseManifest) -> bool {
    let parts: Vec<&str> = path.split('/').collect();
    match parts.as_slice() {
        ["commit"] | ["source", ..] => true,
        ["crates", name] => name.ends_with(".crate"),
        ["toolchain", folder, "debs", name] => {
            let packages = &manifest.toolchain.packages;
            let is_pinned = packages
                .iter()
                .any(|package| package.sha256 == entry.sha256);
            is_pinned && folder.starts_with("debian-") && name.ends_with(".deb")
        }
        _ => false,
    }
}

/// The objects of an archive, as they come.
struct Unpacking<'a> {
    folder: &'a Path,
    /// Size of each object that the index names.
    expected: BTreeMap<String, u64>,
    /// Paths by the object that they need.
    paths: BTreeMap<String, Vec<&'a str>>,
    found: BTreeSet<String>,
    wrong: Vec<String>,
}

impl<'a> Unpacking<'a> {
    fn new(index: &'a Index, folder: &'a Path) -> Self {
        let mut paths: BTreeMap<String, Vec<&str>> = BTreeMap::new();
        let mut expected = BTreeMap::new();
        for (path, entry) in &index.files {
            paths.entry(entry.object()).or_default().push(path);
            expected.insert(entry.object(), entry.size);
        }
        Self {
            folder,
            expected,
            paths,
            found: BTreeSet::new(),
            wrong: Vec::new(),
        }
    }

    fn object(&mut self, name: &str, bytes: &mut impl Read) -> io::Result<()> {
        let Some(size) = self.expected.get(name).copied() else {
            self.wrong
                .push(format!("{name}: the index does not name it"));
            return Ok(());
        };
        let hash = name.rsplit('/').next().unwrap_or(name);
        let mut file = File::create(self.folder.join(hash))?;
        let mut digest = Sha256::new();
        let mut buffer = vec![0; 1 << 18];
        let mut bytes = bytes.take(size.saturating_add(1));
        loop {
            let length = bytes.read(&mut buffer)?;
            if length == 0 {
                break;
            }
            digest.update(&buffer[..length]);
            file.write_all(&buffer[..length])?;
        }
        let found = hex::encode(digest.finalize());
        if found != hash {
            let paths = self
                .paths
                .get(name)
                .map_or_else(String::new, |paths| paths.join(", "));
            self.wrong.push(format!(
                "{paths}: its SHA-256 is {found}, the index says {hash}"
            ));
        }
        self.found.insert(name.to_owned());
        Ok(())
    }

    fn finish(mut self, path: &Path) -> Result<()> {
        for (object, paths) in &self.paths {
            if !self.found.contains(object) {
                self.wrong
                    .push(format!("{}: it is missing", paths.join(", ")));
            }
        }
        if self.wrong.is_empty() {
            return Ok(());
        }
        let what = format!("{} is damaged or was tampered with", path.display());
        let failure = Failure::new(Exit::Tampered, what);
        Err(self
            .wrong
            .into_iter()
            .take(MOST_SHOWN)
            .fold(failure, Failure::evidence)
            .help("take it again from its source"))
    }
}
