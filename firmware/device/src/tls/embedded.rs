//! The engine that is in use: embedded-tls 0.19, with nothing of its own ways to verify a server. It is a copy with a patch:
//! `firmware/vendor/embedded-tls/PERENNIAL.md`.
//!
//! It was read line by line for what a hostile or unusual server can do to it. What is not listed is refused with an error.
//!
//! | what comes | what the library does | what is done about it |
//! | --- | --- | --- |
//! | Finished without Certificate and CertificateVerify | opens the connection, and asks no verifier | no [`HandshakeProof`], no connection ([`TlsError::NotProven`]) |
//! | messages in any order, twice | takes them | the judge takes one Certificate, then one CertificateVerify |
//! | an encrypted record of 16 bytes, nothing but a tag | panics (`decrypt_record`) | the guard wants 17 |
//! | a handshake message that is not encrypted, after the handshake | panics (`DecryptedReadHandler`: `unimplemented!`) | the guard refuses it |
//! | one during the handshake | takes it as if it were encrypted | the guard refuses it |
//! | close_notify that is not encrypted | takes it, and anyone on the way may send it | the guard refuses it |
//! | an encrypted handshake message that it knows, after the handshake | panics, the same | the cipher drops tickets, and refuses the rest: [`TlsError::UnknownMessage`] |
//! | a KeyUpdate, an unknown message | an error | the same |
//! | a version, a cipher suite, a curve that was not offered | goes on, and fails when it decrypts | the guard reads the ServerHello |
//! | a HelloRetryRequest | cannot read it | the guard knows it |
//! | a message split over records | cannot read the first part | for the ServerHello, the guard says so; else [`TlsError::Unreadable`] |
//! | groups in EncryptedExtensions, or signature schemes in a CertificateRequest, that it does not know, or too many | as published, cannot read the message: a server that learns a new one is lost | the patch: they are passed over |
//! | an alert of unknown number | cannot read it | the guard reads those before encryption |
//! | a record longer than the buffer | an error | the buffer holds the longest |
//! | ChangeCipherSpec without end | reads on | the guard counts the records of a handshake |
//! | encrypted records without content, without end | reads on | the caller's time limit |
//! | a read that was given up in the middle, and another one | may panic (`advance`), or decrypts from the wrong place | [`TlsError::Cancelled`] |
//! | an alert of its own | sends it as ChangeCipherSpec | nothing: the connection ends either way |
//!
//! It always offers Ed25519, which the device cannot verify. A server that has such a certificate *and* another one may
//! send the wrong one; no public CA issues any.

use core::fmt;
use core::marker::PhantomData;

use alloc::boxed::Box;
use alloc::vec;

use embedded_io_async::{ErrorType, Read, Write};
use embedded_tls::{
    Aes128GcmSha256, Aes256GcmSha384, CryptoProvider, TlsCipherSuite, TlsConfig, TlsConnection,
    TlsContext, TlsError as LibraryError, TlsVerifier,
};
use rand_core::CryptoRngCore;

use crate::tls::cipher::WatchedSuite;
use crate::tls::error::TlsError;
use crate::tls::guard::Guard;
use crate::tls::judge::Judge;
use crate::tls::progress::{Phase, Progress};
use crate::tls::records::MAX_RECORD_BYTES;
use crate::tls::suite::Suite;
use crate::tls::{Secured, Server, TlsEngine};
use crate::verify::HandshakeProof;

/// Bytes of the buffer for writing: a ClientHello for the longest host name has 450. Longer data are several records.
const WRITE_BYTES: usize = 1024;

/// TLS 1.3 with P-256 and AES-GCM. One connection at a time.
///
/// It keeps 17,664 bytes of the heap from when it is made, so that none is missing later.
pub struct EmbeddedTls<R> {
    random: R,
    reading: Box<[u8]>,
    writing: Box<[u8]>,
    progress: Progress,
}

/// What a verified server sends, decrypted, and what is sent to it. The first error is the last word: it is given again.
pub struct Stream<'a, C: Read + Write> {
    connection: Connection<'a, C>,
    progress: &'a Progress,
    /// Whether a read or write began and did not end.
    busy: bool,
}

/// On the heap: they have two and three kilobytes, and futures would hold them several times.
enum Connection<'a, C: Read + Write> {
    Aes128(Box<TlsConnection<'a, Guard<'a, C>, WatchedSuite<Aes128GcmSha256>>>),
    Aes256(Box<TlsConnection<'a, Guard<'a, C>, WatchedSuite<Aes256GcmSha384>>>),
}

impl<R: CryptoRngCore> EmbeddedTls<R> {
    /// An engine. Its secrets are as good as `random` is.
    pub fn new(random: R) -> Self {
        Self {
            random,
            reading: vec![0; MAX_RECORD_BYTES].into_boxed_slice(),
            writing: vec![0; WRITE_BYTES].into_boxed_slice(),
            progress: Progress::new(),
        }
    }
}

impl<R: CryptoRngCore> TlsEngine for EmbeddedTls<R> {
    type Stream<'a, C: Read + Write + 'a>
        = Stream<'a, C>
    where
        Self: 'a;

