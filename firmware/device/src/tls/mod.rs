//! TLS 1.3 with a server that has proven who it is, or no connection.
//!
//! | file | what it is |
//! | --- | --- |
//! | `mod.rs` | [`TlsEngine`], behind which another library can take the place of this one; [`visit`] |
//! | [`embedded`] | the engine that is in use, and what is known to be wrong with its library |
//! | `judge.rs` | asks [`crate::verify`] about the chain and about the signature of the handshake |
//! | `guard.rs`, `records.rs`, `hello.rs` | what is checked below the library, before it sees it |
//! | `cipher.rs` | what is checked inside the library, once it is decrypted |
//! | `progress.rs` | what those share |
//! | `error.rs`, `alert.rs` | why there is no connection, in words that help |

pub mod embedded;

mod alert;
mod cipher;
mod error;
mod guard;
mod hello;
mod judge;
mod progress;
mod records;
mod suite;

pub use crate::tls::alert::Alert;
pub use crate::tls::embedded::EmbeddedTls;
pub use crate::tls::error::{OpenError, TlsError};
pub use crate::tls::hello::HelloProblem;
pub use crate::tls::records::{
    MAX_HANDSHAKE_BYTES, MAX_HANDSHAKE_RECORDS, MAX_RECORD_BYTES, RecordProblem,
};
pub use crate::tls::suite::Suite;

use core::cell::Cell;
use core::future::Future;
use core::pin::pin;
use core::time::Duration;

use embedded_io_async::{ErrorType, Read, Write};

use crate::platform::{Network, Timer};
use crate::verify::{Clock, HandshakeProof, Verifier};

/// Who shall be reached, and what is asked of it.
#[derive(Clone, Copy, Debug)]
pub struct Server<'a, 's> {
    /// The host: the name that the certificate must have, in canonical form ([`crate::host`]).
    pub host: &'a str,
    /// The TCP port.
    pub port: u16,
    /// Judges the chain.
    pub verifier: &'a Verifier<'s>,
    /// What is known of the time.
    pub clock: Clock,
}

/// A library that speaks TLS 1.3.
///
/// An implementation gives a [`Secured`] only after [`HandshakeProof`] was made of this very handshake.
pub trait TlsEngine {
    /// The encrypted connection over the transport `C`.
    type Stream<'a, C: Read + Write + 'a>: Read<Error = TlsError> + Write<Error = TlsError>
    where
        Self: 'a;

    /// Shakes hands over `transport`, which is connected already, and verifies the server. It offers `suite` alone.
    /// It may take forever: callers use [`Timer::within`].
    ///
    /// # Errors
    ///
    /// Why the server is not trusted, or cannot be spoken with.
    fn open<'a, C: Read + Write + 'a>(
        &'a mut self,
        transport: C,
        suite: Suite,
        server: Server<'_, '_>,
    ) -> impl Future<Output = Result<Secured<Self::Stream<'a, C>>, TlsError>>;
}

/// A connection together with the proof of who is at its other end. Nobody makes one without a proof.
///
/// ```compile_fail,E0451
/// # fn forge<S>(stream: S, proof: device::verify::HandshakeProof) -> device::tls::Secured<S> {
/// device::tls::Secured { stream, proof }
/// # }
/// ```
///
/// Using one is for everybody:
///
/// ```
/// fn host<S>(secured: &device::tls::Secured<S>) -> &str {
///     secured.proof().server().name()
/// }
/// ```
#[derive(Debug)]
pub struct Secured<S> {
    stream: S,
    proof: HandshakeProof,
}

/// What is done with a server once it is verified. It is a trait because a closure cannot take a stream of any type.
pub trait Visitor {
    /// What it gives.
    type Output;

    /// Speaks with the server. When this returns, the connection is dropped.
    fn visit<S: Read<Error = TlsError> + Write<Error = TlsError>>(
        self,
        secured: Secured<S>,
    ) -> impl Future<Output = Self::Output>;
}

