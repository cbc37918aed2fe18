//! What goes into an image besides the files that the verdict is from: crates, and what they bring compiled.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::firmware::Workplace;
use super::lockfile::Lockfile;
use crate::digest::sha256_hex;
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::release::manifest::{BlobRecord, PackageRecord};
use crate::toolchain::TARGET;

mod blobs;

/// The lockfile of the firmware, below the root of the project.
pub const LOCKFILE: &str = "firmware/Cargo.lock";

/// What an image is made of.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Ingredients {
    /// Every crate that is compiled, ordered by name and version.
    pub crates: Vec<Crate>,
    /// Every object file and static library of a crate that is linked, ordered by crate and path.
    pub blobs: Vec<BlobRecord>,
    /// SHA-256 of [`LOCKFILE`].
    pub lockfile_sha256: String,
}

/// A crate.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Crate {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// SHA-256 of the archive that the registry gave out; `None` for a crate of this project, which is in the commit.
    pub sha256: Option<String>,
    /// What it is a changed copy of; `None` for what nobody changed.
    pub origin: Option<Origin>,
    /// Its licence as it says itself, as an SPDX expression.
    pub licence: Option<String>,
    /// What it is there for.
    pub role: CrateRole,
}

/// The published crate of the same name and version that a copy in this project was made of: `package.metadata.vendored` in
/// the manifest of the copy.
#[derive(Clone, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd)]
#[serde(deny_unknown_fields)]
pub struct Origin {
    /// SHA-256 of the archive that the registry gives out, hexadecimal.
    pub sha256: String,
    /// What was changed: a file below the root of the project.
    pub patch: String,
}

/// What a crate is there for.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum CrateRole {
    /// It runs while the image is built: build scripts, procedural macros and what these need.
    Build,
    /// It is linked into the image. What nothing calls is then left out by the linker.
    Linked,
}

impl CrateRole {
    /// The word of the statements.
    pub fn word(self) -> &'static str {
        match self {
            Self::Build => "build-crate",
            Self::Linked => "linked-crate",
        }
    }
}

impl Crate {
    /// Its package URL (<https://github.com/package-url/purl-spec>).
    pub fn purl(&self) -> String {
        purl_of_crate(&self.name, &self.version)
    }
}

impl BlobRecord {
    /// The package URL of its crate.
    pub fn purl(&self) -> String {
        purl_of_crate(&self.package, &self.version)
    }
}

/// The package URL of a package of the toolchain.
pub fn purl_of_package(provider: &str, package: &PackageRecord) -> String {
    let PackageRecord { name, version, .. } = package;
    let version = escaped(version);
    match provider {
        "debian" => format!("pkg:deb/debian/{name}@{version}?arch=amd64"),
        _ => format!("pkg:generic/{name}@{version}"),
    }
}

fn purl_of_crate(name: &str, version: &str) -> String {
    format!("pkg:cargo/{name}@{}", escaped(version))
}

/// Percent-encodes what a package URL wants encoded in a version.
fn escaped(version: &str) -> String {
    let keep = |byte: &u8| byte.is_ascii_alphanumeric() || b".-_~:".contains(byte);
    let mut text = String::new();
    for byte in version.bytes() {
        match keep(&byte) {
            true => text.push(char::from(byte)),
            false => text += &format!("%{byte:02X}"),
        }
    }
    text
}

/// Finds the ingredients of the image that is compiled in `workplace`.
///
/// # Errors
/// [`Exit::Environment`] when cargo does not say them, when it speaks of a crate that the lockfile does not have, and when the
/// sources of a linked crate cannot be read: an image with something in it that nobody lists is not released.
pub fn of(workplace: &Workplace, chip: &str) -> Result<Ingredients> {
    let path = workplace.root.join(LOCKFILE);
    let lockfile = std::fs::read(&path).map_err(|error| Failure::io("read", &path, &error))?;
    let tree = |edges: &str| {
        let form = ["--prefix", "none", "--format", "{p}", "--target", TARGET];
        let arguments = [&["-e", edges], &form[..]].concat();
        workplace.ask_cargo("tree", &arguments)
    };
    let metadata = ["--format-version", "1", "--filter-platform", TARGET];
    let metadata = workplace.ask_cargo("metadata", &metadata)?;
    let said = Said {
        lockfile: &lockfile,
        linked: &tree("normal,no-proc-macro")?,
        compiled: &tree("normal,build")?,
        metadata: &metadata,
    };
    let (crates, folders) = said.crates()?;
    Ok(Ingredients {
        blobs: blobs::of(&crates, &folders, chip)?,
        crates,
        lockfile_sha256: sha256_hex(&lockfile),
    })
}

