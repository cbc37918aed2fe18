//! Judges what a server shows in its handshake: the chain, and the signature by its key.

use embedded_tls::{
    CertificateEntryRef, CertificateRef, CertificateVerifyRef, TlsCipherSuite,
    TlsError as LibraryError, TlsVerifier,
};
use sha2::Digest as _;

use crate::tls::Server;
use crate::tls::error::TlsError;
use crate::tls::progress::Progress;
use crate::verify::{HandshakeProof, VerifiedServer};

/// Most certificates that the library hands over. What the device allows is fewer, and [`crate::verify`] says so.
const MAX_ENTRIES: usize = 16;
/// Bytes of SHA-384, the longest hash of a transcript.
const MAX_HASH: usize = 48;

/// Judges one handshake.
pub(super) struct Judge<'a, 's> {
    server: Server<'a, 's>,
    progress: &'a Progress,
    shown: Shown,
}

/// What the server has shown.
enum Shown {
    Nothing,
    Certificate {
        server: VerifiedServer,
        transcript: Transcript,
    },
    Proof(HandshakeProof),
}

/// The hash of all messages up to and including Certificate.
struct Transcript {
    bytes: [u8; MAX_HASH],
    length: usize,
}

impl<'a, 's> Judge<'a, 's> {
    pub(super) const fn new(server: Server<'a, 's>, progress: &'a Progress) -> Self {
        Self {
            server,
            progress,
            shown: Shown::Nothing,
        }
    }

    pub(super) const fn server(&self) -> Server<'a, 's> {
        self.server
    }

    /// The proof, if the server gave it. That the handshake ended well says nothing of it: the library takes a handshake
    /// without a certificate too, and then asks nobody.
    pub(super) fn proof(self) -> Result<HandshakeProof, TlsError> {
        match self.shown {
            Shown::Proof(proof) => Ok(proof),
            Shown::Nothing | Shown::Certificate { .. } => Err(TlsError::NotProven),
        }
    }

    fn judge_chain(&self, certificate: &CertificateRef<'_>) -> Result<VerifiedServer, TlsError> {
        if !matches!(self.shown, Shown::Nothing) {
            return Err(TlsError::Unexpected);
        }
        let mut chain = [&[][..]; MAX_ENTRIES];
        for (place, entry) in chain.iter_mut().zip(&certificate.entries) {
            match entry {
                CertificateEntryRef::X509(der) => *place = der,
                CertificateEntryRef::RawPublicKey(_) => return Err(TlsError::Unexpected),
            }
        }
        let sent = chain.get(..certificate.entries.len()).unwrap_or_default();
        let Server { host, clock, .. } = self.server;
        let judged = self.server.verifier.verify(sent, host, clock);
        judged.map_err(TlsError::Certificate)
    }

    fn judge_signature(
        &mut self,
        verify: &CertificateVerifyRef<'_>,
    ) -> Result<HandshakeProof, TlsError> {
        let shown = core::mem::replace(&mut self.shown, Shown::Nothing);
        let Shown::Certificate { server, transcript } = shown else {
            return Err(TlsError::Unexpected);
        };
        let scheme = verify.signature_scheme.as_u16();
        let proof = server.verify_handshake(scheme, transcript.as_slice(), verify.signature);
        proof.map_err(TlsError::Signature)
    }

    /// Why the library must not go on. It learns nothing more: the reason stands in [`Progress`].
    fn refuse(&self, error: TlsError) -> LibraryError {
        self.progress.stop(error);
        LibraryError::InvalidCertificate
    }
}

impl<S: TlsCipherSuite> TlsVerifier<S> for Judge<'_, '_> {
    fn set_hostname_verification(&mut self, _: &str) -> Result<(), LibraryError> {
        // The name is in `server`, where an IPv4 address is one too.
        Ok(())
    }

    fn verify_certificate(
        &mut self,
        transcript: &S::Hash,
        certificate: CertificateRef<'_>,
    ) -> Result<(), LibraryError> {
        let server = self.judge_chain(&certificate);
        let server = server.map_err(|error| self.refuse(error))?;
        let transcript = Transcript::of(&transcript.clone().finalize());
        self.shown = Shown::Certificate { server, transcript };
        Ok(())
    }

    fn verify_signature(&mut self, verify: CertificateVerifyRef<'_>) -> Result<(), LibraryError> {
        let proof = self.judge_signature(&verify);
        self.shown = Shown::Proof(proof.map_err(|error| self.refuse(error))?);
        Ok(())
    }
}

impl Transcript {
    fn of(hash: &[u8]) -> Self {
        let mut bytes = [0; MAX_HASH];
        for (place, byte) in bytes.iter_mut().zip(hash) {
            *place = *byte;
        }
        let length = hash.len().min(MAX_HASH);
        Self { bytes, length }
    }

    fn as_slice(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }
}
