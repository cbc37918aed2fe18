//! New files in a folder of somebody else: all of them or none, and never in the place of another.

use std::path::{Path, PathBuf};

use crate::atomic::{self, Existing, Readers};
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::render::outputs::inside;

/// A file to be written, from the root of the project.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct NewFile {
    pub(super) path: String,
    pub(super) bytes: Vec<u8>,
}

/// Refuses where anything stands in the place of a file, or of a folder on the way to one.
///
/// # Errors
/// [`Exit::Unreadable`] with everything that is in the way.
pub(super) fn require_free(root: &Path, files: &[NewFile]) -> Result<()> {
    let mut in_the_way: Vec<String> = files
        .iter()
        .filter_map(|file| obstacle(root, file))
        .collect();
    in_the_way.dedup();
    if in_the_way.is_empty() {
        return Ok(());
    }
    let what = format!("{} has files where new ones would be", root.display());
    let failure = Failure::new(Exit::Unreadable, what);
    let listed = in_the_way.into_iter().fold(failure, Failure::evidence);
    Err(listed.help("nothing was written; move them away, or keep what is set up already"))
}

fn obstacle(root: &Path, file: &NewFile) -> Option<String> {
    if let Err(failure) = inside(root, &file.path) {
        return Some(failure.what);
    }
    if std::fs::symlink_metadata(root.join(&file.path)).is_ok() {
        return Some(file.path.clone());
    }
    let ancestors = Path::new(&file.path).ancestors().skip(1);
    let mut folders = ancestors.filter(|folder| !folder.as_os_str().is_empty());
    let blocked = folders.find(|folder| {
        let there = root.join(folder);
        std::fs::symlink_metadata(&there).is_ok() && !there.is_dir()
    })?;
    Some(blocked.display().to_string())
}

/// Writes every file. When one cannot be written, those before it are removed, with the folders that were made for them.
///
/// # Errors
/// A file that cannot be written; the folder is then as it was.
pub(super) fn write(root: &Path, files: &[NewFile]) -> Result<()> {
    let mut made = Made::default();
    let outcome = files.iter().try_for_each(|file| made.write(root, file));
    if outcome.is_err() {
        made.remove();
    }
    outcome
}

/// What was made, in order.
#[derive(Default)]
struct Made {
    files: Vec<PathBuf>,
    folders: Vec<PathBuf>,
}

impl Made {
    fn write(&mut self, root: &Path, file: &NewFile) -> Result<()> {
        let path = root.join(&file.path);
        let folders = Path::new(&file.path).ancestors().skip(1);
        let mut folders: Vec<_> = folders.map(|folder| root.join(folder)).collect();
        folders.reverse();
        for folder in folders {
            match std::fs::create_dir(&folder) {
                Ok(()) => self.folders.push(folder),
                Err(_) if folder.is_dir() => {}
                Err(error) => return Err(Failure::io("create", &folder, &error)),
            }
        }
        atomic::write(&path, &file.bytes, Existing::Refuse, Readers::Everyone)?;
        self.files.push(path);
        Ok(())
    }

    /// What cannot be removed stays: the failure that is told is the first one.
    fn remove(&self) {
        for file in self.files.iter().rev() {
            let _ = std::fs::remove_file(file);
        }
        for folder in self.folders.iter().rev() {
            let _ = std::fs::remove_dir(folder);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str) -> NewFile {
        NewFile {
            path: path.to_owned(),
            bytes: path.into(),
        }
    }

    fn listing(root: &Path) -> Vec<String> {
        let mut found = Vec::new();
        let mut folders = vec![root.to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                found.push(path.strip_prefix(root).unwrap().display().to_string());
                if path.is_dir() {
                    folders.push(path);
                }
            }
        }
        found.sort();
        found
    }

    #[test]
    fn everything_that_is_in_the_way_is_listed_and_kept() {
        let root = tempfile::tempdir().unwrap();
        std::fs::write(root.path().join("a"), "own").unwrap();
        std::fs::write(root.path().join("trust"), "own").unwrap();
        let files = [file("a"), file("b"), file("trust/x"), file("trust/y")];
        let failure = require_free(root.path(), &files).unwrap_err();
        assert_eq!(failure.exit, Exit::Unreadable);
        assert_eq!(failure.evidence, ["a", "trust"]);
        assert_eq!(listing(root.path()), ["a", "trust"]);
        require_free(root.path(), &[file("b"), file("c/d")]).unwrap();
    }

    #[test]
    fn when_one_file_cannot_be_written_none_is_there() {
        let root = tempfile::tempdir().unwrap();
        std::fs::create_dir(root.path().join("own")).unwrap();
        // A folder where the last file must be: as if it had been made in the meantime.
        std::fs::create_dir_all(root.path().join("z/file")).unwrap();
        let files = [
            file("own/new/deep"),
            file("fresh/x"),
            file("y"),
            file("z/file"),
        ];
        write(root.path(), &files).unwrap_err();
        assert_eq!(listing(root.path()), ["own", "z", "z/file"]);
        write(root.path(), &files[..3]).unwrap();
        let there = std::fs::read_to_string(root.path().join("own/new/deep")).unwrap();
        assert_eq!(there, "own/new/deep");
    }

    #[test]
    fn a_folder_that_is_a_link_out_of_the_project_is_in_the_way() {
        let root = tempfile::tempdir().unwrap();
        let elsewhere = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink(elsewhere.path(), root.path().join("trust")).unwrap();
        let failure = require_free(root.path(), &[file("trust/x")]).unwrap_err();
        assert!(
            failure.evidence[0].contains("out of the project"),
            "{failure}"
        );
    }
}
