//! Which key signed a certificate.

use std::collections::BTreeMap;
use std::sync::Arc;

use device::verify::is_signed_by;

use super::{CaCertificate, Hierarchy, KeyId};
use crate::anchors::Certificate;
use crate::policy::Sha256;

/// What a certificate in hand says of its issuer, apart from the name.
#[derive(Clone, Debug)]
pub struct Signed {
    /// Its DER.
    pub der: Arc<[u8]>,
    /// Identifier of its issuer's key.
    pub issuer_key_id: Option<Vec<u8>>,
}

impl Signed {
    /// What `certificate` says.
    pub fn of(certificate: &Certificate) -> Self {
        Self {
            der: Arc::clone(&certificate.der),
            issuer_key_id: certificate.issuer_key_id.clone(),
        }
    }
}

impl Hierarchy {
    /// The keys that may have signed a certificate whose issuer's name in the form of RFC 4514 is `issuer`. The one that
    /// did, where its signature can be verified; else all of that name that are not known to be others, by the
    /// signature or by the identifier of the key.
    pub fn signers(&self, signed: &Signed, issuer: &str) -> Vec<KeyId> {
        let named = self.keys_named(issuer);
        let by = |id: &KeyId| is_signed_by(&signed.der, self.key(*id)?.spki.as_deref()?);
        if let Some(signer) = named.iter().find(|id| by(id) == Some(true)) {
            return vec![*signer];
        }
        let named = named.iter().copied();
        named
            .filter(|id| by(id) != Some(false) && self.may_be(*id, signed))
            .collect()
    }

    /// Whether the signature of a certificate is of `key`: not where nobody has the key, or can verify with it.
    pub(crate) fn verifies(&self, signed: &Signed, key: KeyId) -> bool {
        let spki = self.key(key).and_then(|key| key.spki.as_deref());
        spki.is_some_and(|spki| is_signed_by(&signed.der, spki) == Some(true))
    }

    /// Whether the identifiers do not say that it is another key.
    fn may_be(&self, key: KeyId, signed: &Signed) -> bool {
        let ids = self.key(key).map(|key| &key.ids);
        match (ids, &signed.issuer_key_id) {
            (Some(ids), Some(wanted)) => ids.is_empty() || ids.contains(wanted),
            _ => true,
        }
    }

    /// Binds every certificate to its issuer. `in_hand`: those that are, by fingerprint. What signed a root is nobody's
    /// business.
    pub(super) fn bind(&mut self, in_hand: &BTreeMap<Sha256, Signed>) {
        let issuer = |certificate: &CaCertificate| {
            let named = self.keys_named(&certificate.issuer);
            let found = match in_hand.get(&certificate.sha256) {
                Some(signed) if named != [certificate.key] => {
                    self.signers(signed, &certificate.issuer)
                }
                _ => named.to_vec(),
            };
            match found[..] {
                [only] => vec![only],
                _ if certificate.self_issued() && found.contains(&certificate.key) => {
                    vec![certificate.key]
                }
                _ => Vec::new(),
            }
        };
        let issuers: Vec<_> = self.certificates.iter().map(issuer).collect();
        for (certificate, issuers) in self.certificates.iter_mut().zip(issuers) {
            certificate.issuers = issuers;
        }
    }

    /// The keys that have a certificate with this subject, in order.
    pub(super) fn keys_named(&self, subject: &str) -> &[KeyId] {
        self.by_name.get(subject).map_or(&[], Vec::as_slice)
    }
}
