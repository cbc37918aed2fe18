//! Files that appear whole or not at all.

use std::fs;
use std::io::Write;
use std::path::Path;

use tempfile::TempDir;

use super::command::environment;
use super::tree;
use crate::failure::{Failure, Result};

/// How the folders are named that an interrupted unpack leaves.
pub const UNPACK_PREFIX: &str = ".unpack-";

/// Makes a directory and those above it.
///
/// # Errors
/// When it cannot be made.
pub fn create(directory: &Path) -> Result<()> {
    fs::create_dir_all(directory).map_err(|error| Failure::io("create", directory, &error))
}

/// A new folder in `directory`, gone when it is dropped.
///
/// # Errors
/// When it cannot be made.
pub fn temporary_in(directory: &Path) -> Result<TempDir> {
    create(directory)?;
    tempfile::Builder::new()
        .prefix(UNPACK_PREFIX)
        .tempdir_in(directory)
        .map_err(|error| Failure::io("create a folder in", directory, &error))
}

/// Puts `temporary` in the place of `directory`, which is removed first.
///
/// # Errors
/// When it cannot be removed or renamed.
pub fn replace(temporary: TempDir, directory: &Path) -> Result<()> {
    if directory.exists() {
        fs::remove_dir_all(directory).map_err(|error| Failure::io("remove", directory, &error))?;
    }
    fs::rename(temporary.path(), directory)
        .map_err(|error| Failure::io("write", directory, &error))?;
    // It has another name now: nothing is left to remove.
    let _ = temporary.keep();
    readable_by_all(directory)
}

/// Temporary folders are private to their maker; a toolchain is not a secret.
fn readable_by_all(directory: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(directory, fs::Permissions::from_mode(0o755))
        .map_err(|error| Failure::io("write", directory, &error))
}

/// Removes a file if it is there.
///
/// # Errors
/// When it is there and cannot be removed.
pub fn remove_file(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(Failure::io("remove", path, &error))
        }
        _ => Ok(()),
    }
}

/// Removes a folder with everything in it, if it is there.
///
/// # Errors
/// When it is there and cannot be removed.
pub fn remove_folder(path: &Path) -> Result<()> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(Failure::io("remove", path, &error))
        }
        _ => Ok(()),
    }
}

/// The tree of `from` under another path: the same files, linked where the file system can, else copied. Who writes into
/// one writes into the other.
///
/// # Errors
/// When something cannot be read or written.
pub fn link_tree(from: &Path, into: &Path) -> Result<()> {
    place_tree(from, into, |from, to| {
        fs::hard_link(from, to).or_else(|_| fs::copy(from, to).map(drop))
    })
}

/// A copy of the tree of `from`.
///
/// # Errors
/// As [`link_tree`].
pub fn copy_tree(from: &Path, into: &Path) -> Result<()> {
    place_tree(from, into, |from, to| fs::copy(from, to).map(drop))
}

type Place = fn(&Path, &Path) -> std::io::Result<()>;

fn place_tree(from: &Path, into: &Path, place: Place) -> Result<()> {
    create(into)?;
    let unlisted = |error| Failure::io("list", from, &error);
    for entry in fs::read_dir(from).map_err(unlisted)? {
        let entry = entry.map_err(unlisted)?;
        let (path, to) = (entry.path(), into.join(entry.file_name()));
        let failed = |error: std::io::Error| Failure::io("copy", &path, &error);
        let kind = entry.file_type().map_err(failed)?;
        if kind.is_dir() {
            place_tree(&path, &to, place)?;
        } else if kind.is_symlink() {
            let target = fs::read_link(&path).map_err(failed)?;
            std::os::unix::fs::symlink(target, &to).map_err(failed)?;
        } else {
            place(&path, &to).map_err(failed)?;
        }
    }
    Ok(())
}

/// Writes a file whole: a reader sees the old one or the new one.
///
/// # Errors
/// When it cannot be written.
pub fn write_whole(path: &Path, text: &str) -> Result<()> {
    let directory = path.parent().unwrap_or(Path::new("."));
    create(directory)?;
    let failed = |error: std::io::Error| Failure::io("write", path, &error);
    let mut file = tempfile::Builder::new()
        .permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644))
        .tempfile_in(directory)
        .map_err(failed)?;
    file.write_all(text.as_bytes()).map_err(failed)?;
    file.persist(path)
        .map(drop)
        .map_err(|error| failed(error.error))
}

/// Compares a file's SHA-256 with what it must be.
///
/// # Errors
/// When it cannot be read, or is another: exit 14.
pub fn check_hash(path: &Path, expected: &str) -> Result<()> {
    if !path.is_file() {
        return Err(environment(format!("{} is missing", path.display()))
            .help("fetch it with `cargo xtask toolchain fetch`"));
    }
    let found = tree::sha256_of(path)?;
    if found == expected {
        return Ok(());
    }
    Err(
        environment(format!("{} is not the pinned file", path.display()))
            .evidence(format!("pinned SHA-256: {expected}"))
            .evidence(format!("found:          {found}"))
            .help("`cargo xtask toolchain fetch` downloads it again"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exit::Exit;

    #[test]
    fn replaced_folder_has_only_the_new_content() {
        let directory = tempfile::tempdir().unwrap();
        let place = directory.path().join("root");
        create(&place).unwrap();
        fs::write(place.join("old"), "").unwrap();
        let temporary = temporary_in(directory.path()).unwrap();
        fs::write(temporary.path().join("new"), "").unwrap();
        replace(temporary, &place).unwrap();
        let names: Vec<_> = fs::read_dir(&place).unwrap().flatten().collect();
        assert_eq!(names.len(), 1);
        assert_eq!(names[0].file_name(), "new");
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
    }

    #[test]
    fn hash_that_agrees_passes_and_another_does_not() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("a.deb");
        fs::write(&file, "abc").unwrap();
        // FIPS 180-2, appendix B.1.
        let right = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        check_hash(&file, right).unwrap();
        fs::write(&file, "abd").unwrap();
        let failure = check_hash(&file, right).unwrap_err();
        assert_eq!(failure.exit, Exit::Environment);
        assert!(failure.to_string().contains(right));
    }

    #[test]
    fn missing_file_says_how_to_get_it() {
        let failure = check_hash(Path::new("no/such.deb"), "").unwrap_err();
        assert!(failure.help.contains("toolchain fetch"));
    }

    #[test]
    fn written_file_replaces_the_old_one() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("deep/stamp");
        write_whole(&file, "long text").unwrap();
        write_whole(&file, "short").unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), "short");
    }
}
