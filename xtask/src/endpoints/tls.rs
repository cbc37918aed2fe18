//! A TLS handshake that keeps what the server sends and judges none of it.

use std::fmt;
use std::io::{self, Write as _};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{self, CryptoProvider};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{
    AlertDescription, ClientConfig, ClientConnection, DigitallySignedStruct, ProtocolVersion,
    SignatureScheme, StreamOwned, SupportedCipherSuite,
};
use trust::anchors::{Certificate, PublicKey};
use trust::source::{Location, SourceFile};

use super::connect::{self, Deadline, TimedStream};
use super::target::Target;
use crate::exit::Exit;
use crate::failure::{Failure, Result};

/// The kind of key that a server is asked to show.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum KeyType {
    Ecdsa,
    Rsa,
}

/// What a server sent.
#[derive(Clone, Debug)]
pub(super) struct Served {
    /// The certificates as they were sent, DER, never empty.
    pub(super) chain: Vec<Vec<u8>>,
    pub(super) key_type: KeyType,
    /// `1.2` or `1.3`; `unknown` where the handshake ended before that was said.
    pub(super) tls: &'static str,
    /// Whether the server showed that it has the key of the first certificate; else why that is not known.
    pub(super) signature: std::result::Result<(), String>,
}

/// An open connection to a server.
pub(super) type Connection = StreamOwned<ClientConnection, TimedStream>;

/// How an attempt ended.
pub(super) enum Attempt {
    /// With a chain, and the connection unless it ended right after.
    Served(Served, Option<Box<Connection>>),
    /// The server has none of this kind, and said so in these words.
    NoSuchChain(String),
}

impl KeyType {
    /// The word in file names and in the policy.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Ecdsa => "ecdsa",
            Self::Rsa => "rsa",
        }
    }

    /// What is offered to the server. SHA-1 is not: no device may accept it.
    fn schemes(self) -> &'static [SignatureScheme] {
        match self {
            Self::Ecdsa => &[
                SignatureScheme::ECDSA_NISTP256_SHA256,
                SignatureScheme::ECDSA_NISTP384_SHA384,
                SignatureScheme::ECDSA_NISTP521_SHA512,
            ],
            Self::Rsa => &[
                SignatureScheme::RSA_PSS_SHA256,
                SignatureScheme::RSA_PSS_SHA384,
                SignatureScheme::RSA_PSS_SHA512,
                SignatureScheme::RSA_PKCS1_SHA256,
                SignatureScheme::RSA_PKCS1_SHA384,
                SignatureScheme::RSA_PKCS1_SHA512,
            ],
        }
    }

    /// The kind of a certificate's key, where the certificate can be read.
    fn of(der: &[u8]) -> Option<Self> {
        let nowhere = Location::new(&SourceFile::new("", ""), 0..0);
        match Certificate::from_der(der, nowhere).ok()?.key {
            PublicKey::P256 | PublicKey::P384 | PublicKey::P521 => Some(Self::Ecdsa),
            PublicKey::Rsa(_) => Some(Self::Rsa),
            PublicKey::Ed25519 | PublicKey::Other(_) => None,
        }
    }
}

/// Asks the server for its chain of this kind.
///
/// # Errors
/// [`Exit::Environment`]: no connection, no TLS, no certificate, no answer in time.
pub(super) fn handshake(target: &Target, key_type: KeyType, deadline: Deadline) -> Result<Attempt> {
    let keeper = Arc::new(Keeper::new(key_type));
    let name = ServerName::try_from(target.host.clone()).map_err(|error| {
        Failure::new(
            Exit::Unreadable,
            format!("{} is not a server's name", target.host),
        )
        .evidence(error)
        .help("give a DNS name or an IPv4 address")
    })?;
    let client = config(&keeper).and_then(|config| ClientConnection::new(Arc::new(config), name));
    let client =
        client.map_err(|error| Failure::new(Exit::Bug, "cannot set up TLS").evidence(error))?;
    let mut connection = StreamOwned::new(client, connect::connect(target, deadline)?);
    let ended = shake_hands(&mut connection);
    let tls = match connection.conn.protocol_version() {
        Some(ProtocolVersion::TLSv1_2) => "1.2",
        Some(ProtocolVersion::TLSv1_3) => "1.3",
        _ => "unknown",
    };
    let chain = keeper.kept().chain.clone();
    let sent = chain.first().and_then(|leaf| KeyType::of(leaf));
    if let Some(other) = sent.filter(|sent| *sent != key_type) {
        return Ok(Attempt::NoSuchChain(format!(
            "it sends an {} certificate",
            other.word()
        )));
    }
    if chain.is_empty() {
        return without_chain(target, ended.err());
    }
    let signature = keeper.signature(ended.as_ref().err());
    let served = Served {
        chain,
        key_type,
        tls,
        signature,
    };
    Ok(Attempt::Served(
        served,
        ended.is_ok().then(|| Box::new(connection)),
    ))
}

