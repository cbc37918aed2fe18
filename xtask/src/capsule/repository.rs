//! The recorded commit as a repository of its own, from the files of a capsule: git's hash of the commit vouches for each.

use std::fmt::Write as _;
use std::path::Path;

use super::index::Index;
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::git;

/// Makes `folder` a repository with the one commit of `index`, checked out. `objects` holds the contents by hash.
///
/// # Errors
/// [`Exit::Tampered`] where the files give another tree, or the commit another hash.
pub fn check_out(index: &Index, objects: &Path, folder: &Path) -> Result<()> {
    let sources: Vec<_> = index
        .files
        .iter()
        .filter_map(|(path, entry)| Some((path.strip_prefix("source/")?, entry)))
        .collect();
    git::initialise(folder)?;
    let contents: Vec<_> = sources
        .iter()
        .map(|(_, entry)| objects.join(&entry.sha256))
        .collect();
    let blobs = git::write_blobs(folder, &contents)?;
    let mut listing = String::new();
    for ((path, entry), blob) in sources.iter().zip(blobs) {
        let _ = write!(listing, "{} {blob}\t{path}\0", entry.mode);
    }
    git::write_index(folder, &listing)?;
    let commit = index
        .files
        .get("commit")
        .map(|entry| objects.join(&entry.sha256));
    let commit = commit.ok_or_else(|| wrong(index, "it does not have the commit itself"))?;
    let bytes = std::fs::read(&commit).map_err(|error| Failure::io("read", &commit, &error))?;
    let tree = git::write_tree(folder)?;
    if !bytes.starts_with(format!("tree {tree}\n").as_bytes()) {
        return Err(wrong(index, "its files are not those of the commit"));
    }
    if git::write_commit(folder, &bytes)? != index.commit {
        return Err(wrong(index, "its commit has another hash"));
    }
    git::check_out_alone(folder, &index.commit)
}

fn wrong(index: &Index, why: &str) -> Failure {
    Failure::new(
        Exit::Tampered,
        format!("the capsule does not hold commit {}", index.commit),
    )
    .evidence(why)
    .help("take it again from its source")
}
