//! The locked crates of the firmware, unpacked from the files whose checksums its lockfile has.
//!
//! Cargo compares a crate with its checksum when it downloads it, and never again. What is compiled here is unpacked from
//! the compared file, and compared again when anything was written to it since.

use std::io::Read;
use std::path::{Component, Path, PathBuf};

use flate2::read::GzDecoder;

use super::lockfile::{LockedCrate, Lockfile};
use crate::digest::sha256_hex;
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::progress::Progress;
use crate::toolchain::files::{self, write_whole};
use crate::toolchain::tree::{self, Manifest};

/// No crate of a firmware comes near it; a file that unpacks to more is an attack.
const MAX_UNPACKED: u64 = 1 << 30;

/// A folder with one folder for each crate of a lockfile, which cargo takes for a registry.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Crates {
    folder: PathBuf,
}

impl Crates {
    /// The crates of `lockfile` in `store`, unpacked first from the `.crate` files in `archives` if they are not there or not
    /// as they were.
    ///
    /// # Errors
    /// [`Exit::Environment`] where a crate is missing or is not the locked one.
    pub fn in_store(
        store: &Path,
        lockfile: &Lockfile,
        archives: &[PathBuf],
        progress: Progress,
    ) -> Result<Self> {
        let place = Place::new(store, lockfile);
        if !place.is_unchanged()? {
            place.fill(lockfile, archives, progress)?;
        }
        Ok(Self {
            folder: place.sources(),
        })
    }

    /// The same crates in another folder.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn linked(&self, into: &Path) -> Result<Self> {
        files::link_tree(&self.folder, into)?;
        Ok(Self {
            folder: into.to_owned(),
        })
    }

    /// The folder, in which a crate stands as `<name>-<version>`.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// What tells cargo to take every crate from there.
    pub fn cargo_arguments(&self) -> Vec<String> {
        // What JSON writes as a string, TOML reads as the same.
        let folder = serde_json::Value::from(self.folder.display().to_string());
        [
            "source.crates-io.replace-with=\"locked\"".to_owned(),
            format!("source.locked.directory={folder}"),
        ]
        .into_iter()
        .flat_map(|setting| ["--config".to_owned(), setting])
        .collect()
    }
}

/// Where cargo keeps the files that it downloaded: a folder for each registry, named for its host. A mirror has another
/// name, and the same crates.
pub fn archives_of_cargo(cargo_home: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(cargo_home.join("registry/cache"));
    let mut folders: Vec<PathBuf> = entries
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .collect();
    folders.sort();
    folders
}

/// The file of a crate, whose content is the locked one.
///
/// # Errors
/// [`Exit::Environment`] where none of the folders has it; what is there and differs is named.
pub fn archive(package: &LockedCrate, archives: &[PathBuf]) -> Result<Vec<u8>> {
    let name = package.file_name();
    let mut seen = Vec::new();
    for path in archives.iter().map(|folder| folder.join(&name)) {
        let Ok(bytes) = std::fs::read(&path) else {
            continue;
        };
        let found = sha256_hex(&bytes);
        if found == package.checksum {
            return Ok(bytes);
        }
        seen.push(format!("{} has {found}", path.display()));
    }
    let what = if seen.is_empty() {
        format!("{name} is not here")
    } else {
        format!("{name} is not the crate of the lockfile")
    };
    let failure = Failure::new(Exit::Environment, what)
        .evidence(format!("the lockfile has {}", package.checksum));
    Err(seen.into_iter().fold(failure, Failure::evidence).help(
        "remove the file and connect to the package registry once; if it stays, somebody changed the crate",
    ))
}

/// The crates of one lockfile in a store.
struct Place(PathBuf);

impl Place {
    fn new(store: &Path, lockfile: &Lockfile) -> Self {
        let store = std::path::absolute(store).unwrap_or_else(|_| store.to_owned());
        Self(store.join(&lockfile.sha256()[..12]))
    }

    fn sources(&self) -> PathBuf {
        self.0.join("sources")
    }

    fn manifest(&self) -> PathBuf {
        self.0.join("manifest")
    }

    fn stamp(&self) -> PathBuf {
        self.0.join("stamp")
    }

    /// Cheap when nothing was written since the last time, thorough when something was.
    fn is_unchanged(&self) -> Result<bool> {
        let Ok(manifest) = std::fs::read_to_string(self.manifest()) else {
            return Ok(false);
        };
        let stamp = tree::stamp(&self.sources())?;
        if std::fs::read_to_string(self.stamp()).ok().as_ref() == Some(&stamp) {
            return Ok(true);
        }
        let manifest = Manifest::parse(&manifest, &self.manifest())?;
        let is_same = manifest
            .differences(&Manifest::of(&self.sources())?)
            .is_empty();
        if is_same {
            write_whole(&self.stamp(), &stamp)?;
        }
        Ok(is_same)
    }

    fn fill(&self, lockfile: &Lockfile, archives: &[PathBuf], progress: Progress) -> Result<()> {
        let _step = progress.step("unpacking the locked crates", None);
        let store = self.0.parent().unwrap_or(&self.0);
        let temporary = files::temporary_in(store)?;
        let sources = temporary.path().join("sources");
        files::create(&sources)?;
        for package in lockfile.crates() {
            unpack(package, &archive(package, archives)?, &sources)?;
        }
        let manifest = Manifest::of(&sources)?.to_string();
        write_whole(&temporary.path().join("manifest"), &manifest)?;
        files::replace(temporary, &self.0)?;
        write_whole(&self.stamp(), &tree::stamp(&self.sources())?)
    }
}

