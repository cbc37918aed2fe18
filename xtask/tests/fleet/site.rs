//! What a server has on its disk.

use std::path::PathBuf;

use tempfile::TempDir;

use crate::firmware::{FOLDER, Files};
use crate::pki::Identity;

/// Of a certificate in PEM.
const LAST_LINE: &str = "-----END CERTIFICATE-----\n";

/// A folder to be served, and what the server shows of itself beside it.
pub(crate) struct Site {
    folder: TempDir,
}

impl Site {
    pub(crate) fn new(identity: &Identity) -> Self {
        let site = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        std::fs::create_dir_all(site.root().join(FOLDER)).unwrap();
        site.renew(identity);
        site
    }

    /// The certificates and the key that are there from now on; a server reads them when it starts.
    pub(crate) fn renew(&self, identity: &Identity) {
        std::fs::write(self.chain(), &identity.chain).unwrap();
        let others = identity.chain.split_inclusive(LAST_LINE).skip(1);
        std::fs::write(self.others(), others.collect::<String>()).unwrap();
        std::fs::write(self.key(), &identity.key).unwrap();
    }

    /// Puts these files where devices look for them.
    pub(crate) fn publish(&self, files: &Files) {
        for (name, bytes) in files {
            std::fs::write(self.root().join(FOLDER).join(name), bytes).unwrap();
        }
    }

    /// What is served.
    pub(crate) fn root(&self) -> PathBuf {
        self.folder.path().join("www")
    }

    pub(crate) fn chain(&self) -> PathBuf {
        self.folder.path().join("chain.pem")
    }

    /// The chain without the server's own certificate.
    pub(crate) fn others(&self) -> PathBuf {
        self.folder.path().join("others.pem")
    }

    pub(crate) fn key(&self) -> PathBuf {
        self.folder.path().join("key.pem")
    }

    /// A place for what else the server has.
    pub(crate) fn beside(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}
