//! Puts a release into `dist/`: whole or not at all.

use std::fs;
use std::path::{Path, PathBuf};

use super::contents::ReleaseContents;
use super::manifest::FILE_NAME;
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::signing::key_file::SigningKeyFile;
use crate::signing::release_directory::ReleaseDirectory;

/// What became of a release.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Placed {
    /// The same release was there already; it has the signatures that it had, and those that were missing.
    Already(PathBuf),
    /// It is there now.
    New(PathBuf),
}

impl Placed {
    /// Where the release is.
    pub fn path(&self) -> &Path {
        match self {
            Self::Already(path) | Self::New(path) => path,
        }
    }
}

/// Writes `release` to `<dist>/<version>`, signed with `keys`.
///
/// It is written and signed in `staging`, on the same file system, and then renamed: a process that is killed
/// leaves the directory complete or absent. What an earlier process left in `staging` is removed; the caller
/// holds the build lock.
///
/// # Errors
/// [`Exit::Unreadable`] when something cannot be written, and when another release of this version is there:
/// a published version never changes. A dirty version is nobody's release and is replaced.
pub fn place(
    release: &ReleaseContents,
    keys: &[SigningKeyFile],
    dist: &Path,
    staging: &Path,
) -> Result<Placed> {
    let target = dist.join(&release.manifest().version);
    if target.exists() {
        if is_same(release, &target) {
            sign(&target, keys)?;
            return Ok(Placed::Already(target));
        }
        if !release.manifest().dirty {
            return Err(different(release, &target));
        }
    }
    let staged = write_staged(release, staging)?;
    sign(&staged, keys)?;
    fs::create_dir_all(dist).map_err(|error| Failure::io("make", dist, &error))?;
    if target.exists() {
        fs::rename(&target, staging.join("replaced"))
            .map_err(|error| Failure::io("move away", &target, &error))?;
    }
    fs::rename(&staged, &target)
        .map_err(|error| Failure::io("move the release to", &target, &error))?;
    clear(staging)?;
    Ok(Placed::New(target))
}

/// Whether every unsigned file is there with the same bytes.
fn is_same(release: &ReleaseContents, target: &Path) -> bool {
    release
        .files()
        .iter()
        .all(|(name, bytes)| fs::read(target.join(name)).is_ok_and(|found| found == *bytes))
}

fn write_staged(release: &ReleaseContents, staging: &Path) -> Result<PathBuf> {
    clear(staging)?;
    let staged = staging.join("release");
    fs::create_dir_all(&staged).map_err(|error| Failure::io("make", &staged, &error))?;
    for (name, bytes) in release.files() {
        let path = staged.join(name);
        fs::write(&path, bytes)
            .and_then(|()| fs::File::open(&path)?.sync_all())
            .map_err(|error| Failure::io("write", &path, &error))?;
    }
    Ok(staged)
}

fn sign(directory: &Path, keys: &[SigningKeyFile]) -> Result<()> {
    if keys.is_empty() {
        return Ok(());
    }
    let release = ReleaseDirectory::open(directory)?;
    keys.iter().try_for_each(|key| release.sign(key).map(drop))
}

fn clear(staging: &Path) -> Result<()> {
    match fs::remove_dir_all(staging) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(Failure::io("empty", staging, &error))
        }
        _ => Ok(()),
    }
}

fn different(release: &ReleaseContents, target: &Path) -> Failure {
    let differs = |(name, bytes): &(&String, &Vec<u8>)| {
        !fs::read(target.join(name)).is_ok_and(|found| found == **bytes)
    };
    let names = release
        .files()
        .iter()
        .filter(differs)
        .map(|(name, _)| name.as_str())
        .collect::<Vec<_>>();
    let what = format!(
        "{} holds another release of this version; a release never changes",
        target.display()
    );
    Failure::new(Exit::Unreadable, what)
        .evidence(format!("these files differ: {}", names.join(", ")))
        .help(format!(
            "compare {FILE_NAME} (release date, channel, toolchain); build elsewhere with --output DIR, or move it away"
        ))
}
