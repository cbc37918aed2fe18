//! What a verified chain and a verified handshake are proof of.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use crate::day::Day;
use crate::der::{self, SEQUENCE};
use crate::verify::algorithms::{Algorithm, Hash};
use crate::verify::certificate::{Certificate, Values};
use crate::verify::moment::TimeBasis;

/// The server that a chain was verified for. Only [`Verifier::verify`](super::Verifier::verify) makes one.
///
/// It says that *a certificate* is trusted, not that whoever sent it has its key. That takes
/// [`VerifiedServer::verify_handshake`].
///
/// Nobody else can make one:
///
/// ```compile_fail,E0451
/// # fn forge(by: device::verify::TrustedBy, basis: device::verify::TimeBasis) -> device::verify::VerifiedServer {
/// device::verify::VerifiedServer {
///     name: "ota.example.com".into(),
///     trusted_by: by,
///     basis,
///     store: [0; 32],
///     fingerprint: [0; 32],
///     spki: Vec::new(),
/// }
/// # }
/// ```
///
/// Reading one is for everybody:
///
/// ```
/// fn name(server: &device::verify::VerifiedServer) -> &str {
///     server.name()
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedServer {
    name: String,
    trusted_by: TrustedBy,
    basis: TimeBasis,
    store: [u8; 32],
    fingerprint: [u8; 32],
    spki: Vec<u8>,
}

/// What a chain is trusted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TrustedBy {
    /// An anchor.
    Anchor {
        /// Its place in the store.
        index: u8,
        /// SHA-256 of the DER certificate.
        fingerprint: [u8; 32],
    },
    /// A pin, because no anchor leads to the chain.
    Pin {
        /// The place in the chain of the certificate with the pinned key.
        certificate: u8,
        /// The pin.
        spki_sha256: [u8; 32],
        /// Its last day.
        expires: Day,
    },
}

/// A server that has shown that it has the key of its verified certificate. Only
/// [`VerifiedServer::verify_handshake`] makes one, and data of a connection may be used only with one in hand.
///
/// ```compile_fail,E0423
/// # fn forge(server: device::verify::VerifiedServer) -> device::verify::HandshakeProof {
/// device::verify::HandshakeProof(server)
/// # }
/// ```
///
/// It is of one handshake, and for one connection: nobody can keep another one of it for the next.
///
/// ```compile_fail,E0382
/// # fn twice<S>(first: S, second: S, proof: device::verify::HandshakeProof) {
/// let first = device::tls::Secured::new(first, proof);
/// let second = device::tls::Secured::new(second, proof);
/// # }
/// ```
#[derive(Debug, PartialEq, Eq)]
pub struct HandshakeProof(VerifiedServer);

/// Why a handshake was not signed by the server that was verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum HandshakeError {
    /// The signature is not one of this handshake by the certificate's key.
    BadSignature,
    /// A signature scheme that TLS 1.3 does not allow here, that the device does not support, or that is not
    /// for this kind of key.
    Scheme {
        /// The SignatureScheme, RFC 8446, section 4.2.3.
        found: u16,
    },
    /// A transcript hash that is neither SHA-256 nor SHA-384.
    TranscriptHash {
        /// Its length in bytes.
        length: usize,
    },
}

impl VerifiedServer {
    pub(super) fn new(
        name: &str,
        trusted_by: TrustedBy,
        basis: TimeBasis,
        store: [u8; 32],
        leaf: &Certificate<'_>,
    ) -> Self {
        let mut fingerprint = [0; 32];
        Hash::Sha256.of(leaf.der, |hash| fingerprint.copy_from_slice(hash));
        Self {
            name: name.into(),
            trusted_by,
            basis,
            store,
            fingerprint,
            spki: leaf.spki.into(),
        }
    }

    /// The name that was asked for.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The anchor or pin.
    pub const fn trusted_by(&self) -> TrustedBy {
        self.trusted_by
    }

    /// What the dates were judged by.
    pub const fn basis(&self) -> TimeBasis {
        self.basis
    }

    /// The identity of the store that was asked.
    pub const fn store(&self) -> &[u8; 32] {
        &self.store
    }

    /// SHA-256 of the server's certificate.
    pub const fn fingerprint(&self) -> &[u8; 32] {
        &self.fingerprint
    }

    /// Verifies the CertificateVerify message of TLS 1.3, RFC 8446, section 4.4.3, with the key of the
    /// verified certificate. `transcript_hash` is that of all messages up to and including Certificate.
    ///
    /// # Errors
    ///
    /// When the server has not shown that it has the key.
    pub fn verify_handshake(
        self,
        scheme: u16,
        transcript_hash: &[u8],
        signature: &[u8],
    ) -> Result<HandshakeProof, HandshakeError> {
        let length = transcript_hash.len();
        if length != 32 && length != 48 {
            return Err(HandshakeError::TranscriptHash { length });
        }
        let unsupported = HandshakeError::Scheme { found: scheme };
        let algorithm = Algorithm::of_scheme(scheme).ok_or(unsupported)?;
        let (key_algorithm, key) = key_parts(&self.spki).ok_or(unsupported)?;
        if key_algorithm != algorithm.key_id().as_ref() {
            return Err(unsupported);
        }
        let mut message = Vec::with_capacity(SIGNED_BEFORE.len().saturating_add(length));
        message.extend(SIGNED_BEFORE);
        message.extend(transcript_hash);
        if algorithm.verifies(key, &message, signature) {
            Ok(HandshakeProof(self))
        } else {
            Err(HandshakeError::BadSignature)
        }
    }
}

impl HandshakeProof {
    /// The server.
    pub const fn server(&self) -> &VerifiedServer {
        &self.0
    }
}

/// What stands before the transcript hash in what a server signs: RFC 8446, section 4.4.3.
const SIGNED_BEFORE: &[u8; 98] =
    b"                                                                TLS 1.3, server CertificateVerify\0";

/// The AlgorithmIdentifier and the key of a SubjectPublicKeyInfo.
pub(super) fn key_parts(spki: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut fields = Values(der::only(spki, SEQUENCE).ok()?.contents);
    let algorithm = fields.next(SEQUENCE).ok()?;
    Some((algorithm.contents, fields.bits().ok()?))
}

impl core::error::Error for HandshakeError {}

impl fmt::Display for HandshakeError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BadSignature => formatter
                .write_str("the handshake is not signed by the key of the server's certificate"),
            Self::Scheme { found } => write!(
                formatter,
                "the handshake is signed with scheme 0x{found:04x}, which is not supported for this key"
            ),
            Self::TranscriptHash { length } => {
                write!(
                    formatter,
                    "a transcript hash has 32 or 48 bytes, not {length}"
                )
            }
        }
    }
}
