//! Many objects of a repository in one go: a history has thousands of them, and each process costs milliseconds.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::output;
use crate::exit::Exit;
use crate::failure::{Failure, Result};

/// Objects as git stores them, read once each. Replacements of objects take no part.
#[derive(Debug)]
pub struct Objects {
    root: PathBuf,
    read: BTreeMap<String, Vec<u8>>,
}

/// An entry of a folder as git stores it.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct TreeEntry {
    /// Six digits, as `git ls-tree` prints them: `100644`.
    pub mode: String,
    /// Its name; what is not UTF-8 is replaced.
    pub name: String,
    /// What git calls its content.
    pub object: String,
}

impl Objects {
    /// Those of the repository at `root`.
    pub fn of(root: &Path) -> Self {
        Self {
            root: root.to_owned(),
            read: BTreeMap::new(),
        }
    }

    /// Reads those that were not read yet.
    ///
    /// # Errors
    /// [`Exit::Unreadable`] where git does not have one of them.
    pub fn load<'n>(&mut self, names: impl IntoIterator<Item = &'n String>) -> Result<()> {
        let missing = names
            .into_iter()
            .filter(|name| !self.read.contains_key(*name));
        let mut missing: Vec<&String> = missing.collect();
        missing.sort_unstable();
        missing.dedup();
        if missing.is_empty() {
            return Ok(());
        }
        let input: String = missing.iter().map(|name| format!("{name}\n")).collect();
        let arguments = ["--no-replace-objects", "cat-file", "--batch"];
        let told = output(&self.root, &arguments, input.as_bytes())?;
        let mut rest = told.as_slice();
        for name in missing {
            let (bytes, behind) = split(rest).ok_or_else(|| absent(name))?;
            self.read.insert(name.clone(), bytes.to_owned());
            rest = behind;
        }
        Ok(())
    }

    /// The bytes of an object.
    ///
    /// # Errors
    /// [`Exit::Bug`] where it was not loaded.
    pub fn bytes(&self, name: &str) -> Result<&[u8]> {
        let read = self.read.get(name).map(Vec::as_slice);
        read.ok_or_else(|| Failure::new(Exit::Bug, format!("object {name} was not loaded")))
    }

    /// The entries of a folder, in git's order.
    ///
    /// # Errors
    /// [`Exit::Unreadable`] where the object is no folder.
    pub fn entries(&self, name: &str) -> Result<Vec<TreeEntry>> {
        let mut rest = self.bytes(name)?;
        let mut entries = Vec::new();
        while !rest.is_empty() {
            let (entry, behind) = entry(rest, name.len() / 2).ok_or_else(|| {
                Failure::new(Exit::Unreadable, format!("object {name} is no folder"))
            })?;
            entries.push(entry);
            rest = behind;
        }
        Ok(entries)
    }
}

/// The first object of what `git cat-file --batch` wrote, and what is behind it: `NAME KIND SIZE`, and the bytes.
fn split(told: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = told.iter().position(|byte| *byte == b'\n')?;
    let header = std::str::from_utf8(&told[..end]).ok()?;
    let size: usize = header.split(' ').nth(2)?.parse().ok()?;
    let behind = &told[end + 1..];
    Some((behind.get(..size)?, behind.get(size + 1..)?))
}

/// `MODE NAME`, a zero byte, and the object in `length` bytes.
fn entry(tree: &[u8], length: usize) -> Option<(TreeEntry, &[u8])> {
    let space = tree.iter().position(|byte| *byte == b' ')?;
    let zero = tree.iter().position(|byte| *byte == 0)?;
    let mode = std::str::from_utf8(&tree[..space]).ok()?;
    let entry = TreeEntry {
        mode: format!("{mode:0>6}"),
        name: String::from_utf8_lossy(tree.get(space + 1..zero)?).into_owned(),
        object: hex::encode(tree.get(zero + 1..zero + 1 + length)?),
    };
    Some((entry, &tree[zero + 1 + length..]))
}

fn absent(name: &str) -> Failure {
    Failure::new(
        Exit::Unreadable,
        format!("the repository does not have object {name}"),
    )
    .help("look at it: `git fsck`; get what is missing: `git fetch`")
}
