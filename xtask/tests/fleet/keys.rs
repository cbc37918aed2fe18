//! Keys that sign releases and rescue stores, in files as `cargo xtask keys new` makes them.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use device::store::{KeyContents, KeySetContents};
use trust::date::Date;
use xtask::signing::key_file::{NewProtection, SigningKeyFile};
use xtask::signing::password::PasswordSource;
use xtask::signing::trusted_comment::TrustedComment;

/// One key for releases, two for rescue stores, of which both must sign.
pub(crate) struct Keys {
    release: SigningKeyFile,
    rescue: [SigningKeyFile; 2],
}

pub(crate) static KEYS: LazyLock<Keys> = LazyLock::new(Keys::new);

impl Keys {
    fn new() -> Self {
        Self {
            release: kept("release.key"),
            rescue: ["rescue-1.key", "rescue-2.key"].map(kept),
        }
    }

    /// As a store has them.
    pub(crate) fn release(&self) -> KeySetContents {
        of([&self.release])
    }

    /// As a store has them.
    pub(crate) fn rescue(&self) -> KeySetContents {
        of(self.rescue.each_ref())
    }

    /// The files of the rescue keys.
    pub(crate) fn rescue_files(&self) -> [PathBuf; 2] {
        self.rescue.each_ref().map(|key| key.path().to_owned())
    }

    /// How the device names the release key.
    pub(crate) fn release_id(&self) -> String {
        self.release.public().key_id.to_string()
    }

    /// The signature file of a manifest.
    pub(crate) fn sign(&self, manifest: &[u8], version: &str) -> String {
        let released = Date::from_calendar(2026, 1, 1).unwrap();
        let comment = TrustedComment::of_release(crate::firmware::PRODUCT, version, released);
        let signature = self.release.sign(manifest, &comment.unwrap()).unwrap();
        signature.to_file()
    }
}

/// A key that is made in the first run.
fn kept(name: &str) -> SigningKeyFile {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("fleet-keys");
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join(name);
    let made = SigningKeyFile::create(&path, NewProtection::DangerouslyNone);
    let nobody = PasswordSource::from_option(None);
    made.or_else(|_| SigningKeyFile::open(&path, &nobody))
        .unwrap()
}

/// All of these must sign.
fn of<const N: usize>(files: [&SigningKeyFile; N]) -> KeySetContents {
    let mut keys = files.map(|file| {
        let public = file.public();
        KeyContents {
            id: public.key_id.0,
            public: public.ed25519,
        }
    });
    keys.sort_by_key(|key| key.id);
    KeySetContents {
        threshold: u8::try_from(N).unwrap(),
        keys: keys.into(),
    }
}
