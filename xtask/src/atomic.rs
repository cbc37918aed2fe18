//! Files that appear whole or not at all.
//!
//! The bytes go to a temporary file in the same directory, reach the disk, and are renamed. A process that is
//! killed at any moment leaves the old file or the new one, and at most a temporary file whose name begins
//! with [`TEMPORARY_PREFIX`].
//!
//! A rename would put a plain file in the place of whatever stood there. So a symbolic link is followed, and what it
//! leads to is replaced; a device, a pipe, a socket and a folder are refused before anything is read of them.

use std::fs::{self, File, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use tempfile::{Builder, NamedTempFile};

use crate::entry_kind::EntryKind;
use crate::exit::Exit;
use crate::failure::{Failure, Result};

/// What the names of temporary files begin with.
pub const TEMPORARY_PREFIX: &str = ".perennial-";

/// What happens to a file that is already there.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Existing {
    /// It stays as it is, and nothing is written.
    Refuse,
    /// The new file takes its place; where it is a symbolic link, that of the file it leads to.
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
/// processes that write at once, one is refused. With [`Existing::Replace`], also when something else than a
/// plain file is there.
pub fn write(path: &Path, bytes: &[u8], existing: Existing, readers: Readers) -> Result<()> {
    let target = match existing {
        Existing::Refuse => path.to_owned(),
        Existing::Replace => target(path)?,
    };
    let directory = directory_of(&target);
    let temporary = fill(directory, bytes, readers).map_err(|e| Failure::io("write", path, &e))?;
    let persisted = match existing {
        Existing::Refuse => temporary.persist_noclobber(&target),
        Existing::Replace => temporary.persist(&target),
    };
    persisted.map_err(|error| refusal(path, &error.error))?;
    // The rename is on the disk only when the directory is.
    File::open(directory)
        .and_then(|directory| directory.sync_all())
        .map_err(|e| Failure::io("write", directory, &e))
}

/// What stands in the file that [`write`] would replace; nothing when there is none.
///
/// # Errors
///
/// [`Exit::Unreadable`] when it cannot be read, or is no plain file: a device may never end.
pub fn read(path: &Path) -> Result<Option<Vec<u8>>> {
    match fs::read(target(path)?) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Failure::io("read", path, &error)),
    }
}

/// The plain file that `path` names or leads to, or the name of one that is not there yet.
fn target(path: &Path) -> Result<PathBuf> {
    let is_link = fs::symlink_metadata(path).is_ok_and(|found| found.is_symlink());
    let resolved = match fs::canonicalize(path) {
        Ok(resolved) => resolved,
        Err(error) if is_link => return Err(not_plain(path, EntryKind::Link).evidence(error)),
        // The write says what is wrong with the folder.
        Err(_) => return Ok(path.to_owned()),
    };
    let found = fs::metadata(&resolved).map_err(|e| Failure::io("read", path, &e))?;
    if found.is_file() {
        return Ok(resolved);
    }
    let failure = not_plain(path, found.file_type().into());
    Err(if is_link {
        failure.evidence(format!("it leads to {}", resolved.display()))
    } else {
        failure
    })
}

fn not_plain(path: &Path, kind: EntryKind) -> Failure {
    let what = format!("{} is {kind}, not a plain file", path.display());
    Failure::new(Exit::Unreadable, what)
        .help("give a plain file, or a name that is free; what is printed can be redirected anywhere: `--output - > FILE`")
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
    use std::os::unix::fs::{FileTypeExt as _, PermissionsExt as _, symlink};
    use std::os::unix::net::UnixListener;
    use std::path::{Path, PathBuf};
    use std::process::Command;

    use tempfile::{TempDir, tempdir};

    use super::{Existing, Readers, directory_of, read, write};
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
    fn a_link_stays_and_what_it_leads_to_is_replaced() {
        let (directory, path) = place();
        let folder = directory.path().join("folder");
        fs::create_dir(&folder).unwrap();
        let file = folder.join("policy.toml");
        fs::write(&file, "old").unwrap();
        symlink("folder/policy.toml", &path).unwrap();
        assert_eq!(read(&path).unwrap().unwrap(), b"old");
        write(&path, b"new", Existing::Replace, Readers::Everyone).unwrap();
        assert_eq!(
            fs::read_link(&path).unwrap(),
            Path::new("folder/policy.toml")
        );
        assert_eq!(fs::read(&file).unwrap(), b"new");
        assert!(!fs::symlink_metadata(&file).unwrap().is_symlink());
        let failure = write(&path, b"x", Existing::Refuse, Readers::Everyone).unwrap_err();
        assert!(failure.what.contains("already there"), "{failure}");
    }

    #[test]
    fn what_is_no_plain_file_is_neither_read_nor_replaced() {
        let (directory, _) = place();
        let at = |name: &str| directory.path().join(name);
        let made = Command::new("mkfifo").arg(at("pipe")).status().unwrap();
        assert!(made.success());
        let _listener = UnixListener::bind(at("socket")).unwrap();
        fs::create_dir(at("folder")).unwrap();
        symlink("pipe", at("to-pipe")).unwrap();
        symlink("absent", at("to-nothing")).unwrap();
        let cases = [
            ("pipe", "a pipe"),
            ("socket", "a socket"),
            ("folder", "a folder"),
            ("to-pipe", "a pipe"),
            ("to-nothing", "a link"),
        ];
        for (name, kind) in cases {
            for failure in [
                read(&at(name)).unwrap_err(),
                write(&at(name), b"x", Existing::Replace, Readers::Everyone).unwrap_err(),
            ] {
                assert_eq!(failure.exit, Exit::Unreadable);
                let said = format!("{name} is {kind}, not a plain file");
                assert!(failure.what.ends_with(&said), "{failure}");
                assert!(!failure.help.is_empty());
            }
            write(&at(name), b"x", Existing::Refuse, Readers::Everyone).unwrap_err();
        }
        let kind = |name: &str| fs::symlink_metadata(at(name)).unwrap().file_type();
        assert!(kind("pipe").is_fifo() && kind("socket").is_socket());
        assert!(kind("to-pipe").is_symlink() && kind("to-nothing").is_symlink());
        assert_eq!(names(&directory).len(), cases.len());
    }

    #[test]
    fn a_file_that_is_not_there_has_no_content() {
        let (directory, path) = place();
        assert_eq!(read(&path).unwrap(), None);
        assert_eq!(read(&directory.path().join("absent/x")).unwrap(), None);
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
