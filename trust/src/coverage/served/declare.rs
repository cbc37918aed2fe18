//! What is known of an endpoint: declared in the policy, and captured.

use super::SentChain;
use crate::anchors::{Certificate, PublicKey, SignatureAlgorithm};
use crate::calendar::KeyType;
use crate::chains::Chains;
use crate::date::Date;
use crate::hierarchy::{CertificateId, Hierarchy, KeyId, Signed};
use crate::policy::{Endpoint, Sha256};
use crate::server;

/// An endpoint as it is declared.
#[derive(Clone, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub struct Declaration {
    /// Its name.
    pub name: String,
    /// Its host.
    pub host: String,
    /// Owner of its CA, in the calendar's words.
    pub owner: String,
    /// Which of the CA's chains it sends.
    pub profile: Option<String>,
    /// Kind of its leaf's key.
    pub key_type: Option<KeyType>,
    /// Lifetime of its leaves, in days.
    pub leaf_days: Option<u32>,
    /// Last day of the leaf that is known to be served, where there is no capture.
    pub leaf_ends: Option<Date>,
    /// Days that a renewal may be early.
    pub renewal_slack_days: u32,
    /// Chains that were seen.
    pub captures: Vec<Capture>,
}

/// A chain that was seen.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Capture {
    /// The file it is in.
    pub file: String,
    /// The leaf: without it nobody knows what is issued below the certificates, or that a server sends them.
    pub leaf: Leaf,
    /// The key that signed the leaf; `None` where the hierarchy does not have it, or cannot tell which of several of its
    /// issuer's name it is.
    pub issuer: Option<KeyId>,
    /// Whether that key verifies the leaf's signature. Else the leaf's word alone says so, because nobody has the key or can
    /// verify with it: that is not proven.
    pub verified: bool,
    /// The CA certificates above it, as sent.
    pub certificates: Vec<CertificateId>,
    /// How many certificates were sent above the leaf, those that may not issue among them.
    pub sent: usize,
    /// Bytes of DER that were sent in all.
    pub bytes: usize,
}

/// A captured leaf.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Leaf {
    /// First day.
    pub not_before: Date,
    /// Last day.
    pub not_after: Date,
    /// SHA-256 of its SubjectPublicKeyInfo.
    pub spki_sha256: Sha256,
    /// Kind and size of its key.
    pub key: PublicKey,
    /// What it is signed with.
    pub signature: SignatureAlgorithm,
    /// Bytes of its DER.
    pub der_length: usize,
    /// Every host that it is for.
    pub names: Vec<String>,
}

impl Declaration {
    /// What the policy says of `endpoint`, with the chains that it names. `hierarchy` must have been made with them:
    /// certificates that it does not have are left out.
    pub fn of(endpoint: &Endpoint, chains: &Chains, hierarchy: &Hierarchy) -> Self {
        let captures = chains.by_path_of(endpoint);
        Self {
            name: endpoint.name.value.clone(),
            host: server::host(&endpoint.url.value)
                .unwrap_or_default()
                .to_owned(),
            owner: endpoint.owner.value.clone(),
            profile: endpoint
                .profile
                .as_ref()
                .map(|profile| profile.value.clone()),
            key_type: endpoint.key_type.as_ref().map(|kind| kind.value),
            leaf_days: endpoint.leaf_days.as_ref().map(|days| days.value),
            leaf_ends: endpoint.leaf_ends.as_ref().map(|day| day.value),
            renewal_slack_days: endpoint
                .renewal_slack_days
                .as_ref()
                .map_or(0, |days| days.value),
            captures: captures
                .filter_map(|(file, chain)| Capture::of(file, chain, hierarchy))
                .collect(),
        }
    }
}

