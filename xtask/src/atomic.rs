//! Files that appear whole or not at all.
//!
//! The bytes go to a temporary file in the same directory, reach the disk, and are renamed. A process that is
//! killed at any moment leaves the old file or the new one, and at most a temporary file whose name begins
//! with [`TEMPORARY_PREFIX`].

use std::fs::{File, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use tempfile::{Builder, NamedTempFile};

use crate::exit::Exit;
use crate::failure::{Failure, Result};

/// What the names of temporary files begin with.
pub const TEMPORARY_PREFIX: &str = ".perennial-";

/// What happens to a file that is already there.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Existing {
    /// It stays as it is, and nothing is written.
    Refuse,
    /// The new file takes its place.
    Replace,
}

/// Who may read the file.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Readers {
    /// Whom the umask allows: mode 0666 less the umask.
    Everyone,
    /// Its owner alone: mode 0600, for what holds a secret.
    Owner,
}

/// Writes `bytes` to `path`.
///
/// # Errors
///
/// [`Exit::Unreadable`] when the directory does not exist or cannot be written, and, with
/// [`Existing::Refuse`], when the file is already there. The check and the write are one step: of two
/// processes that write at once, one is refused.
pub fn write(path: &Path, bytes: &[u8], existing: Existing, readers: Readers) -> Result<()> {
    let directory = directory_of(path);
    let temporary = fill(directory, bytes, readers).map_err(|e| Failure::io("write", path, &e))?;
    let persisted = match existing {
        Existing::Refuse => temporary.persist_noclobber(path),
        Existing::Replace => temporary.persist(path),
    };
    persisted.map_err(|error| refusal(path, &error.error))?;
    // The rename is on the disk only when the directory is.
    File::open(directory)
        .and_then(|directory| directory.sync_all())
        .map_err(|e| Failure::io("write", directory, &e))
}

/// The directory in which `path` stands.
fn directory_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    }
}

fn fill(directory: &Path, bytes: &[u8], readers: Readers) -> io::Result<NamedTempFile> {
    let mode = match readers {
        Readers::Everyone => 0o666,
        Readers::Owner => 0o600,
    };
    let mut temporary = Builder::new()
        .prefix(TEMPORARY_PREFIX)
        .permissions(Permissions::from_mode(mode))
        .tempfile_in(directory)?;
    temporary.write_all(bytes)?;
    temporary.as_file().sync_all()?;
    Ok(temporary)
}

fn refusal(path: &Path, error: &io::Error) -> Failure {
    if error.kind() == io::ErrorKind::AlreadyExists {
        Failure::new(
            Exit::Unreadable,
            format!("{} is already there", path.display()),
        )
        .help("give another name, or move the file away")
    } else {
        Failure::io("write", path, error)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;
    use std::path::{Path, PathBuf};

    use tempfile::{TempDir, tempdir};

    use super::{Existing, Readers, directory_of, write};
    use crate::exit::Exit;

    fn place() -> (TempDir, PathBuf) {
        let directory = tempdir().unwrap();
        let path = directory.path().join("file.bin");
        (directory, path)
    }

    fn names(directory: &TempDir) -> Vec<String> {
        let entries = fs::read_dir(directory.path()).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.collect()
    }

    #[test]
    fn a_new_file_is_written_and_nothing_else_is_left() {
        for existing in [Existing::Refuse, Existing::Replace] {
            let (directory, path) = place();
            write(&path, b"new", existing, Readers::Everyone).unwrap();
            assert_eq!(fs::read(&path).unwrap(), b"new");
            assert_eq!(names(&directory), ["file.bin"]);
        }
    }

    #[test]
    fn an_existing_file_is_replaced_only_when_that_was_asked() {
        let (directory, path) = place();
        fs::write(&path, b"old").unwrap();
        let failure = write(&path, b"new", Existing::Refuse, Readers::Everyone).unwrap_err();
        assert_eq!(failure.exit, Exit::Unreadable);
        assert!(failure.what.contains("already there"), "{failure}");
        assert_eq!(fs::read(&path).unwrap(), b"old");
        write(&path, b"new", Existing::Replace, Readers::Everyone).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(names(&directory), ["file.bin"]);
    }

    #[test]
    fn a_secret_is_for_its_owner_even_when_it_replaces_a_public_file() {
        let (_directory, path) = place();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        write(&path, b"public", Existing::Refuse, Readers::Everyone).unwrap();
        assert_eq!(mode(&path) & 0o600, 0o600);
        write(&path, b"secret", Existing::Replace, Readers::Owner).unwrap();
        assert_eq!(mode(&path), 0o600);
    }

    #[test]
    fn a_directory_that_does_not_exist_is_named() {
        let (directory, _) = place();
        let path = directory.path().join("absent/file.bin");
        let failure = write(&path, b"", Existing::Replace, Readers::Everyone).unwrap_err();
        assert!(failure.what.contains("absent/file.bin"), "{failure}");
        assert!(names(&directory).is_empty());
    }

    #[test]
    fn a_bare_name_stands_in_the_current_directory() {
        assert_eq!(directory_of(Path::new("file.bin")), Path::new("."));
        assert_eq!(directory_of(Path::new("/a/file.bin")), Path::new("/a"));
    }
}
