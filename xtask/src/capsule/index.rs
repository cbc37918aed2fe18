//! `capsule.json`: what a capsule holds.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::digest::sha256_hex;
use crate::exit::Exit;
use crate::failure::{Failure, Result};

/// The schema.
pub const SCHEMA: &str = "perennial.capsule/1";
/// The name of the index, the first entry of the archive.
pub const FILE_NAME: &str = "capsule.json";

/// What a capsule holds. SHA-256 of its bytes identifies the capsule.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Index {
    /// [`SCHEMA`].
    pub schema: String,
    /// Version of the release.
    pub version: String,
    /// Its commit, 40 hexadecimal digits.
    pub commit: String,
    /// Where the project is in the repository: empty, or a path that ends with `/`.
    pub project: String,
    /// Every file, by path: `source/…` as in the commit, `crates/…`, `toolchain/…`, and `commit`, the commit itself as git
    /// stores it.
    pub files: BTreeMap<String, Entry>,
}

/// One file.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Entry {
    /// SHA-256 of its content, hexadecimal: the name of the object.
    pub sha256: String,
    /// Bytes.
    pub size: u64,
    /// The mode that git has for it: `100644`, `100755`, `120000` for a link.
    pub mode: String,
}

impl Index {
    /// The bytes of the index: JSON, two spaces of indentation, a final newline.
    pub fn to_bytes(&self) -> Vec<u8> {
        // Strings, numbers and maps with string keys: nothing that JSON cannot say.
        let mut bytes = serde_json::to_vec_pretty(self).unwrap_or_default();
        bytes.push(b'\n');
        bytes
    }

    /// Reads an index.
    ///
    /// # Errors
    /// [`Exit::Unreadable`] where it is none, and where a path would lead out of the folder it is unpacked to.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let unreadable = |problem: String| {
            Failure::new(
                Exit::Unreadable,
                format!("{FILE_NAME} of the capsule cannot be read"),
            )
            .evidence(problem)
        };
        let index: Self =
            serde_json::from_slice(bytes).map_err(|error| unreadable(error.to_string()))?;
        if index.schema != SCHEMA {
            return Err(unreadable(format!(
                "schema is `{}`, this tool reads `{SCHEMA}`",
                index.schema
            )));
        }
        let mut paths = index.files.keys().chain(std::iter::once(&index.project));
        if let Some(path) = paths.find(|path| !stays_inside(path)) {
            return Err(unreadable(format!("{path:?} is no path below a folder")));
        }
        let plain = |entry: &Entry| {
            let is_hash = entry.sha256.len() == 64
                && entry.sha256.bytes().all(|byte| byte.is_ascii_hexdigit());
            is_hash && ["100644", "100755", "120000"].contains(&entry.mode.as_str())
        };
        if let Some((path, _)) = index.files.iter().find(|(_, entry)| !plain(entry)) {
            return Err(unreadable(format!(
                "{path} has no hash, or a mode that no file has"
            )));
        }
        Ok(index)
    }

    /// SHA-256 of the index, hexadecimal: over the hashes in it, of everything in the capsule.
    pub fn identity(&self) -> String {
        sha256_hex(self.to_bytes())
    }
}

impl Entry {
    /// Where its content stands in the archive.
    pub fn object(&self) -> String {
        format!("objects/{}", self.sha256)
    }
}

fn stays_inside(path: &str) -> bool {
    let path = path.strip_suffix('/').unwrap_or(path);
    path.is_empty()
        || path
            .split('/')
            .all(|part| !["", ".", ".."].contains(&part) && !part.contains('\0'))
}
