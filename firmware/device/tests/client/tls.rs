//! A TLS engine that encrypts nothing, and gives a connection only with a real proof: the chain of the server is verified, and
//! the signature of a handshake by its key.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;
use std::sync::Arc;

use device::tls::{Secured, Server, Suite, TlsEngine, TlsError};
use device::verify::{HandshakeProof, VerifiedServer};
use embedded_io_async::{Error, ErrorType, Read, Write};
use rcgen::SigningKey as _;
use simulated::internet::{GREETING, WELCOME};

use crate::pki::Identity;

/// ecdsa_secp256r1_sha256.
const P256: u16 = 0x0403;
const TRANSCRIPT: [u8; 32] = [7; 32];

/// Who answers on each host and port.
#[derive(Clone, Default)]
pub(crate) struct Identities(Rc<RefCell<ByPlace>>);

type ByPlace = BTreeMap<(String, u16), Arc<Identity>>;

impl Identities {
    pub(crate) fn set(&self, host: &str, identity: &Arc<Identity>) {
        let place = (host.to_owned(), 443);
        self.0.borrow_mut().insert(place, Arc::clone(identity));
    }

    pub(crate) fn copy(&self) -> Self {
        Self(Rc::new(RefCell::new(self.0.borrow().clone())))
    }
}

impl TlsEngine for Identities {
    type Stream<'a, C: Read + Write + 'a> = Unencrypted<C>;

    async fn open<'a, C: Read + Write + 'a>(
        &'a mut self,
        mut transport: C,
        _: Suite,
        server: Server<'_, '_>,
    ) -> Result<Secured<Unencrypted<C>>, TlsError> {
        greet(&mut transport).await?;
        let place = (server.host.to_owned(), server.port);
        let identity = self.0.borrow().get(&place).map(Arc::clone);
        let identity = identity.ok_or(TlsError::Unreadable)?;
        let proof = prove(&identity, server)?;
        Ok(Secured::new(Unencrypted(transport), proof))
    }
}

async fn greet<C: Read + Write>(transport: &mut C) -> Result<(), TlsError> {
    let mut welcome = [0];
    transport.write(GREETING).await.map_err(io)?;
    match transport.read(&mut welcome).await.map_err(io)? {
        1 if welcome == [WELCOME] => Ok(()),
        _ => Err(TlsError::Unreadable),
    }
}

thread_local! {
    static JUDGED: RefCell<HashMap<(u32, String), Result<VerifiedServer, TlsError>>> = RefCell::default();
}

/// A handshake of its own for each connection: its proof is for that one alone.
fn prove(identity: &Identity, server: Server<'_, '_>) -> Result<HandshakeProof, TlsError> {
    let verified = judge(identity, server)?;
    let mut message = vec![0x20; 64];
    message.extend(b"TLS 1.3, server CertificateVerify\0");
    message.extend(TRANSCRIPT);
    let signature = identity.key.sign(&message).unwrap();
    let proof = verified.verify_handshake(P256, &TRANSCRIPT, &signature);
    proof.map_err(TlsError::Signature)
}

/// What the device makes of the chain, asked once for each server, name, store and time: thousands of runs ask the same.
fn judge(identity: &Identity, server: Server<'_, '_>) -> Result<VerifiedServer, TlsError> {
    let question = format!("{} {:?} {:?}", server.host, server.clock, server.verifier);
    let key = (identity.number, question);
    if let Some(known) = JUDGED.with_borrow(|judged| judged.get(&key).cloned()) {
        return known;
    }
    let chain: Vec<&[u8]> = identity.chain.iter().map(Vec::as_slice).collect();
    let judged = server.verifier.verify(&chain, server.host, server.clock);
    let judged = judged.map_err(TlsError::Certificate);
    JUDGED.with_borrow_mut(|known| known.insert(key, judged.clone()));
    judged
}

#[allow(clippy::needless_pass_by_value, reason = "as map_err gives it")]
fn io(error: impl Error) -> TlsError {
    TlsError::Io(error.kind())
}

/// A connection as it is.
pub(crate) struct Unencrypted<C>(C);

impl<C> ErrorType for Unencrypted<C> {
    type Error = TlsError;
}

impl<C: Read> Read for Unencrypted<C> {
    async fn read(&mut self, into: &mut [u8]) -> Result<usize, TlsError> {
        self.0.read(into).await.map_err(io)
    }
}

impl<C: Write> Write for Unencrypted<C> {
    async fn write(&mut self, bytes: &[u8]) -> Result<usize, TlsError> {
        self.0.write(bytes).await.map_err(io)
    }

    async fn flush(&mut self) -> Result<(), TlsError> {
        self.0.flush().await.map_err(io)
    }
}
