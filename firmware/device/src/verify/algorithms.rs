//! Signature algorithms: the ones a device can verify, and the names of those it cannot.

use core::fmt;

use p256::ecdsa::signature::hazmat::PrehashVerifier as _;
use pki_types::{AlgorithmIdentifier, alg_id};
use sha2::{Digest as _, Sha256, Sha384, Sha512};

use crate::verify::rsa_key::RsaKey;

/// A signature algorithm together with the kind of key. Every hash goes with every curve: a P-384 root that
/// signs with SHA-256 exists, and the longer hash is cut to the curve (FIPS 186-5, section 6.4.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Algorithm {
    key: Key,
    hash: Hash,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Key {
    P256,
    P384,
    RsaPkcs1,
    RsaPss,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hash {
    Sha256,
    Sha384,
    Sha512,
}

/// How many there are.
pub(super) const COUNT: usize = 12;

/// Every algorithm that certificates may be signed with.
pub(super) const ALL: [Algorithm; COUNT] = {
    use Hash::{Sha256, Sha384, Sha512};
    use Key::{P256, P384, RsaPkcs1, RsaPss};
    [
        Algorithm::new(P256, Sha256),
        Algorithm::new(P256, Sha384),
        Algorithm::new(P256, Sha512),
        Algorithm::new(P384, Sha256),
        Algorithm::new(P384, Sha384),
        Algorithm::new(P384, Sha512),
        Algorithm::new(RsaPkcs1, Sha256),
        Algorithm::new(RsaPkcs1, Sha384),
        Algorithm::new(RsaPkcs1, Sha512),
        Algorithm::new(RsaPss, Sha256),
        Algorithm::new(RsaPss, Sha384),
        Algorithm::new(RsaPss, Sha512),
    ]
};

impl Algorithm {
    const fn new(key: Key, hash: Hash) -> Self {
        Self { key, hash }
    }

    /// The algorithm of a SignatureScheme that TLS 1.3 allows in CertificateVerify: RFC 8446, section 4.2.3.
    /// There the curve fixes the hash, and PKCS #1 v1.5 is for certificates only.
    pub(super) const fn of_scheme(scheme: u16) -> Option<Self> {
        match scheme {
            0x0403 => Some(Self::new(Key::P256, Hash::Sha256)),
            0x0503 => Some(Self::new(Key::P384, Hash::Sha384)),
            0x0804 => Some(Self::new(Key::RsaPss, Hash::Sha256)),
            0x0805 => Some(Self::new(Key::RsaPss, Hash::Sha384)),
            0x0806 => Some(Self::new(Key::RsaPss, Hash::Sha512)),
            _ => None,
        }
    }

    /// The AlgorithmIdentifier of the key, without its outer SEQUENCE.
    pub(super) const fn key_id(self) -> AlgorithmIdentifier {
        match self.key {
            Key::P256 => alg_id::ECDSA_P256,
            Key::P384 => alg_id::ECDSA_P384,
            Key::RsaPkcs1 | Key::RsaPss => alg_id::RSA_ENCRYPTION,
        }
    }

    /// The AlgorithmIdentifier of the signature, without its outer SEQUENCE.
    pub(super) const fn signature_id(self) -> AlgorithmIdentifier {
        match (self.key, self.hash) {
            (Key::P256 | Key::P384, Hash::Sha256) => alg_id::ECDSA_SHA256,
            (Key::P256 | Key::P384, Hash::Sha384) => alg_id::ECDSA_SHA384,
            (Key::P256 | Key::P384, Hash::Sha512) => alg_id::ECDSA_SHA512,
            (Key::RsaPkcs1, Hash::Sha256) => alg_id::RSA_PKCS1_SHA256,
            (Key::RsaPkcs1, Hash::Sha384) => alg_id::RSA_PKCS1_SHA384,
            (Key::RsaPkcs1, Hash::Sha512) => alg_id::RSA_PKCS1_SHA512,
            (Key::RsaPss, Hash::Sha256) => alg_id::RSA_PSS_SHA256,
            (Key::RsaPss, Hash::Sha384) => alg_id::RSA_PSS_SHA384,
            (Key::RsaPss, Hash::Sha512) => alg_id::RSA_PSS_SHA512,
        }
    }

    /// Whether `signature` is one of `message` by `key`, the contents of the BIT STRING of a
    /// SubjectPublicKeyInfo.
    pub(super) fn verifies(self, key: &[u8], message: &[u8], signature: &[u8]) -> bool {
        match self.key {
            Key::P256 => self
                .hash
                .of(message, |hash| verifies_p256(key, hash, signature)),
            Key::P384 => self
                .hash
                .of(message, |hash| verifies_p384(key, hash, signature)),
            Key::RsaPkcs1 => RsaKey::read(key)
                .is_some_and(|key| key.verifies_pkcs1(self.hash, message, signature)),
            Key::RsaPss => {
                RsaKey::read(key).is_some_and(|key| key.verifies_pss(self.hash, message, signature))
            }
        }
    }
}

impl Hash {
    /// Gives the hash of `message` to `with`.
    pub(super) fn of<R>(self, message: &[u8], with: impl FnOnce(&[u8]) -> R) -> R {
        match self {
            Self::Sha256 => with(&Sha256::digest(message)),
            Self::Sha384 => with(&Sha384::digest(message)),
            Self::Sha512 => with(&Sha512::digest(message)),
        }
    }
}

/// Certificates have uncompressed points: RFC 8446, section 4.2.8.2, allows no others, and RFC 5480, section
/// 2.2, asks for no others.
const UNCOMPRESSED: u8 = 4;

fn verifies_p256(key: &[u8], hash: &[u8], signature: &[u8]) -> bool {
    let key = (key.first() == Some(&UNCOMPRESSED))
        .then(|| p256::ecdsa::VerifyingKey::from_sec1_bytes(key).ok())
        .flatten();
    let signature = p256::ecdsa::Signature::from_der(signature);
    let (Some(key), Ok(signature)) = (key, signature) else {
        return false;
    };
    key.verify_prehash(hash, &signature).is_ok()
}

fn verifies_p384(key: &[u8], hash: &[u8], signature: &[u8]) -> bool {
    let key = (key.first() == Some(&UNCOMPRESSED))
        .then(|| p384::ecdsa::VerifyingKey::from_sec1_bytes(key).ok())
        .flatten();
    let signature = p384::ecdsa::Signature::from_der(signature);
    let (Some(key), Ok(signature)) = (key, signature) else {
        return false;
    };
    key.verify_prehash(hash, &signature).is_ok()
}

/// The object identifier of an algorithm or curve, for people. A long one is cut.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Oid {
    bytes: [u8; 12],
    length: u8,
}

