//! A real handshake, recorded with randomness that can be had again: then whatever is done to the server's bytes meets a
//! client with the right keys.

use std::cell::RefCell;
use std::net::TcpStream;

use device::store::StoreContents;
use device::tls::TlsError;
use embedded_io_async::{ErrorType, Read, Write};
use rcgen::{KeyPair, PKCS_ECDSA_P384_SHA384};
use simulated::executor::block_on;
use simulated::network::Tcp;
use vectors::{Kind, Known, named};

use crate::client::Device;
use crate::memory::{Memory, Peer};
use crate::openssl::Openssl;
use crate::servers::keys::rsa;
use crate::support::recorded::seconds;
use crate::support::{Chain, HOST, Made, ca, leaf, root, self_signed_with, store, valid};

/// What a server sent.
struct Recorded {
    store: StoreContents,
    bytes: Vec<u8>,
    /// How many of them are the handshake.
    handshake: usize,
}

/// Speaks with OpenSSL.
fn record() -> Recorded {
    let chain = Chain::new();
    record_of(&chain.sent(), &chain.leaf, chain.store())
}

fn record_of(sent: &[&[u8]], leaf: &Made, store: StoreContents) -> Recorded {
    let server = Openssl::serve(sent, &leaf.key.serialize_pem(), &[]);
    let bytes = RefCell::new(Vec::new());
    let stream = TcpStream::connect(("127.0.0.1", server.port)).unwrap();
    let transport = Recorder(Tcp::of(stream).unwrap(), &bytes);
    let mut device = Device::with_random(&store, Known::default());
    let handshake = block_on(async {
        let mut secured = device.open(transport).await.unwrap();
        let handshake = bytes.borrow().len();
        secured.write_all(b"stressed\n").await.unwrap();
        secured.flush().await.unwrap();
        assert_eq!(secured.read(&mut [0; 16]).await, Ok(9));
        handshake
    });
    let bytes = bytes.into_inner();
    Recorded {
        store,
        bytes,
        handshake,
    }
}

impl Recorded {
    /// What the same device makes of other bytes: what it reads until the first error.
    fn replay(&self, bytes: &[u8], most: usize) -> Result<(Vec<u8>, TlsError), TlsError> {
        self.parts(bytes, |parts| vectors::record(Kind::Tls, parts));
        let transport = Memory::of(Replay(bytes.to_vec())).dripping(most);
        let mut device = Device::with_random(&self.store, Known::default());
        block_on(async {
            let mut secured = device.open(transport).await?;
            let mut data = Vec::new();
            loop {
                let mut buffer = [0; 4];
                match secured.read(&mut buffer).await {
                    Ok(count) => data.extend(&buffer[..count]),
                    Err(error) => return Ok((data, error)),
                }
            }
        })
    }

    /// The same question, for the target.
    fn parts(&self, bytes: &[u8], ask: impl FnOnce(&[&[u8]])) {
        let store = self.store.write().unwrap();
        let (floor, now) = seconds(valid());
        ask(&[&store, HOST.as_bytes(), &floor, &now, bytes]);
    }

    /// Whether byte `at` is the minor version of a record that is not encrypted, which means nothing: RFC 8446, section
    /// 5.1.
    fn means_nothing(&self, at: usize) -> bool {
        let mut begin = 0;
        while let [kind, _, _, high, low, ..] = self.bytes[begin..] {
            if at == begin + 2 {
                return kind != 23;
            }
            begin += 5 + usize::from(u16::from_be_bytes([high, low]));
        }
        false
    }
}

#[test]
fn a_connection_may_be_cut_at_every_byte() {
    let recorded = record();
    for length in 0..recorded.bytes.len() {
        let replayed = recorded.replay(&recorded.bytes[..length], usize::MAX);
        if length < recorded.handshake {
            assert_eq!(replayed, Err(TlsError::Cut), "{length}");
        } else {
            assert_eq!(replayed, Ok((vec![], TlsError::Cut)), "{length}");
        }
    }
}

/// What it takes on the target is in docs/device-performance.md.
#[test]
fn a_handshake_is_measured() {
    let p384 = || KeyPair::generate_for(&PKCS_ECDSA_P384_SHA384).unwrap();
    let root = root("Root");
    let short = [
        ("P-256", root.issue(ca("Intermediate"))),
        ("P-384", root.issue_for(ca("Intermediate"), p384())),
    ];
    for (issuer, intermediate) in short {
        let leaf = intermediate.issue(leaf());
        let name = format!("P-256 leaf, {issuer} issuer, P-256 root");
        measure(&name, &[&leaf, &intermediate], &root);
    }
}

/// As long as the device takes it, and as dear: three signatures with P-384, two with RSA-4096, and that of the handshake.
#[test]
fn the_dearest_handshake_is_measured() {
    let p384 = || KeyPair::generate_for(&PKCS_ECDSA_P384_SHA384).unwrap();
    let root = self_signed_with(ca("Root"), rsa(4096));
    let first = root.issue_for(ca("First"), rsa(4096));
    let second = first.issue_for(ca("Second"), p384());
    let third = second.issue_for(ca("Third"), p384());
    let fourth = third.issue_for(ca("Fourth"), p384());
    let leaf = fourth.issue_for(leaf(), p384());
    measure(
        "5 certificates: P-384 leaf, three P-384 issuers, RSA-4096 issuer and root",
        &[&leaf, &fourth, &third, &second, &first],
        &root,
    );
}

fn measure(name: &str, sent: &[&Made], root: &Made) {
    let ders: Vec<&[u8]> = sent.iter().map(|made| &made.der[..]).collect();
    let recorded = record_of(&ders, sent[0], store([root.anchor()]));
    let name = format!("cost: TLS handshake and 9 bytes read, {name}");
    recorded.parts(&recorded.bytes, |parts| named(&name, Kind::Tls, parts));
    let replayed = recorded.replay(&recorded.bytes, usize::MAX);
    let whole = (b"desserts\n".to_vec(), TlsError::Cut);
    assert_eq!(replayed, Ok(whole), "{name}");
}

#[test]
fn bytes_may_come_in_any_portions() {
    let recorded = record();
    for most in [1, 2, 3, 5, 7, 100, usize::MAX] {
        let replayed = recorded.replay(&recorded.bytes, most);
        let whole = (b"desserts\n".to_vec(), TlsError::Cut);
        assert_eq!(replayed, Ok(whole), "{most}");
    }
}

#[test]
fn every_byte_of_a_handshake_counts() {
    let recorded = record();
    for at in 0..recorded.handshake {
        for bit in [0x01, 0x80] {
            let mut bytes = recorded.bytes.clone();
            bytes[at] ^= bit;
            let opened = recorded.replay(&bytes, usize::MAX).is_ok();
            assert_eq!(opened, recorded.means_nothing(at), "{at}");
        }
    }
}

struct Replay(Vec<u8>);

impl Peer for Replay {
    fn hear(&mut self, _: &[u8]) -> Vec<u8> {
        std::mem::take(&mut self.0)
    }
}

/// Keeps what is read.
struct Recorder<'a>(Tcp, &'a RefCell<Vec<u8>>);

impl ErrorType for Recorder<'_> {
    type Error = std::io::Error;
}

impl Read for Recorder<'_> {
    async fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let count = self.0.read(into).await?;
        self.1.borrow_mut().extend(&into[..count]);
        Ok(count)
    }
}

impl Write for Recorder<'_> {
    async fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.write(bytes).await
    }

    async fn flush(&mut self) -> std::io::Result<()> {
        self.0.flush().await
    }
}
