//! Commits, files and contents as git stores them: out of a repository, and into a new one.

use std::path::Path;

use super::{output, run, text};
use crate::exit::Exit;
use crate::failure::{Failure, Result};

/// A file of a commit.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct File {
    /// `100644`, `100755`, or `120000` for a link.
    pub mode: String,
    /// What git calls its content.
    pub object: String,
    /// From the root of the repository.
    pub path: String,
}

/// The commit itself, as git stores it.
pub fn commit_object(root: &Path, commit: &str) -> Result<Vec<u8>> {
    run(root, &["cat-file", "commit", commit])
}

/// Every file of `commit`, from the root of the repository.
///
/// # Errors
/// [`Exit::Unreadable`] where the commit is not here, and for a submodule, whose files no commit of this repository has.
pub fn files_at(root: &Path, commit: &str) -> Result<Vec<File>> {
    let listing = text(root, &["ls-tree", "-r", "-z", "--full-tree", commit])?;
    let file = |line: &str| {
        let (about, path) = line.split_once('\t')?;
        let mut words = about.split(' ');
        let (mode, kind, object) = (words.next()?, words.next()?, words.next()?);
        Some((
            kind == "blob",
            File {
                mode: mode.to_owned(),
                object: object.to_owned(),
                path: path.to_owned(),
            },
        ))
    };
    let files = listing.split('\0').filter_map(file);
    files
        .map(|(is_file, file)| match is_file {
            true => Ok(file),
            false => Err(
                Failure::new(Exit::Unreadable, format!("{} is a submodule", file.path)).help(
                    "put its files into this repository: a commit does not fix them otherwise",
                ),
            ),
        })
        .collect()
}

/// A content by git's name for it.
pub fn blob(root: &Path, object: &str) -> Result<Vec<u8>> {
    run(root, &["cat-file", "blob", object])
}

/// Makes an empty repository.
pub fn initialise(folder: &Path) -> Result<()> {
    std::fs::create_dir_all(folder).map_err(|error| Failure::io("create", folder, &error))?;
    run(folder, &["init", "--quiet"]).map(drop)
}

/// Stores the content of each file as it is; git's names for them, in this order.
pub fn write_blobs(folder: &Path, paths: &[std::path::PathBuf]) -> Result<Vec<String>> {
    let listed: String = paths
        .iter()
        .map(|path| format!("{}\n", path.display()))
        .collect();
    let arguments = ["hash-object", "-w", "--no-filters", "--stdin-paths"];
    let names = fed(folder, &arguments, listed.as_bytes())?;
    Ok(names.lines().map(str::to_owned).collect())
}

/// Fills the index: `MODE OBJECT\tPATH\0` for each file.
pub fn write_index(folder: &Path, listing: &str) -> Result<()> {
    fed(
        folder,
        &["update-index", "-z", "--index-info"],
        listing.as_bytes(),
    )
    .map(drop)
}

/// Stores the tree of the index; git's name for it.
pub fn write_tree(folder: &Path) -> Result<String> {
    text(folder, &["write-tree"]).map(|name| name.trim().to_owned())
}

/// Stores a commit as it is; git's name for it.
pub fn write_commit(folder: &Path, bytes: &[u8]) -> Result<String> {
    fed(
        folder,
        &["hash-object", "-t", "commit", "-w", "--stdin"],
        bytes,
    )
    .map(|name| name.trim().to_owned())
}

/// Checks out a commit whose parents are not here.
pub fn check_out_alone(folder: &Path, commit: &str) -> Result<()> {
    let shallow = folder.join(".git/shallow");
    std::fs::write(&shallow, format!("{commit}\n"))
        .map_err(|error| Failure::io("write", &shallow, &error))?;
    run(folder, &["update-ref", "--no-deref", "HEAD", commit])?;
    run(folder, &["reset", "--quiet", "--hard"]).map(drop)
}

fn fed(root: &Path, arguments: &[&str], input: &[u8]) -> Result<String> {
    output(root, arguments, input).map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
}