/// Unpacks a crate as cargo would, with the note by which cargo takes the folder for the locked crate.
fn unpack(package: &LockedCrate, bytes: &[u8], into: &Path) -> Result<()> {
    let folder = into.join(package.folder_name());
    let failed = |error: std::io::Error| Failure::io("unpack", &folder, &error);
    let mut archive = tar::Archive::new(GzDecoder::new(bytes).take(MAX_UNPACKED));
    for entry in archive.entries().map_err(failed)? {
        let mut entry = entry.map_err(failed)?;
        let path = entry.path().map_err(failed)?.into_owned();
        let kind = entry.header().entry_type();
        if !is_inside(&path, &package.folder_name()) || !(kind.is_file() || kind.is_dir()) {
            let what = format!("{} has an entry that no crate has", package.file_name());
            return Err(Failure::new(Exit::Environment, what).evidence(path.display()));
        }
        entry.unpack_in(into).map_err(failed)?;
    }
    let note = serde_json::json!({ "files": {}, "package": package.checksum });
    write_whole(&folder.join(".cargo-checksum.json"), &note.to_string())
}

fn is_inside(path: &Path, folder: &str) -> bool {
    let mut parts = path.components();
    parts.next() == Some(Component::Normal(folder.as_ref()))
        && parts.all(|part| matches!(part, Component::Normal(_)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::{Compression, write::GzEncoder};

    fn crate_file(entries: &[(&str, &str)]) -> Vec<u8> {
        let mut tar = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
        for (path, text) in entries {
            let mut header = tar::Header::new_gnu();
            header.set_size(text.len() as u64);
            header.set_mode(0o644);
            // As an attacker would: without the library's own checks.
            header.as_old_mut().name[..path.len()].copy_from_slice(path.as_bytes());
            header.set_cksum();
            tar.append(&header, text.as_bytes()).unwrap();
        }
        tar.into_inner().unwrap().finish().unwrap()
    }

    fn lockfile(bytes: &[u8]) -> Lockfile {
        let checksum = sha256_hex(bytes);
        let source = "registry+https://github.com/rust-lang/crates.io-index";
        Lockfile::parse(&format!(
            "version = 4\n[[package]]\nname = \"us\"\nversion = \"1.0.0\"\n\
             [[package]]\nname = \"a\"\nversion = \"1.0.0\"\nsource = \"{source}\"\nchecksum = \"{checksum}\"\n"
        ))
        .unwrap()
    }

    struct Case {
        folder: tempfile::TempDir,
        lockfile: Lockfile,
    }

    impl Case {
        fn new(entries: &[(&str, &str)]) -> Self {
            let bytes = crate_file(entries);
            let folder = tempfile::tempdir().unwrap();
            std::fs::create_dir(folder.path().join("archives")).unwrap();
            std::fs::write(folder.path().join("archives/a-1.0.0.crate"), &bytes).unwrap();
            let lockfile = lockfile(&bytes);
            Self { folder, lockfile }
        }

        fn path(&self, below: &str) -> PathBuf {
            self.folder.path().join(below)
        }

        fn crates(&self) -> Result<Crates> {
            let archives = [self.path("nowhere"), self.path("archives")];
            let store = self.path("store");
            Crates::in_store(&store, &self.lockfile, &archives, Progress::Silent)
        }
    }

    const SOUND: &[(&str, &str)] = &[
        ("a-1.0.0/Cargo.toml", "[package]\n"),
        ("a-1.0.0/src/lib.rs", ""),
    ];

    #[test]
    fn what_was_changed_after_it_was_unpacked_is_unpacked_again() {
        let case = Case::new(SOUND);
        let manifest = case.crates().unwrap().folder().join("a-1.0.0/Cargo.toml");
        assert_eq!(std::fs::read_to_string(&manifest).unwrap(), "[package]\n");
        std::fs::write(&manifest, "[package]\n#").unwrap();
        case.crates().unwrap();
        assert_eq!(std::fs::read_to_string(&manifest).unwrap(), "[package]\n");
        // What is there and right needs no archive.
        std::fs::remove_dir_all(case.path("archives")).unwrap();
        case.crates().unwrap();
    }

    #[test]
    fn a_changed_crate_is_named_and_nothing_is_left() {
        let case = Case::new(SOUND);
        let archive = case.path("archives/a-1.0.0.crate");
        let mut bytes = std::fs::read(&archive).unwrap();
        bytes.push(0);
        std::fs::write(&archive, bytes).unwrap();
        let failure = case.crates().unwrap_err();
        assert_eq!(failure.exit, Exit::Environment);
        assert_eq!(
            failure.what,
            "a-1.0.0.crate is not the crate of the lockfile"
        );
        assert!(!failure.help.is_empty());
        assert_eq!(std::fs::read_dir(case.path("store")).unwrap().count(), 0);
        std::fs::remove_file(archive).unwrap();
        assert_eq!(case.crates().unwrap_err().what, "a-1.0.0.crate is not here");
    }

    #[test]
    fn entries_outside_of_the_crate_are_refused() {
        for path in ["b-1.0.0/src/lib.rs", "a-1.0.0/../../x", "/tmp/x", "x"] {
            let failure = Case::new(&[(path, "")]).crates().unwrap_err();
            assert_eq!(failure.what, "a-1.0.0.crate has an entry that no crate has");
        }
    }
}
