//! A rescue store on the disk.

use std::path::{Path, PathBuf};

use device::rescue::layout::MAX_LENGTH;
use device::rescue::{Envelope, RescueError};
use device::store::TrustStore;

use crate::exit::Exit;
use crate::failure::{Failure, Result};

/// The bytes of a file that may be a rescue store.
pub struct RescueFile {
    path: PathBuf,
    bytes: Vec<u8>,
}

/// An envelope that has the store in it which it says.
pub struct Whole<'a> {
    /// The envelope.
    pub envelope: Envelope<'a>,
    /// Its payload.
    pub store: TrustStore<'a>,
}

impl RescueFile {
    /// Reads a plain file, and no more than an envelope can have.
    ///
    /// # Errors
    ///
    /// [`Exit::Unreadable`].
    pub fn read(path: &Path) -> Result<Self> {
        let unreadable = |error| Failure::io("read", path, &error);
        let found = std::fs::metadata(path).map_err(unreadable)?;
        if !found.is_file() || found.len() > MAX_LENGTH as u64 {
            let what = format!("{} is no rescue store", path.display());
            let seen = format!("it is no plain file, or has more than {MAX_LENGTH} bytes");
            return Err(Failure::new(Exit::Unreadable, what)
                .evidence(seen)
                .help(NEXT));
        }
        let bytes = std::fs::read(path).map_err(unreadable)?;
        let path = path.to_owned();
        Ok(Self { path, bytes })
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What stands in it.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// What is in it, when it is whole. Whether anybody signed it is another question.
    ///
    /// # Errors
    ///
    /// [`Exit::Unreadable`] for what never was a rescue store, [`Exit::Tampered`] for one that is damaged.
    pub fn whole(&self) -> Result<Whole<'_>> {
        let envelope = Envelope::read(&self.bytes).map_err(|error| self.refused(&error))?;
        let store = envelope.store().map_err(|error| self.refused(&error))?;
        Ok(Whole { envelope, store })
    }

    /// The failure of a file that is not right.
    pub fn refused(&self, error: &RescueError) -> Failure {
        let exit = match error {
            RescueError::Magic { .. } | RescueError::FormatVersion { .. } => Exit::Unreadable,
            _ => Exit::Tampered,
        };
        let what = format!(
            "{} is no rescue store that a device takes",
            self.path.display()
        );
        Failure::new(exit, what).evidence(error).help(NEXT)
    }

    /// Nothing is wrong with it, and no device in the field takes it.
    pub fn refused_in_the_field(&self) -> Failure {
        let what = format!(
            "{} is a rescue store that no device in the field takes",
            self.path.display()
        );
        Failure::new(Exit::Tampered, what)
            .evidence("devices go by the rescue keys and the sequence of the image that they run, not by the policy's")
            .help("have it signed with the rescue keys of those releases, too; where its sequence is the reason, make another")
    }
}

const NEXT: &str = "`cargo xtask rescue make` writes one, `cargo xtask rescue sign` signs it";
