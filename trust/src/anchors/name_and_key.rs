//! What a certificate bundle keeps of a CA certificate: its name and its key.

use sha2::{Digest as _, Sha256 as Sha256Hasher};
use x509_parser::prelude::FromDer as _;
use x509_parser::x509::{SubjectPublicKeyInfo, X509Name};

use super::{PublicKey, algorithms, der, name};
use crate::policy::Sha256;

/// A subject and a key: an anchor without dates.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct NameAndKey {
    /// The name as a person reads it, as [`super::Certificate::name`].
    pub name: String,
    /// DER of the subject Name, with its outer SEQUENCE.
    pub subject: Vec<u8>,
    /// The subject as RFC 4514 text.
    pub distinguished_name: String,
    /// Organisation (O) of the subject, where it has one.
    pub organisation: Option<String>,
    /// SHA-256 of the SubjectPublicKeyInfo (RFC 7469).
    pub spki_sha256: Sha256,
    /// Kind and size of the key.
    pub key: PublicKey,
}

impl NameAndKey {
    /// Reads both, each of which must be all of its bytes and DER: `None` where one is not. A name without a part is none.
    pub fn from_der(subject: &[u8], spki: &[u8]) -> Option<Self> {
        der::check(subject).ok()?;
        der::check(spki).ok()?;
        let (rest, parsed) = X509Name::from_der(subject).ok()?;
        let (after, key) = SubjectPublicKeyInfo::from_der(spki).ok()?;
        let whole = rest.is_empty() && after.is_empty() && parsed.iter_rdn().next().is_some();
        let spki_sha256 = Sha256Hasher::digest(spki).into();
        whole.then(|| Self {
            name: name::display(&parsed, &spki_sha256),
            subject: subject.to_vec(),
            distinguished_name: name::rfc4514(&parsed),
            organisation: name::organisation(&parsed),
            spki_sha256,
            key: algorithms::public_key(&key),
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;
    use crate::anchors::Certificate;
    use crate::source::{Location, SourceFile};

    #[test]
    fn a_root_has_the_name_and_key_of_its_certificate() {
        let place = Location::whole(&SourceFile::new("", ""));
        for der in webpki_root_certs::TLS_SERVER_ROOT_CERTS {
            let root = Certificate::from_der(der, place.clone()).unwrap();
            let read = NameAndKey::from_der(&root.subject, &root.spki).unwrap();
            assert_eq!(
                (&read.name, read.spki_sha256),
                (&root.name, root.spki_sha256)
            );
            assert_eq!(read.distinguished_name, root.distinguished_names().0);
            assert_eq!(NameAndKey::from_der(&root.subject, &root.spki[1..]), None);
            assert_eq!(NameAndKey::from_der(&root.spki, &root.subject), None);
        }
        assert_eq!(NameAndKey::from_der(&[0x30, 0], &[0x30, 0]), None);
    }
}
