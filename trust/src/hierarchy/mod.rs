//! The CA hierarchy as a graph: keys, and the certificates that bind a key to the key of its issuer.
//!
//! It is made from the anchor pool, from captured chains and from the calendar's `[[certificate]]` facts. One
//! certificate may come from several of these; the DER in hand wins over a fact. A certificate is bound to the key that
//! signed it: where both are in hand by its signature, else by the identifier of the key, else because it is the only
//! known key of its issuer's name. One that is bound to none is kept, and [`Hierarchy::unbound`] lists it.

mod build;
mod names;
mod paths;
mod signers;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

pub use build::{Builder, NewCertificate};
pub(crate) use names::attribute;
pub use paths::CaPath;
pub use signers::Signed;

use crate::anchors::{Constraints, PublicKey, SignatureAlgorithm};
use crate::date::Date;
use crate::policy::Sha256;

/// A key of a [`Hierarchy`]: its place in the order of SPKI hashes.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(transparent)]
pub struct KeyId(pub(crate) u32);

/// A certificate of a [`Hierarchy`]: its place in the order of fingerprints.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(transparent)]
pub struct CertificateId(pub(crate) u32);

impl KeyId {
    /// The place as an index into [`Hierarchy::keys`].
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

impl CertificateId {
    /// The place as an index into [`Hierarchy::certificates`].
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// A CA's key.
#[derive(Clone, Debug)]
pub struct Key {
    /// SHA-256 of its SubjectPublicKeyInfo.
    pub spki_sha256: Sha256,
    /// DER of its SubjectPublicKeyInfo, where a certificate with it is in hand.
    pub spki: Option<Vec<u8>>,
    /// Its identifiers in the certificates that are in hand.
    pub ids: BTreeSet<Vec<u8>>,
    /// Kind and size.
    pub kind: PublicKey,
    /// Who runs it, in the calendar's words, where that is known.
    pub owner: Option<String>,
    /// Short name of its first certificate: `ISRG Root X2`.
    pub name: String,
    /// Its certificates, by fingerprint.
    pub certificates: Vec<CertificateId>,
    /// The day it was made, as far as is known: earliest notBefore of a self-issued certificate.
    pub made: Option<Date>,
}

/// A CA certificate: binds `key` to its issuer's.
#[derive(Clone, Debug)]
pub struct CaCertificate {
    /// SHA-256 of the DER certificate.
    pub sha256: Sha256,
    /// Subject in short: `R3`.
    pub name: String,
    /// Subject as RFC 4514 text.
    pub subject: String,
    /// Issuer, the same way.
    pub issuer: String,
    /// DER of subject and issuer, where the certificate is in hand.
    pub names_der: Option<(Vec<u8>, Vec<u8>)>,
    /// The key that it certifies.
    pub key: KeyId,
    /// The key that signed it. None where it is not known, or cannot be told from another one of its issuer's name: what is
    /// not known is not safe.
    pub issuers: Vec<KeyId>,
    /// First day.
    pub not_before: Date,
    /// Last day, inclusive.
    pub not_after: Date,
    /// The day it was revoked.
    pub revoked: Option<Date>,
    /// What it is signed with.
    pub signature: SignatureAlgorithm,
    /// Whether it may issue.
    pub may_issue: bool,
    /// What may stand below it; nothing is known of a certificate that is not in hand.
    pub constraints: Constraints,
    /// Bytes of the DER, where it is in hand.
    pub der_length: Option<usize>,
    /// Where it is known from, best first; never empty.
    pub origins: Vec<Origin>,
}

/// Where a certificate is known from.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Origin {
    /// The DER is in hand.
    InHand {
        /// The file.
        file: String,
    },
    /// A fact of the calendar, public since this day.
    Fact {
        /// First day on which it was public.
        known_on: Date,
        /// Who says so.
        source: String,
    },
}

impl CaCertificate {
    /// Subject and issuer have one name.
    pub fn self_issued(&self) -> bool {
        match &self.names_der {
            Some((subject, issuer)) => subject == issuer,
            None => self.subject == self.issuer,
        }
    }

    /// Subject and issuer in short: `ISRG Root X2 signed by ISRG Root X1`.
    pub fn in_words(&self) -> String {
        let issuer = attribute(&self.issuer, "CN");
        format!("{} signed by {}", self.name, issuer.unwrap_or(&self.issuer))
    }

    /// Whether the DER is in hand.
    pub fn in_hand(&self) -> bool {
        self.origins
            .iter()
            .any(|origin| matches!(origin, Origin::InHand { .. }))
    }
}

/// The graph. Keys are in the order of their SPKI hashes, certificates in the order of their fingerprints.
#[derive(Clone, Debug, Default)]
pub struct Hierarchy {
    keys: Vec<Key>,
    certificates: Vec<CaCertificate>,
    by_spki: BTreeMap<Sha256, KeyId>,
    /// Keys by the subjects of their certificates.
    by_name: BTreeMap<String, Vec<KeyId>>,
    by_fingerprint: BTreeMap<Sha256, CertificateId>,
}

impl Hierarchy {
    /// Every key.
    pub fn keys(&self) -> &[Key] {
        &self.keys
    }

    /// Every certificate.
    pub fn certificates(&self) -> &[CaCertificate] {
        &self.certificates
    }

    /// The key with this place. Ids of another hierarchy have no meaning here.
    pub fn key(&self, id: KeyId) -> Option<&Key> {
        self.keys.get(id.index())
    }

    /// The certificate with this place.
    pub fn certificate(&self, id: CertificateId) -> Option<&CaCertificate> {
        self.certificates.get(id.index())
    }

    /// The key with this SPKI hash.
    pub fn find_key(&self, spki_sha256: &Sha256) -> Option<KeyId> {
        self.by_spki.get(spki_sha256).copied()
    }

    /// The certificate with this fingerprint.
    pub fn find(&self, sha256: &Sha256) -> Option<CertificateId> {
        self.by_fingerprint.get(sha256).copied()
    }

    /// Certificates that join two different keys: what may be dropped without dropping a root.
    pub fn cross_certificates(&self) -> impl Iterator<Item = CertificateId> {
        let crosses = |certificate: &CaCertificate| {
            let root = self
                .key(certificate.key)
                .is_some_and(|key| key.made.is_some());
            root && !certificate.self_issued()
        };
        let all = (0..).map(CertificateId).zip(&self.certificates);
        all.filter(move |(_, certificate)| crosses(certificate))
            .map(|(id, _)| id)
    }

    /// Certificates whose issuer has no known key: no path leads on from them.
    pub fn unbound(&self) -> impl Iterator<Item = CertificateId> {
        let all = (0..).map(CertificateId).zip(&self.certificates);
        all.filter(|(_, certificate)| certificate.issuers.is_empty())
            .map(|(id, _)| id)
    }
}
