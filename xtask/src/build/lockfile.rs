//! `Cargo.lock`: which crates are compiled, by name, version and checksum.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::Deserialize;

use crate::digest::sha256_hex;
use crate::exit::Exit;
use crate::failure::{Failure, Result};

/// The registry of crates, in the words of the lockfile; a mirror stands behind the same name.
const REGISTRY: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// The crates of a lockfile.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Lockfile {
    /// Those of the registry, by name and version.
    crates: Vec<LockedCrate>,
    /// Name and version of the project's own.
    own: BTreeSet<(String, String)>,
}

/// A crate whose content is fixed.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct LockedCrate {
    /// Name.
    pub name: String,
    /// Version.
    pub version: String,
    /// SHA-256 of its `.crate` file, hexadecimal.
    pub checksum: String,
}

#[derive(Deserialize)]
struct Raw {
    #[serde(default)]
    package: Vec<RawPackage>,
}

#[derive(Deserialize)]
struct RawPackage {
    name: String,
    version: String,
    source: Option<String>,
    checksum: Option<String>,
}

impl Lockfile {
    /// Reads the lockfile at `path`.
    ///
    /// # Errors
    /// [`Exit::Unreadable`] where it cannot be read; see [`Lockfile::parse`].
    pub fn read(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path).map_err(|e| Failure::io("read", path, &e))?;
        Self::parse(&text).map_err(|failure| failure.evidence(path.display()))
    }

    /// Reads the text of a lockfile. Crates without a source are the project's own, and fixed by its commit. A copy in the
    /// project may stand beside the crate of the registry that it was made of.
    ///
    /// # Errors
    /// [`Exit::Unreadable`] where it is none, or has a crate whose content it does not fix: of a git repository or another
    /// registry.
    pub fn parse(text: &str) -> Result<Self> {
        let unreadable = |what: String| Failure::new(Exit::Unreadable, what);
        let raw: Raw = toml::from_str(text).map_err(|error| {
            unreadable("the lockfile cannot be read".to_owned()).evidence(error)
        })?;
        let mut lockfile = Self {
            crates: Vec::new(),
            own: BTreeSet::new(),
        };
        for package in raw.package {
            lockfile.add(package)?;
        }
        lockfile.crates.sort();
        Ok(lockfile)
    }

    fn add(&mut self, package: RawPackage) -> Result<()> {
        let RawPackage {
            name,
            version,
            source,
            checksum,
        } = package;
        let unreadable = |what: String| Failure::new(Exit::Unreadable, what);
        let plain = |text: &str| {
            text.bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"-_.+".contains(&b))
        };
        if !plain(&name) || !plain(&version) || name.starts_with('.') {
            return Err(unreadable(format!(
                "the lockfile names no crate: {name:?} {version:?}"
            )));
        }
        let key = (name.clone(), version.clone());
        let is_twice = match source {
            None => self.own.contains(&key),
            Some(_) => self.crates.iter().any(|other| other.key() == key),
        };
        if is_twice {
            return Err(twice(&key));
        }
        let Some(source) = source else {
            self.own.insert(key);
            return Ok(());
        };
        let Some(checksum) = checksum.filter(|_| source == REGISTRY) else {
            let what = format!("{name} {version} has no checksum in the lockfile");
            return Err(unreadable(what).evidence(format!("it comes from {source}")).help(
                "take it from the registry, or put its source into the repository: nothing else fixes its content",
            ));
        };
        self.crates.push(LockedCrate {
            name,
            version,
            checksum,
        });
        Ok(())
    }

    /// The checksum of each crate, by name and version; of the project's own there is none.
    ///
    /// # Errors
    /// [`Exit::Unreadable`] where a name and version are those of a crate of the project and of one of the registry: which of
    /// them is compiled cannot be told by them.
    pub fn checksums(&self) -> Result<BTreeMap<(String, String), Option<String>>> {
        let own = self.own.iter().map(|own| (own.clone(), None));
        let mut checksums: BTreeMap<_, _> = own.collect();
        for package in &self.crates {
            let key = package.key();
            if checksums.contains_key(&key) {
                return Err(twice(&key));
            }
            checksums.insert(key, Some(package.checksum.clone()));
        }
        Ok(checksums)
    }

    /// The crates of the registry, by name and version.
    pub fn crates(&self) -> &[LockedCrate] {
        &self.crates
    }

    /// What identifies the set of crates: SHA-256 of `CHECKSUM  FILE` lines, hexadecimal.
    pub fn sha256(&self) -> String {
        let line =
            |package: &LockedCrate| format!("{}  {}\n", package.checksum, package.file_name());
        sha256_hex(self.crates.iter().map(line).collect::<String>())
    }
}