/// Connects to `server`, verifies it and lets `visitor` speak with it. A server that refuses the handshake is asked a second
/// time, with the other cipher suite. `limit` is for connection and handshake, of each of the two; not for the visit.
///
/// # Errors
///
/// Why the server was not reached, or is not trusted. Then nobody spoke with it.
pub async fn visit<E: TlsEngine, N: Network, V: Visitor>(
    engine: &mut E,
    network: &mut N,
    timer: &impl Timer,
    server: Server<'_, '_>,
    limit: Duration,
    visitor: V,
) -> Result<V::Output, OpenError<N::Error>> {
    let first = Suite::Aes128GcmSha256;
    match open(engine, network, timer, server, limit, first).await {
        Ok(secured) => return Ok(visitor.visit(secured).await),
        Err(OpenError::Tls(error)) if error.may_be_the_suite() => {}
        Err(error) => return Err(useless(network, server, error)),
    }
    let second = Suite::Aes256GcmSha384;
    match open(engine, network, timer, server, limit, second).await {
        Ok(secured) => Ok(visitor.visit(secured).await),
        Err(error) => Err(useless(network, server, error)),
    }
}

/// Tells the network where somebody else was reached.
fn useless<N: Network>(
    network: &mut N,
    server: Server<'_, '_>,
    error: OpenError<N::Error>,
) -> OpenError<N::Error> {
    if matches!(error, OpenError::Tls(_)) {
        network.useless(server.host);
    }
    error
}

/// Connects to `server` and verifies it, with one cipher suite.
///
/// # Errors
///
/// Why the server was not reached, or is not trusted. [`TlsError::may_be_the_suite`] tells whether another suite is
/// worth a try; [`visit`] does that.
pub async fn open<'a, E: TlsEngine, N: Network>(
    engine: &'a mut E,
    network: &mut N,
    timer: &impl Timer,
    server: Server<'_, '_>,
    limit: Duration,
    suite: Suite,
) -> Result<Secured<E::Stream<'a, N::Connection>>, OpenError<N::Error>>
where
    N::Connection: 'a,
{
    let connected = Cell::new(false);
    let attempt = async {
        let connection = network.connect(server.host, server.port).await;
        let transport = connection.map_err(OpenError::Unreached)?;
        connected.set(true);
        let opened = engine.open(transport, suite, server).await;
        let secured = opened.map_err(OpenError::Tls)?;
        match server.is_proven_by(secured.proof()) {
            true => Ok(secured),
            false => Err(OpenError::Tls(TlsError::NotProven)),
        }
    };
    let opened = timer.within(limit, pin!(attempt)).await;
    opened.unwrap_or_else(|late| {
        if connected.get() {
            network.useless(server.host);
        }
        Err(OpenError::TimedOut(late))
    })
}

impl Server<'_, '_> {
    /// Whether a proof is of this server, by this store and this time. An engine that brings another one is wrong.
    fn is_proven_by(&self, proof: &HandshakeProof) -> bool {
        let shown = proof.server();
        shown.name() == self.host
            && shown.basis() == self.clock.basis()
            && shown.store() == self.verifier.store()
    }
}

impl<S> Secured<S> {
    /// For engines: `proof` must be of the very handshake that opened `stream`. It is used up: there is none for another stream.
    pub const fn new(stream: S, proof: HandshakeProof) -> Self {
        Self { stream, proof }
    }

    /// Who is at the other end.
    pub const fn proof(&self) -> &HandshakeProof {
        &self.proof
    }
}

impl<S: ErrorType> ErrorType for Secured<S> {
    type Error = S::Error;
}

impl<S: Read> Read for Secured<S> {
    async fn read(&mut self, into: &mut [u8]) -> Result<usize, S::Error> {
        self.stream.read(into).await
    }
}

impl<S: Write> Write for Secured<S> {
    async fn write(&mut self, bytes: &[u8]) -> Result<usize, S::Error> {
        self.stream.write(bytes).await
    }

    async fn flush(&mut self) -> Result<(), S::Error> {
        self.stream.flush().await
    }
}
