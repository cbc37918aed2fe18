//! One at a time: a lock file that says who holds it.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::Path;
use std::time::Duration;

use crate::failure::{Failure, Result};
use crate::progress::Progress;

/// Held until dropped. The kernel frees it when the process ends, however that happens.
pub struct Lock {
    _file: File,
}

impl Lock {
    /// Takes the lock at `path`; while another process has it, says which one and waits.
    ///
    /// # Errors
    /// When the file cannot be made or locked.
    pub fn acquire(path: &Path, purpose: &str, progress: Progress) -> Result<Self> {
        if let Some(directory) = path.parent() {
            std::fs::create_dir_all(directory)
                .map_err(|error| Failure::io("create", directory, &error))?;
        }
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)
            .map_err(|error| Failure::io("open the lock file", path, &error))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                progress.say(&format!(
                    "waiting: {} is held by {}",
                    path.display(),
                    holder(&mut file)
                ));
                file.lock()
                    .map_err(|error| Failure::io("lock", path, &error))?;
            }
            Err(TryLockError::Error(error)) => return Err(Failure::io("lock", path, &error)),
        }
        sign(&mut file, purpose).map_err(|error| Failure::io("write", path, &error))?;
        Ok(Self { _file: file })
    }
}

fn sign(file: &mut File, purpose: &str) -> std::io::Result<()> {
    file.set_len(0)?;
    file.rewind()?;
    writeln!(file, "process {} ({purpose})", std::process::id())
}

/// How often, and after which pause, the name of a holder is looked for that has locked and not signed yet.
const LOOKS: u32 = 50;
const PAUSE: Duration = Duration::from_millis(20);

fn holder(file: &mut File) -> String {
    for _ in 0..LOOKS {
        std::thread::sleep(PAUSE);
        let mut text = String::new();
        if file.rewind().is_ok() && file.read_to_string(&mut text).is_ok() && text.ends_with('\n') {
            return text.trim().to_owned();
        }
    }
    "another process".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;

    #[test]
    fn second_waits_for_the_first() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("deep/lock");
        let first = Lock::acquire(&path, "the first", Progress::Silent).unwrap();
        let (sender, receiver) = mpsc::channel();
        let second_path = path.clone();
        let thread = std::thread::spawn(move || {
            let lock = Lock::acquire(&second_path, "the second", Progress::Silent);
            sender.send(()).unwrap();
            lock.map(drop)
        });
        assert!(
            receiver.recv_timeout(Duration::from_millis(300)).is_err(),
            "the second got the lock while the first held it"
        );
        drop(first);
        receiver
            .recv_timeout(Duration::from_secs(10))
            .expect("the second gets the lock when the first is done");
        thread.join().unwrap().unwrap();
    }

    #[test]
    fn file_names_the_holder() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("lock");
        let _lock = Lock::acquire(&path, "cargo xtask toolchain fetch", Progress::Silent).unwrap();
        let mut file = File::open(&path).unwrap();
        assert_eq!(
            holder(&mut file),
            format!(
                "process {} (cargo xtask toolchain fetch)",
                std::process::id()
            )
        );
    }

    #[test]
    fn holder_that_signs_late_is_waited_for() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("lock");
        let mut holding = File::create(&path).unwrap();
        let mut waiting = File::open(&path).unwrap();
        let thread = std::thread::spawn(move || holder(&mut waiting));
        std::thread::sleep(3 * PAUSE);
        sign(&mut holding, "late").unwrap();
        assert!(thread.join().unwrap().ends_with("(late)"));
    }

    #[test]
    fn shorter_holder_replaces_a_longer_one_whole() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("lock");
        drop(Lock::acquire(&path, "a rather long purpose", Progress::Silent).unwrap());
        let _lock = Lock::acquire(&path, "b", Progress::Silent).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(text, format!("process {} (b)\n", std::process::id()));
    }
}
