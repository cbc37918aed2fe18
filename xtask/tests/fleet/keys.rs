//! Keys that sign releases and rescue stores, in files as `cargo xtask keys new` makes them.

use std::path::PathBuf;
use std::sync::LazyLock;

use device::store::{KeyContents, KeySetContents};
use tempfile::TempDir;
use trust::date::Date;
use xtask::signing::key_file::{NewProtection, SigningKeyFile};
use xtask::signing::trusted_comment::TrustedComment;

/// One key for releases, two for rescue stores, of which both must sign.
pub(crate) struct Keys {
    folder: TempDir,
    release: SigningKeyFile,
    rescue: [SigningKeyFile; 2],
}

pub(crate) static KEYS: LazyLock<Keys> = LazyLock::new(Keys::new);

impl Keys {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let key = |name: &str| {
            let path = folder.path().join(name);
            SigningKeyFile::create(&path, NewProtection::DangerouslyNone).unwrap()
        };
        Self {
            release: key("release.key"),
            rescue: ["rescue-1.key", "rescue-2.key"].map(key),
            folder,
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
        let files = self.rescue.each_ref().map(|key| key.path().to_owned());
        assert!(
            files
                .iter()
                .all(|file| file.starts_with(self.folder.path()))
        );
        files
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
