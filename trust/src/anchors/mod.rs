//! The anchor pool: certificates as files, read strictly.

mod certificate;

pub use certificate::*;

use crate::policy::Sha256;

/// The certificates of the pool, ordered by fingerprint. A fingerprint occurs once.
#[derive(Clone, Debug, Default)]
pub struct Inventory {
    certificates: Vec<Certificate>,
}

impl Inventory {
    /// The certificate with this fingerprint.
    pub fn find(&self, fingerprint: &Sha256) -> Option<&Certificate> {
        let at = self
            .certificates
            .binary_search_by(|c| c.fingerprint.cmp(fingerprint))
            .ok()?;
        self.certificates.get(at)
    }

    /// Every certificate, by fingerprint.
    pub fn iter(&self) -> impl Iterator<Item = &Certificate> {
        self.certificates.iter()
    }
}
