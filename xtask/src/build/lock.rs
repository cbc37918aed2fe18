//! One build at a time in a checkout: the second waits and says for whom.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;

use crate::failure::{Failure, Result};

/// Held until dropped. The operating system lets it go when the process dies, however it dies.
#[derive(Debug)]
pub struct BuildLock(#[allow(dead_code, reason = "holding the file is holding the lock")] File);

/// Waits for the build lock of the checkout whose private folder is `folder`.
///
/// # Errors
/// The lock file cannot be made or locked.
pub fn acquire(folder: &Path) -> Result<BuildLock> {
    let path = folder.join("build.lock");
    std::fs::create_dir_all(folder).map_err(|error| Failure::io("make", folder, &error))?;
    let opened = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path);
    let mut file = opened.map_err(|error| Failure::io("open", &path, &error))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            eprintln!("waiting for the build lock: {} holds {}", holder(&mut file), path.display());
            file.lock().map_err(|error| Failure::io("lock", &path, &error))?;
        }
        Err(TryLockError::Error(error)) => return Err(Failure::io("lock", &path, &error)),
    }
    write_holder(&mut file).map_err(|error| Failure::io("write", &path, &error))?;
    Ok(BuildLock(file))
}

fn holder(file: &mut File) -> String {
    let mut text = String::new();
    let read = file.seek(SeekFrom::Start(0)).and_then(|_| file.read_to_string(&mut text));
    if read.is_ok() && !text.trim().is_empty() { text.trim().to_owned() } else { "another build".to_owned() }
}

fn write_holder(file: &mut File) -> std::io::Result<()> {
    file.set_len(0)?;
    file.seek(SeekFrom::Start(0))?;
    let command = std::env::args().skip(1).collect::<Vec<_>>().join(" ");
    writeln!(file, "process {} (`cargo xtask {command}`)", std::process::id())
}