impl Capture {
    /// A chain as sent, the leaf first; `None` where a certificate that may issue is first, or none: it says nothing of
    /// a server.
    pub fn of(file: &str, chain: &[Certificate], hierarchy: &Hierarchy) -> Option<Self> {
        let (leaf, others) = chain.split_first().filter(|(first, _)| !first.may_issue)?;
        let above: Vec<_> = others
            .iter()
            .filter_map(|c| hierarchy.find(&c.fingerprint))
            .collect();
        let issuer = issuer(leaf, &above, hierarchy);
        Some(Self {
            file: file.to_owned(),
            verified: issuer.is_some_and(|key| hierarchy.verifies(&Signed::of(leaf), key)),
            issuer,
            leaf: Leaf::of(leaf),
            certificates: above,
            sent: others.len(),
            bytes: chain.iter().map(|one| one.der.len()).sum(),
        })
    }

    /// Whether `chain` is what was captured; `None` is a chain of which nobody knows the leaf's issuer.
    pub(crate) fn sends(&self, chain: Option<&SentChain>) -> bool {
        match chain {
            Some(chain) => {
                self.issuer == Some(chain.below)
                    && !chain.unnamed_issuer
                    && self.certificates == chain.certificates
            }
            None => self.issuer.is_none(),
        }
    }

    /// The chain as sent; `None` where nobody knows the leaf's issuer.
    pub(super) fn chain(&self) -> Option<SentChain> {
        Some(SentChain {
            below: self.issuer?,
            unnamed_issuer: false,
            certificates: self.certificates.clone(),
        })
    }
}

/// The key that signed `leaf`: of several that may have, the one that was sent.
fn issuer(leaf: &Certificate, above: &[CertificateId], hierarchy: &Hierarchy) -> Option<KeyId> {
    let mut signers = hierarchy.signers(&Signed::of(leaf), &leaf.distinguished_names().1);
    signers.retain(|key| is_named(*key, &leaf.issuer, above, hierarchy));
    let sent = above.iter().filter_map(|id| hierarchy.certificate(*id));
    let mut sent = sent.map(|certificate| certificate.key);
    match signers.as_slice() {
        [one] => Some(*one),
        several => sent.find(|key| several.contains(key)),
    }
}

/// Whether the key has a certificate whose subject has these bytes, as far as one is in hand: bundles and webpki look for
/// an issuer by the bytes of its name. Where certificates of the key were sent, it is one of these.
fn is_named(key: KeyId, issuer: &[u8], above: &[CertificateId], hierarchy: &Hierarchy) -> bool {
    let all = hierarchy.key(key).map_or(&[][..], |key| &key.certificates);
    let is_sent = |id: &&CertificateId| above.contains(id);
    let any_sent = all.iter().any(|id| is_sent(&id));
    let certificates = all.iter().filter(|id| !any_sent || is_sent(id));
    let mut subjects = certificates
        .filter_map(|id| hierarchy.certificate(*id)?.names_der.as_ref())
        .map(|(subject, _)| subject.as_slice())
        .peekable();
    subjects.peek().is_none() || subjects.any(|subject| subject == issuer)
}

impl Leaf {
    /// Kind of its key, where CAs have chains for it.
    pub(super) fn key_type(&self) -> Option<KeyType> {
        key_type(&self.key)
    }

    fn of(certificate: &Certificate) -> Self {
        Self {
            not_before: certificate.not_before,
            not_after: certificate.not_after,
            spki_sha256: certificate.spki_sha256,
            key: certificate.key.clone(),
            signature: certificate.signature.clone(),
            der_length: certificate.der.len(),
            names: crate::chains::names(certificate),
        }
    }
}

/// The chain type for a key of this kind.
pub(super) fn key_type(key: &PublicKey) -> Option<KeyType> {
    match key {
        PublicKey::P256 | PublicKey::P384 | PublicKey::P521 => Some(KeyType::Ecdsa),
        PublicKey::Rsa(_) => Some(KeyType::Rsa),
        PublicKey::Ed25519 | PublicKey::Other(_) => None,
    }
}
