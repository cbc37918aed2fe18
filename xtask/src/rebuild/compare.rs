//! The rebuilt files beside the published ones.

use std::path::Path;

use sha2::{Digest as _, Sha256};

use super::published::Published;
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::release::manifest::FILE_NAME;

/// What came of a rebuild.
#[derive(Debug)]
pub struct Comparison {
    /// Each unsigned file, ordered by name.
    pub files: Vec<Compared>,
}

/// One published file beside the rebuilt one.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Compared {
    /// Its name in the release.
    pub name: String,
    /// SHA-256 of the published file, hexadecimal.
    pub published: String,
    /// SHA-256 of the rebuilt file, hexadecimal.
    pub rebuilt: String,
}

impl Comparison {
    /// Compares the release in the folder `rebuilt` with what was published.
    ///
    /// # Errors
    /// When a rebuilt file cannot be read.
    pub fn of(published: &Published, rebuilt: &Path) -> Result<Self> {
        let manifest = published.manifest();
        let mut names: Vec<_> = manifest
            .artefacts
            .iter()
            .map(|one| (one.name.clone(), one.sha256.clone()))
            .collect();
        names.push((
            FILE_NAME.to_owned(),
            hex::encode(Sha256::digest(manifest.to_bytes())),
        ));
        names.sort();
        let compared = |(name, published): (String, String)| {
            let path = rebuilt.join(&name);
            let bytes = std::fs::read(&path).map_err(|error| Failure::io("read", &path, &error))?;
            Ok(Compared {
                name,
                published,
                rebuilt: hex::encode(Sha256::digest(bytes)),
            })
        };
        let files = names
            .into_iter()
            .map(compared)
            .collect::<Result<Vec<_>>>()?;
        Ok(Self { files })
    }

    /// Whether every file has the published bytes.
    pub fn is_match(&self) -> bool {
        self.files.iter().all(|file| file.published == file.rebuilt)
    }

    /// For people: a line for each file.
    pub fn human(&self) -> String {
        let line = |file: &Compared| {
            let word = if file.published == file.rebuilt {
                "match   "
            } else {
                "mismatch"
            };
            format!("{word}  {}  {}\n", file.rebuilt, file.name)
        };
        self.files.iter().map(line).collect()
    }

    /// What the command ends with.
    pub fn exit(&self) -> Exit {
        if self.is_match() {
            Exit::Done
        } else {
            Exit::NotReproducible
        }
    }
}