/// What the lockfile and cargo say.
struct Said<'a> {
    lockfile: &'a [u8],
    linked: &'a [u8],
    compiled: &'a [u8],
    metadata: &'a [u8],
}

/// Name and version of a crate. One of each is in a lockfile.
type Key = (String, String);

impl Said<'_> {
    /// The crates, and where the sources of each are.
    fn crates(&self) -> Result<(Vec<Crate>, BTreeMap<Key, PathBuf>)> {
        let locked = locked(self.lockfile).map_err(unreadable)?;
        let metadata: Metadata = serde_json::from_slice(self.metadata)
            .map_err(|error| unreadable(format!("`cargo metadata`: {error}")))?;
        let packages = metadata.packages.into_iter();
        let described: BTreeMap<Key, Package> = packages
            .map(|package| ((package.name.clone(), package.version.clone()), package))
            .collect();
        let (linked, compiled) = (listed(self.linked)?, listed(self.compiled)?);
        let (mut crates, mut folders) = (Vec::new(), BTreeMap::new());
        for key in compiled.union(&linked) {
            let (Some(checksum), Some(package)) = (locked.get(key), described.get(key)) else {
                let (name, version) = key;
                return Err(unreadable(format!(
                    "{name} {version} is compiled, and {LOCKFILE} or `cargo metadata` does not have it"
                )));
            };
            let role = match linked.contains(key) {
                true => CrateRole::Linked,
                false => CrateRole::Build,
            };
            let folder = package.manifest_path.parent();
            folders.insert(key.clone(), folder.unwrap_or(Path::new("/")).to_owned());
            crates.push(Crate {
                name: key.0.clone(),
                version: key.1.clone(),
                sha256: checksum.clone(),
                // What other people's crates say in their metadata is not about us.
                origin: match checksum {
                    Some(_) => None,
                    None => package.origin()?,
                },
                licence: package.license.as_deref().map(spdx),
                role,
            });
        }
        Ok((crates, folders))
    }
}

/// The checksum of each crate of a lockfile, `None` for a crate without one, which is one of this project.
///
/// # Errors
/// What is wrong with it, as a lowercase fragment.
pub fn locked(lockfile: &[u8]) -> std::result::Result<BTreeMap<Key, Option<String>>, String> {
    let text = std::str::from_utf8(lockfile).map_err(|error| format!("{LOCKFILE}: {error}"))?;
    let checksums = Lockfile::parse(text).and_then(|lockfile| lockfile.checksums());
    checksums.map_err(|failure| format!("{LOCKFILE}: {}", failure.what))
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize, Serialize)]
struct Package {
    name: String,
    version: String,
    license: Option<String>,
    manifest_path: PathBuf,
    #[serde(default)]
    metadata: serde_json::Value,
}

impl Package {
    fn origin(&self) -> Result<Option<Origin>> {
        let said = self.metadata.get("vendored").cloned();
        said.map(serde_json::from_value)
            .transpose()
            .map_err(|error| {
                let path = self.manifest_path.display();
                unreadable(format!("{path}: package.metadata.vendored: {error}"))
            })
    }
}

/// The crates in what `cargo tree` prints: `name v1.2.3 (path or proc-macro) (*)`.
fn listed(tree: &[u8]) -> Result<BTreeSet<Key>> {
    let text = String::from_utf8_lossy(tree);
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    let key = |line: &str| {
        let mut words = line.split(' ');
        let name = words.next()?;
        let version = words.next()?.strip_prefix('v')?;
        Some((name.to_owned(), version.to_owned()))
    };
    let keys: BTreeSet<Key> = lines
        .map(|line| key(line).ok_or_else(|| unreadable(format!("`cargo tree` prints {line:?}"))))
        .collect::<Result<_>>()?;
    match keys.is_empty() {
        true => Err(unreadable("`cargo tree` prints no crate")),
        false => Ok(keys),
    }
}

/// A licence as an SPDX expression: the slash is how crates of old wrote OR.
fn spdx(licence: &str) -> String {
    let parts: Vec<_> = licence.split('/').map(str::trim).collect();
    parts.join(" OR ")
}

fn unreadable(seen: impl std::fmt::Display) -> Failure {
    let what = "nobody can say which crates the firmware is made of";
    Failure::new(Exit::Environment, what)
        .evidence(seen)
        .help("run `cargo tree --locked` in firmware/, and see what it says")
}

#[cfg(test)]
mod tests;
