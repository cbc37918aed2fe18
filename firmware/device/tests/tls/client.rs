//! The device as a client: with all of its guards, and the library alone, without any.

use device::store::{StoreContents, TrustStore};
use device::tls::{EmbeddedTls, Secured, Server, Suite, TlsEngine, TlsError, embedded::Stream};
use device::verify::{Clock, Verifier};
use embedded_io_async::{Read, Write};
use embedded_tls::{
    Aes128GcmSha256, CertificateRef, CertificateVerifyRef, CryptoProvider, CryptoRngCore,
    TlsConfig, TlsConnection, TlsContext, TlsVerifier,
};
use rand_core::OsRng;
use sha2::Sha256;

use crate::support::{HOST, valid};

/// A device with a trust store.
pub(crate) struct Device<R = OsRng> {
    engine: EmbeddedTls<R>,
    store: Vec<u8>,
    pub(crate) clock: Clock,
    pub(crate) host: String,
}

impl Device {
    pub(crate) fn trusting(store: &StoreContents) -> Self {
        Self::with_random(store, OsRng)
    }
}

impl<R: CryptoRngCore> Device<R> {
    pub(crate) fn with_random(store: &StoreContents, random: R) -> Self {
        Self {
            engine: EmbeddedTls::new(random),
            store: store.write().unwrap(),
            clock: valid(),
            host: HOST.into(),
        }
    }

    pub(crate) async fn open<'a, C: Read + Write + 'a>(
        &'a mut self,
        transport: C,
    ) -> Result<Secured<Stream<'a, C>>, TlsError> {
        self.open_with(transport, Suite::Aes128GcmSha256).await
    }

    pub(crate) async fn open_with<'a, C: Read + Write + 'a>(
        &'a mut self,
        transport: C,
        suite: Suite,
    ) -> Result<Secured<Stream<'a, C>>, TlsError> {
        let verifier = Verifier::new(TrustStore::read_exact(&self.store).unwrap());
        let server = Server {
            host: &self.host,
            port: 443,
            verifier: &verifier,
            clock: self.clock,
        };
        self.engine.open(transport, suite, server).await
    }
}

/// The library alone, with a verifier that refuses everything it is asked for, if it is asked.
pub(crate) struct Bare {
    reading: Vec<u8>,
    writing: Vec<u8>,
}

/// What the library alone was told to ask.
pub(crate) enum Verdict {
    Yes,
    No,
}

impl Bare {
    pub(crate) fn new() -> Self {
        Self {
            reading: vec![0; 16_640],
            writing: vec![0; 1024],
        }
    }

    pub(crate) async fn open<'a, C: Read + Write + 'a>(
        &'a mut self,
        transport: C,
        verdict: Verdict,
    ) -> Result<TlsConnection<'a, C, Aes128GcmSha256>, embedded_tls::TlsError> {
        let config = TlsConfig::new()
            .enable_rsa_signatures()
            .with_server_name(HOST);
        let mut connection = TlsConnection::new(transport, &mut self.reading, &mut self.writing);
        let context = TlsContext::new(&config, Provider(verdict));
        connection.open(context).await?;
        Ok(connection)
    }
}

struct Provider(Verdict);

impl CryptoProvider for Provider {
    type CipherSuite = Aes128GcmSha256;
    type Signature = &'static [u8];

    fn rng(&mut self) -> impl CryptoRngCore {
        OsRng
    }

    fn verifier(
        &mut self,
    ) -> Result<&mut impl TlsVerifier<Aes128GcmSha256>, embedded_tls::TlsError> {
        Ok(&mut self.0)
    }
}

impl Verdict {
    fn result(&self) -> Result<(), embedded_tls::TlsError> {
        match self {
            Self::Yes => Ok(()),
            Self::No => Err(embedded_tls::TlsError::InvalidCertificate),
        }
    }
}

impl TlsVerifier<Aes128GcmSha256> for Verdict {
    fn set_hostname_verification(&mut self, _: &str) -> Result<(), embedded_tls::TlsError> {
        Ok(())
    }

    fn verify_certificate(
        &mut self,
        _: &Sha256,
        _: CertificateRef<'_>,
    ) -> Result<(), embedded_tls::TlsError> {
        self.result()
    }

    fn verify_signature(
        &mut self,
        _: CertificateVerifyRef<'_>,
    ) -> Result<(), embedded_tls::TlsError> {
        self.result()
    }
}