impl Oid {
    /// The OID with which an AlgorithmIdentifier begins, or that of the curve when the algorithm is
    /// `id-ecPublicKey` (RFC 5480, section 2.1.1).
    pub(super) fn of_algorithm(identifier: &[u8]) -> Self {
        let (first, rest) = oid(identifier);
        if first == EC_PUBLIC_KEY {
            let (curve, _) = oid(rest);
            return Self::new(curve);
        }
        Self::new(first)
    }

    fn new(contents: &[u8]) -> Self {
        let mut bytes = [0; 12];
        let mut length = 0u8;
        for (into, byte) in bytes.iter_mut().zip(contents) {
            *into = *byte;
            length = length.saturating_add(1);
        }
        Self { bytes, length }
    }

    /// The contents of its DER.
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes
            .get(..usize::from(self.length))
            .unwrap_or_default()
    }

    /// The usual name, if it is a known one.
    pub fn name(&self) -> Option<&'static str> {
        let known = NAMES.iter().find(|(oid, _)| *oid == self.as_bytes());
        known.map(|(_, name)| *name)
    }
}

/// Splits the contents of an OID off the front; nothing when no OID stands there.
fn oid(bytes: &[u8]) -> (&[u8], &[u8]) {
    match crate::der::value(bytes, 0x06) {
        Ok(value) => (
            value.contents,
            bytes.get(value.encoding.len()..).unwrap_or_default(),
        ),
        Err(_) => (&[], bytes),
    }
}

const EC_PUBLIC_KEY: &[u8] = &[0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01];

/// Algorithms, kinds of keys and curves, as people call them.
const NAMES: &[(&[u8], &str)] = &[
    (
        &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01],
        "RSA",
    ),
    (
        &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x02],
        "RSA with MD2",
    ),
    (
        &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x04],
        "RSA with MD5",
    ),
    (
        &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x05],
        "RSA with SHA-1",
    ),
    (
        &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x0A],
        "RSA-PSS",
    ),
    (
        &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x0B],
        "RSA with SHA-256",
    ),
    (
        &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x0C],
        "RSA with SHA-384",
    ),
    (
        &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x0D],
        "RSA with SHA-512",
    ),
    (
        &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x0E],
        "RSA with SHA-224",
    ),
    (EC_PUBLIC_KEY, "elliptic curve"),
    (&[0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07], "P-256"),
    (
        &[0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x01],
        "ECDSA with SHA-1",
    ),
    (
        &[0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03, 0x01],
        "ECDSA with SHA-224",
    ),
    (
        &[0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03, 0x02],
        "ECDSA with SHA-256",
    ),
    (
        &[0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03, 0x03],
        "ECDSA with SHA-384",
    ),
    (
        &[0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03, 0x04],
        "ECDSA with SHA-512",
    ),
    (&[0x2B, 0x65, 0x70], "Ed25519"),
    (&[0x2B, 0x65, 0x71], "Ed448"),
    (&[0x2B, 0x81, 0x04, 0x00, 0x0A], "secp256k1"),
    (&[0x2B, 0x81, 0x04, 0x00, 0x21], "P-224"),
    (&[0x2B, 0x81, 0x04, 0x00, 0x22], "P-384"),
    (&[0x2B, 0x81, 0x04, 0x00, 0x23], "P-521"),
    (
        &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x03, 0x11],
        "ML-DSA-44",
    ),
    (
        &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x03, 0x12],
        "ML-DSA-65",
    ),
    (
        &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x03, 0x13],
        "ML-DSA-87",
    ),
];

/// The name, else the bytes.
impl fmt::Display for Oid {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => formatter.write_str(name),
            None => write!(
                formatter,
                "the algorithm with OID {}",
                crate::hex::Hex(self.as_bytes())
            ),
        }
    }
}

impl fmt::Debug for Oid {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}
