//! An engine that brings a proof of something else: there is no connection.

use device::store::{StoreContents, TrustStore};
use device::tls::{OpenError, Secured, Server, Suite, TlsEngine, TlsError, open};
use device::verify::{Clock, HandshakeProof, Verifier};
use embedded_io_async::{ErrorType, Read, Write};
use rcgen::SigningKey as _;
use simulated::clock::SteppedTimer;
use simulated::executor::block_on;
use simulated::network::Loopback;

use crate::support::{Chain, HOST, at, ca, leaf_for, root, valid};

/// ecdsa_secp256r1_sha256.
const P256: u16 = 0x0403;
const OTHER: &str = "other.example.com";

/// What a handshake is verified by.
#[derive(Clone)]
struct Question {
    host: &'static str,
    store: StoreContents,
    clock: Clock,
}

#[test]
fn a_proof_must_be_of_the_host_the_store_and_the_time_that_are_asked_for() {
    let names = leaf_for(&[HOST, OTHER]);
    let chain = Chain::with(ca("Intermediate"), names);
    let asked = Question {
        host: HOST,
        store: chain.store(),
        clock: valid(),
    };
    let mut larger = chain.store();
    larger.anchors.push(root("Other").anchor());
    let [host, store, clock] = [(); 3].map(|()| asked.clone());
    let host = Question {
        host: OTHER,
        ..host
    };
    let store = Question {
        store: larger,
        ..store
    };
    let clock = Question {
        clock: at("2026-02-01T12:00:01Z"),
        ..clock
    };
    let not_proven = Err(TlsError::NotProven);
    for (proven, expected) in [
        (asked.clone(), Ok(())),
        (host, not_proven),
        (store, not_proven),
        (clock, not_proven),
    ] {
        let engine = Elsewhere {
            chain: &chain,
            proven,
        };
        assert_eq!(opened(engine, &asked), expected);
    }
}

fn opened(mut engine: Elsewhere<'_>, asked: &Question) -> Result<(), TlsError> {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let mut network = Loopback::default().with(asked.host, 443, port);
    let bytes = asked.store.write().unwrap();
    let server = Server {
        host: asked.host,
        port: 443,
        verifier: &Verifier::new(TrustStore::read_exact(&bytes).unwrap()),
        clock: asked.clock,
    };
    let (timer, limit) = (SteppedTimer::default(), std::time::Duration::from_secs(20));
    let suite = Suite::Aes128GcmSha256;
    let opening = open(&mut engine, &mut network, &timer, server, limit, suite);
    match block_on(opening) {
        Ok(_) => Ok(()),
        Err(OpenError::Tls(error)) => Err(error),
        Err(other) => panic!("{other}"),
    }
}

/// Verifies a handshake of this chain, for another question than the one that it is asked.
struct Elsewhere<'c> {
    chain: &'c Chain,
    proven: Question,
}

impl Elsewhere<'_> {
    fn prove(&self) -> HandshakeProof {
        let bytes = self.proven.store.write().unwrap();
        let verifier = Verifier::new(TrustStore::read_exact(&bytes).unwrap());
        let Question { host, clock, .. } = self.proven;
        let server = verifier.verify(&self.chain.sent(), host, clock).unwrap();
        let transcript = [7; 32];
        let context = b"TLS 1.3, server CertificateVerify\0";
        let message = [&[0x20; 64], &context[..], &transcript].concat();
        let signature = self.chain.leaf.key.sign(&message).unwrap();
        server
            .verify_handshake(P256, &transcript, &signature)
            .unwrap()
    }
}

impl TlsEngine for Elsewhere<'_> {
    type Stream<'a, C: Read + Write + 'a>
        = Nothing<C>
    where
        Self: 'a;

    async fn open<'a, C: Read + Write + 'a>(
        &'a mut self,
        transport: C,
        _: Suite,
        _: Server<'_, '_>,
    ) -> Result<Secured<Nothing<C>>, TlsError> {
        Ok(Secured::new(Nothing(transport), self.prove()))
    }
}

/// A stream that has ended.
struct Nothing<C>(#[allow(dead_code, reason = "open as long as the stream is")] C);

impl<C> ErrorType for Nothing<C> {
    type Error = TlsError;
}

impl<C> Read for Nothing<C> {
    async fn read(&mut self, _: &mut [u8]) -> Result<usize, TlsError> {
        Err(TlsError::Cut)
    }
}

impl<C> Write for Nothing<C> {
    async fn write(&mut self, _: &[u8]) -> Result<usize, TlsError> {
        Err(TlsError::Cut)
    }

    async fn flush(&mut self) -> Result<(), TlsError> {
        Err(TlsError::Cut)
    }
}