fn shake_hands(connection: &mut Connection) -> io::Result<()> {
    while connection.conn.is_handshaking() {
        connection.conn.complete_io(&mut connection.sock)?;
    }
    connection.flush()
}

/// The client's settings: what is sent narrows what the server can choose from.
fn config(keeper: &Arc<Keeper>) -> std::result::Result<ClientConfig, rustls::Error> {
    let mut provider = crypto::ring::default_provider();
    let wanted = keeper.key_type.schemes();
    provider.cipher_suites.retain(|suite| match suite {
        SupportedCipherSuite::Tls12(suite) => {
            suite.sign.iter().any(|scheme| wanted.contains(scheme))
        }
        SupportedCipherSuite::Tls13(_) => true,
    });
    let builder = ClientConfig::builder_with_provider(Arc::new(provider))
        .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])?;
    let mut config = builder
        .dangerous()
        .with_custom_certificate_verifier(Arc::clone(keeper) as Arc<dyn ServerCertVerifier>)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    // A resumed session has no certificates.
    config.resumption = rustls::client::Resumption::disabled();
    Ok(config)
}

/// Why no certificate came.
fn without_chain(target: &Target, error: Option<io::Error>) -> Result<Attempt> {
    let authority = target.authority();
    let failure = |what: String| Failure::new(Exit::Environment, what);
    let Some(error) = error else {
        return Err(failure(format!("{authority} sent no certificate")));
    };
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref());
    match inner {
        Some(rustls::Error::AlertReceived(
            alert @ (AlertDescription::HandshakeFailure | AlertDescription::InsufficientSecurity),
        )) => Ok(Attempt::NoSuchChain(format!("TLS alert {alert:?}"))),
        Some(rustls::Error::AlertReceived(alert)) => Err(failure(format!("{authority} refused the handshake"))
            .evidence(format!("TLS alert {alert:?}"))
            .help("UnrecognizedName: it does not serve this host; ProtocolVersion: it has neither TLS 1.3 nor 1.2")),
        Some(rustls::Error::NoCertificatesPresented) => Err(failure(format!("{authority} sent no certificate"))
            .evidence("its Certificate message is empty")
            .help("configure the server with a certificate and its chain")),
        Some(rustls::Error::InvalidMessage(message)) => {
            Err(failure(format!("{authority} does not speak TLS"))
                .evidence(format!("{message:?}"))
                .help("check the port: the URL must be that of an https server"))
        }
        Some(other) => Err(failure(format!("the handshake with {authority} failed")).evidence(other)
            .help("try another client: openssl s_client -connect HOST:PORT -servername HOST -showcerts")),
        None => Err(failure(format!("{authority} did not finish the handshake"))
            .evidence(connect::said(&error))
            .help("check that the port is that of an https server; --timeout waits longer")),
    }
}

/// What was seen during a handshake.
#[derive(Debug, Default)]
struct Kept {
    chain: Vec<Vec<u8>>,
    signature: Option<std::result::Result<(), String>>,
}

/// Accepts every certificate and keeps it.
struct Keeper {
    key_type: KeyType,
    algorithms: crypto::WebPkiSupportedAlgorithms,
    kept: Mutex<Kept>,
}

impl Keeper {
    fn new(key_type: KeyType) -> Self {
        let provider: CryptoProvider = crypto::ring::default_provider();
        Self {
            key_type,
            algorithms: provider.signature_verification_algorithms,
            kept: Mutex::default(),
        }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes down whether the server has the key. A chain is worth recording all the same.
    fn signed(
        &self,
        outcome: std::result::Result<HandshakeSignatureValid, rustls::Error>,
    ) -> std::result::Result<HandshakeSignatureValid, rustls::Error> {
        let outcome = outcome.map(drop).map_err(|error| error.to_string());
        self.kept().signature = Some(outcome);
        Ok(HandshakeSignatureValid::assertion())
    }

    fn signature(&self, ended: Option<&io::Error>) -> std::result::Result<(), String> {
        let seen = self.kept().signature.clone();
        let nothing = || ended.map_or_else(|| "it sent none".to_owned(), connect::said);
        seen.unwrap_or_else(|| Err(nothing()))
    }
}

impl fmt::Debug for Keeper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Keeper").field(&self.key_type).finish()
    }
}

impl ServerCertVerifier for Keeper {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> std::result::Result<ServerCertVerified, rustls::Error> {
        let chain = std::iter::once(end_entity).chain(intermediates);
        self.kept().chain = chain.map(|certificate| certificate.to_vec()).collect();
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> std::result::Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.algorithms;
        self.signed(crypto::verify_tls12_signature(
            message,
            certificate,
            signed,
            algorithms,
        ))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> std::result::Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.algorithms;
        self.signed(crypto::verify_tls13_signature(
            message,
            certificate,
            signed,
            algorithms,
        ))
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.key_type.schemes().to_vec()
    }
}
