//! A real handshake, recorded with randomness that can be had again: then whatever is done to the server's bytes meets a
//! client with the right keys.

use std::cell::RefCell;
use std::net::TcpStream;

use device::tls::TlsError;
use embedded_io_async::{ErrorType, Read, Write};
use rcgen::{KeyPair, PKCS_ECDSA_P384_SHA384};
use simulated::executor::block_on;
use simulated::network::Tcp;
use vectors::{Kind, Known, named};

use crate::client::Device;
use crate::memory::{Memory, Peer};
use crate::openssl::Openssl;
use crate::support::recorded::seconds;
use crate::support::{Chain, HOST, ca, leaf, root, valid};

/// What a server sent.
struct Recorded {
    chain: Chain,
    bytes: Vec<u8>,
    /// How many of them are the handshake.
    handshake: usize,
}

/// Speaks with OpenSSL.
fn record() -> Recorded {
    record_of(Chain::new())
}

fn record_of(chain: Chain) -> Recorded {
    let server = Openssl::serve(&chain.sent(), &chain.leaf.key.serialize_pem(), &[]);
    let bytes = RefCell::new(Vec::new());
    let stream = TcpStream::connect(("127.0.0.1", server.port)).unwrap();
    let transport = Recorder(Tcp::of(stream).unwrap(), &bytes);
    let mut device = Device::with_random(&chain.store(), Known::default());
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
        chain,
        bytes,
        handshake,
    }
}

impl Recorded {
    /// What the same device makes of other bytes: what it reads until the first error.
    fn replay(&self, bytes: &[u8], most: usize) -> Result<(Vec<u8>, TlsError), TlsError> {
        self.parts(bytes, |parts| vectors::record(Kind::Tls, parts));
        let transport = Memory::of(Replay(bytes.to_vec())).dripping(most);
        let mut device = Device::with_random(&self.chain.store(), Known::default());
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
        let store = self.chain.store().write().unwrap();
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
    let root = root("Root");
    let intermediate = KeyPair::generate_for(&PKCS_ECDSA_P384_SHA384).unwrap();
    let intermediate = root.issue_for(ca("Intermediate"), intermediate);
    let leaf = intermediate.issue(leaf());
    let p384 = Chain {
        root,
        intermediate,
        leaf,
    };
    for (issuer, chain) in [("P-256", Chain::new()), ("P-384", p384)] {
        let recorded = record_of(chain);
        let name = format!(
            "cost: TLS handshake and 9 bytes read, P-256 leaf, {issuer} issuer, P-256 root"
        );
        recorded.parts(&recorded.bytes, |parts| named(&name, Kind::Tls, parts));
        let replayed = recorded.replay(&recorded.bytes, usize::MAX);
        assert_eq!(
            replayed,
            Ok((b"desserts\n".to_vec(), TlsError::Cut)),
            "{issuer}"
        );
    }
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
