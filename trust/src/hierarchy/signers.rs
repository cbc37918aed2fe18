//! Which keys may have signed a certificate: its signature says so, where it and the key are in hand.

use std::collections::BTreeMap;
use std::sync::Arc;

use device::verify::is_signed_by;

use super::{CaCertificate, Hierarchy, KeyId};
use crate::policy::Sha256;

impl Hierarchy {
    /// The keys that may have signed a certificate, `der`, whose issuer's name in the form of RFC 4514 is `issuer`. The
    /// one that did, where it can be told; else all of that name that are not known to be others.
    pub fn signers(&self, der: &[u8], issuer: &str) -> Vec<KeyId> {
        let named = self.keys_named(issuer);
        let signed = |id: &KeyId| is_signed_by(der, self.key(*id)?.spki.as_deref()?);
        if let Some(signer) = named.iter().find(|id| signed(id) == Some(true)) {
            return vec![*signer];
        }
        let may_have = |id: &KeyId| signed(id) != Some(false);
        named.iter().copied().filter(may_have).collect()
    }

    /// Binds every certificate to its issuers. `in_hand`: the DER of those that have one, by fingerprint. What signed a
    /// root is nobody's business.
    pub(super) fn bind(&mut self, in_hand: &BTreeMap<Sha256, Arc<[u8]>>) {
        let issuers = |certificate: &CaCertificate| {
            let named = self.keys_named(&certificate.issuer);
            match in_hand.get(&certificate.sha256) {
                Some(der) if named != [certificate.key] => self.signers(der, &certificate.issuer),
                _ => named.to_vec(),
            }
        };
        let issuers: Vec<_> = self.certificates.iter().map(issuers).collect();
        for (certificate, issuers) in self.certificates.iter_mut().zip(issuers) {
            certificate.issuers = issuers;
        }
    }

    /// The keys that have a certificate with this subject, in order.
    pub(super) fn keys_named(&self, subject: &str) -> &[KeyId] {
        self.by_name.get(subject).map_or(&[], Vec::as_slice)
    }
}