impl LockedCrate {
    fn key(&self) -> (String, String) {
        (self.name.clone(), self.version.clone())
    }

    /// The name of its file, as a registry serves it.
    pub fn file_name(&self) -> String {
        format!("{}.crate", self.folder_name())
    }

    /// The folder that the file unpacks to.
    pub fn folder_name(&self) -> String {
        format!("{}-{}", self.name, self.version)
    }
}

fn twice((name, version): &(String, String)) -> Failure {
    let what = format!("{name} {version} is there twice in the lockfile");
    Failure::new(Exit::Unreadable, what)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_checksum_fixes_is_refused() {
        for source in [
            "git+https://example.com/a#0123",
            "registry+https://example.com/index",
        ] {
            let text = format!(
                "[[package]]\nname = \"a\"\nversion = \"1.0.0\"\nsource = \"{source}\"\nchecksum = \"00\"\n"
            );
            let failure = Lockfile::parse(&text).unwrap_err();
            assert_eq!(failure.what, "a 1.0.0 has no checksum in the lockfile");
            assert_eq!(failure.evidence, [format!("it comes from {source}")]);
        }
        let text = format!(
            "[[package]]\nname = \"a/../b\"\nversion = \"1\"\nsource = \"{REGISTRY}\"\nchecksum = \"00\"\n"
        );
        assert!(
            Lockfile::parse(&text)
                .unwrap_err()
                .what
                .contains("names no crate")
        );
    }

    #[test]
    fn the_firmware_has_its_crates_from_the_registry() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let firmware = Lockfile::read(&root.join("firmware/Cargo.lock")).unwrap();
        let radio = firmware
            .crates()
            .iter()
            .find(|package| package.name == "esp-radio");
        assert_eq!(radio.unwrap().folder_name(), "esp-radio-1.0.0-beta.1");
        assert_eq!(radio.unwrap().checksum.len(), 64);
    }

    #[test]
    fn the_tool_has_a_copy_beside_what_it_was_made_of_and_the_firmware_has_the_copy_alone() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let copied = |package: &&LockedCrate| package.name == "embedded-tls";
        let tool = Lockfile::read(&root.join("Cargo.lock")).unwrap();
        assert_eq!(tool.crates().iter().filter(copied).count(), 1);
        let failure = tool.checksums().unwrap_err();
        assert_eq!(
            failure.what,
            "embedded-tls 0.19.0 is there twice in the lockfile"
        );
        let firmware = Lockfile::read(&root.join("firmware/Cargo.lock")).unwrap();
        let key = ("embedded-tls".to_owned(), "0.19.0".to_owned());
        assert_eq!(firmware.checksums().unwrap()[&key], None);
    }

    #[test]
    fn the_same_crate_twice_is_refused() {
        let own = "[[package]]\nname = \"a\"\nversion = \"1.0.0\"\n";
        let published = format!("{own}source = \"{REGISTRY}\"\nchecksum = \"00\"\n");
        for one in [own, &published] {
            let failure = Lockfile::parse(&format!("{one}{one}")).unwrap_err();
            assert_eq!(failure.what, "a 1.0.0 is there twice in the lockfile");
        }
    }
}