    async fn open<'a, C: Read + Write + 'a>(
        &'a mut self,
        transport: C,
        suite: Suite,
        server: Server<'_, '_>,
    ) -> Result<Secured<Stream<'a, C>>, TlsError> {
        self.progress = Progress::new();
        let progress = &self.progress;
        let buffers = [&mut *self.reading, &mut *self.writing];
        let guard = Guard::new(transport, progress, suite);
        let judge = Judge::new(server, progress);
        let random = &mut self.random;
        let (connection, proof) = match suite {
            Suite::Aes128GcmSha256 => {
                let (connection, proof) =
                    shake_hands(guard, buffers, random, judge, progress).await?;
                (Connection::Aes128(Box::new(connection)), proof)
            }
            Suite::Aes256GcmSha384 => {
                let (connection, proof) =
                    shake_hands(guard, buffers, random, judge, progress).await?;
                (Connection::Aes256(Box::new(connection)), proof)
            }
        };
        progress.enter(Phase::Established);
        let stream = Stream {
            connection,
            progress,
            busy: false,
        };
        Ok(Secured::new(stream, proof))
    }
}

/// A whole handshake with the cipher suite `S`.
async fn shake_hands<'a, C: Read + Write + 'a, S: TlsCipherSuite + 'static, R: CryptoRngCore>(
    guard: Guard<'a, C>,
    [reading, writing]: [&'a mut [u8]; 2],
    random: &mut R,
    judge: Judge<'_, '_>,
    progress: &Progress,
) -> Result<(TlsConnection<'a, Guard<'a, C>, S>, HandshakeProof), TlsError> {
    // RSA has to be asked for. PKCS #1 v1.5 comes with it, for the signatures of certificates.
    let mut config = TlsConfig::new().enable_rsa_signatures();
    let host = judge.server().host;
    if !is_address(host) {
        config = config.with_server_name(host);
    }
    let mut provider = Provider {
        random,
        judge,
        suite: PhantomData,
    };
    let mut connection = TlsConnection::new(guard, reading, writing);
    let opened = connection
        .open(TlsContext::new(&config, &mut provider))
        .await;
    opened.map_err(|error| explain(error, progress))?;
    Ok((connection, provider.judge.proof()?))
}

/// Whether a host is an IPv4 address, which is no server name: RFC 6066, section 3.
fn is_address(host: &str) -> bool {
    host.parse::<core::net::Ipv4Addr>().is_ok()
}

/// What the library asks for during a handshake with the cipher suite `S`.
struct Provider<'a, 's, R, S> {
    random: &'a mut R,
    judge: Judge<'a, 's>,
    suite: PhantomData<S>,
}

impl<R: CryptoRngCore, S: TlsCipherSuite> CryptoProvider for Provider<'_, '_, R, S> {
    type CipherSuite = S;
    /// Never made: the device has no certificate of its own.
    type Signature = &'static [u8];

    fn rng(&mut self) -> impl CryptoRngCore {
        &mut *self.random
    }

    fn verifier(&mut self) -> Result<&mut impl TlsVerifier<S>, LibraryError> {
        Ok(&mut self.judge)
    }
}

impl<C: Read + Write> Stream<'_, C> {
    /// Marks that something begins, if the connection still is usable.
    fn begin(&mut self) -> Result<(), TlsError> {
        if self.busy {
            self.progress.stop(TlsError::Cancelled);
        }
        match self.progress.end() {
            Some(error) => Err(error),
            None => {
                self.busy = true;
                Ok(())
            }
        }
    }

    fn end<T>(&mut self, result: Result<T, LibraryError>) -> Result<T, TlsError> {
        self.busy = false;
        result.map_err(|error| self.progress.stop(explain(error, self.progress)))
    }
}

impl<C: Read + Write> ErrorType for Stream<'_, C> {
    type Error = TlsError;
}

impl<C: Read + Write> Read for Stream<'_, C> {
    async fn read(&mut self, into: &mut [u8]) -> Result<usize, TlsError> {
        self.begin()?;
        let read = match &mut self.connection {
            Connection::Aes128(connection) => connection.read(into).await,
            Connection::Aes256(connection) => connection.read(into).await,
        };
        self.end(read)
    }
}

impl<C: Read + Write> Write for Stream<'_, C> {
    async fn write(&mut self, bytes: &[u8]) -> Result<usize, TlsError> {
        self.begin()?;
        let written = match &mut self.connection {
            Connection::Aes128(connection) => connection.write(bytes).await,
            Connection::Aes256(connection) => connection.write(bytes).await,
        };
        self.end(written)
    }

    async fn flush(&mut self) -> Result<(), TlsError> {
        self.begin()?;
        let flushed = match &mut self.connection {
            Connection::Aes128(connection) => connection.flush().await,
            Connection::Aes256(connection) => connection.flush().await,
        };
        self.end(flushed)
    }
}

/// What an error of the library means. Where the guard or the judge stopped the connection, they know.
fn explain(error: LibraryError, progress: &Progress) -> TlsError {
    if let Some(known) = progress.end() {
        return known;
    }
    let established = progress.phase() == Phase::Established;
    match error {
        LibraryError::ConnectionClosed | LibraryError::MissingHandshake => TlsError::Closed,
        LibraryError::CryptoError => TlsError::BadRecord,
        LibraryError::EncodeError | LibraryError::InvalidApplicationData => TlsError::Unwritable,
        LibraryError::InternalError if established => TlsError::ServerAlert,
        LibraryError::Io(kind) => TlsError::Io(kind),
        LibraryError::IoError => TlsError::Cut,
        // Of the type of an encrypted record: data or an alert in place of a message.
        LibraryError::InvalidRecord => TlsError::Unexpected,
        LibraryError::Unimplemented => TlsError::UnknownMessage,
        _ => TlsError::Unreadable,
    }
}

impl<R> fmt::Debug for EmbeddedTls<R> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("EmbeddedTls")
            .finish_non_exhaustive()
    }
}

impl<C: Read + Write> fmt::Debug for Stream<'_, C> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Stream").finish_non_exhaustive()
    }
}
