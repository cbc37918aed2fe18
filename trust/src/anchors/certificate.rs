//! One certificate of the pool, as the facts that trust decisions rest on.

use std::sync::Arc;

use super::Constraints;
use crate::date::Date;
use crate::policy::Sha256;
use crate::source::Location;

/// A certificate of the anchor pool or of a captured chain.
#[derive(Clone, Debug)]
pub struct Certificate {
    /// The DER bytes.
    pub der: Arc<[u8]>,
    /// SHA-256 of the DER certificate.
    pub fingerprint: Sha256,
    /// Common name of the subject, else its last organisational unit or organisation; the unit too where the
    /// common name only repeats the organisation. Never empty, on one line.
    pub name: String,
    /// DER of the subject Name, with its outer SEQUENCE.
    pub subject: Vec<u8>,
    /// DER of the issuer Name, with its outer SEQUENCE.
    pub issuer: Vec<u8>,
    /// Organisation (O) of the subject, where it has one.
    pub organisation: Option<String>,
    /// DER of the SubjectPublicKeyInfo, with its outer SEQUENCE.
    pub spki: Vec<u8>,
    /// SHA-256 of [`Certificate::spki`] (RFC 7469).
    pub spki_sha256: Sha256,
    /// First day of validity.
    pub not_before: Date,
    /// Last day of validity, inclusive.
    pub not_after: Date,
    /// Kind and size of the key.
    pub key: PublicKey,
    /// What the certificate is signed with.
    pub signature: SignatureAlgorithm,
    /// Whether it may issue: version 1 self-issued, or basicConstraints CA with a keyUsage that allows it.
    pub may_issue: bool,
    /// What may stand below it.
    pub constraints: Constraints,
    /// Identifier of its key (RFC 5280, section 4.2.1.2), where it has one.
    pub key_id: Option<Vec<u8>>,
    /// Identifier of its issuer's key (RFC 5280, section 4.2.1.1), where it has one.
    pub issuer_key_id: Option<Vec<u8>>,
    /// Whether subject and issuer are the same name.
    pub self_issued: bool,
    /// Where it was read from: the BEGIN line to the END line.
    pub at: Location,
}

impl Certificate {
    /// A root: may issue and is self-issued.
    pub fn is_root(&self) -> bool {
        self.may_issue && self.self_issued
    }
}

/// Kind and size of a public key.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum PublicKey {
    /// Ed25519
    Ed25519,
    /// ECDSA P-256
    P256,
    /// ECDSA P-384
    P384,
    /// ECDSA P-521
    P521,
    /// RSA with this many bits of modulus
    Rsa(usize),
    /// Anything else, by its object identifier
    Other(String),
}

/// Signature algorithms of certificates.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum SignatureAlgorithm {
    /// ecdsa-with-SHA256
    EcdsaSha256,
    /// ecdsa-with-SHA384
    EcdsaSha384,
    /// ecdsa-with-SHA512
    EcdsaSha512,
    /// Ed25519
    Ed25519,
    /// RSA PKCS#1 v1.5 with SHA-1
    RsaSha1,
    /// RSA PKCS#1 v1.5 with SHA-256
    RsaSha256,
    /// RSA PKCS#1 v1.5 with SHA-384
    RsaSha384,
    /// RSA PKCS#1 v1.5 with SHA-512
    RsaSha512,
    /// RSASSA-PSS
    RsaPss,
    /// Anything else, by its object identifier
    Other(String),
}

impl SignatureAlgorithm {
    /// Whether it hashes with SHA-1 or MD5, which no verifier accepts inside a path any more. On a root it
    /// does not matter: nobody checks the signature of an anchor.
    pub fn is_broken(&self) -> bool {
        const BROKEN: [&str; 4] = [
            "1.2.840.10040.4.3",    // dsa-with-SHA1
            "1.2.840.10045.4.1",    // ecdsa-with-SHA1
            "1.2.840.113549.1.1.2", // md2WithRSAEncryption
            "1.2.840.113549.1.1.4", // md5WithRSAEncryption
        ];
        match self {
            Self::Other(oid) => BROKEN.contains(&oid.as_str()),
            other => *other == Self::RsaSha1,
        }
    }
}

/// Why a certificate may not issue others.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum IssueBar {
    /// Its keyUsage lacks keyCertSign.
    #[error("its keyUsage does not allow it to sign certificates")]
    KeyUsage,
    /// Version 3 and no basicConstraints.
    #[error("it has no basicConstraints, so it is not a CA certificate")]
    NoBasicConstraints,
    /// basicConstraints says that it is not a CA.
    #[error("its basicConstraints say that it is not a CA")]
    NotCa,
    /// basicConstraints or keyUsage cannot be read.
    #[error("its basicConstraints or keyUsage cannot be read")]
    Unreadable,
    /// Version 1 and issued by another name.
    #[error("it is a version 1 certificate that somebody else issued")]
    Version1,
}

impl std::fmt::Display for PublicKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Ed25519 => f.write_str("Ed25519"),
            Self::Other(identifier) => f.write_str(identifier),
            Self::P256 => f.write_str("P-256"),
            Self::P384 => f.write_str("P-384"),
            Self::P521 => f.write_str("P-521"),
            Self::Rsa(bits) => write!(f, "RSA-{bits}"),
        }
    }
}
