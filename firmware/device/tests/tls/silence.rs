//! Servers that are not there, or say nothing.

use std::net::TcpListener;
use std::time::Duration;

use device::platform::{TimedOut, Timer};
use device::store::TrustStore;
use device::tls::{EmbeddedTls, OpenError, Secured, Server, Suite, TlsError, Visitor, open};
use device::verify::Verifier;
use embedded_io_async::{Read, Write};
use rand_core::OsRng;
use simulated::clock::{RealTimer, SteppedTimer};
use simulated::executor::block_on;
use simulated::network::{Loopback, Unreached};

use crate::openssl::Openssl;
use crate::support::{Chain, HOST, valid};

const LIMIT: Duration = Duration::from_secs(20);

/// Why a connection to this port is not opened.
fn ask(port: u16, timer: &impl Timer) -> OpenError<Unreached> {
    let bytes = Chain::new().store().write().unwrap();
    let server = Server {
        host: HOST,
        port: 443,
        verifier: &Verifier::new(TrustStore::read_exact(&bytes).unwrap()),
        clock: valid(),
    };
    let mut network = Loopback::default().with(HOST, 443, port);
    let mut engine = EmbeddedTls::new(OsRng);
    let suite = Suite::Aes128GcmSha256;
    let opened = open(&mut engine, &mut network, timer, server, LIMIT, suite);
    block_on(opened).unwrap_err()
}

fn listen() -> (TcpListener, u16) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    (listener, port)
}

#[test]
fn nobody_listens() {
    let (listener, port) = listen();
    drop(listener);
    let asked = ask(port, &SteppedTimer::default());
    assert!(matches!(asked, OpenError::Unreached(Unreached::Io(_))));
}

#[test]
fn a_server_accepts_and_says_nothing() {
    let (_listener, port) = listen();
    let asked = ask(port, &SteppedTimer::default());
    let late = TimedOut { limit: LIMIT };
    assert!(matches!(asked, OpenError::TimedOut(found) if found == late));
}

#[test]
fn a_server_hangs_up_at_once() {
    let (listener, port) = listen();
    let hang_up = std::thread::spawn(move || drop(listener.accept().unwrap()));
    let asked = ask(port, &RealTimer::start());
    // A reset, where the ClientHello came too late to be read.
    let ended = matches!(asked, OpenError::Tls(TlsError::Cut | TlsError::Io(_)));
    assert!(ended, "{asked}");
    hang_up.join().unwrap();
}

/// The library cannot go on after a read that was given up: it forgets the header that it had.
#[test]
fn a_read_that_was_given_up_ends_the_connection() {
    let chain = Chain::new();
    let server = Openssl::serve(&chain.sent(), &chain.leaf.key.serialize_pem(), &[]);
    let visited = server.visit(&chain.store(), HOST, valid(), GiveUp);
    assert_eq!(visited, Ok(Err(TlsError::Cancelled)));
}

struct GiveUp;

impl Visitor for GiveUp {
    type Output = Result<usize, TlsError>;

    async fn visit<S: Read<Error = TlsError> + Write<Error = TlsError>>(
        self,
        mut secured: Secured<S>,
    ) -> Self::Output {
        let timer = SteppedTimer::default();
        let waited = timer.within(LIMIT, secured.read(&mut [0; 9])).await;
        assert_eq!(waited, Err(TimedOut { limit: LIMIT }));
        secured.read(&mut [0; 9]).await
    }
}
