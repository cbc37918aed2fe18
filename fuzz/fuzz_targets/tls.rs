//! A TLS server that says anything, before there are keys, with the right keys, and after the handshake: the whole client
//! reads it, the library in it too.
//!
//! Input: the size of the portions (1 byte), then what the server says, piece by piece ([`Said`]). A connection is opened only
//! when the server showed the pinned certificate and signed the handshake with its key, and what is read over it is what
//! the server sealed.

#![no_main]

use std::cell::RefCell;
use std::sync::LazyLock;

use device::day::Day;
use device::store::{AfterExpiry, PinContents, StoreContents, TrustStore};
use device::tls::{EmbeddedTls, Server, Suite, TlsEngine as _, TlsError};
use device::verify::{Clock, Moment, Verifier};
use embedded_io_async::Read as _;
use hostile::{Hostile, Stage};

use libfuzzer_sys::fuzz_target;
use memory::Memory;
use p256::ecdh::EphemeralSecret;
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{Signature, SigningKey};
use perennial_fuzz::input::Input;
use perennial_fuzz::random::Known;
use perennial_fuzz::sample;
use rand_core::RngCore as _;
use session::{
    ALERT, CERTIFICATE, CERTIFICATE_REQUEST, CERTIFICATE_VERIFY, DATA, ENCRYPTED_EXTENSIONS,
    FINISHED, HANDSHAKE, Identity, KEY_UPDATE, NEW_SESSION_TICKET, Session, message, plain,
};
use simulated::executor::block_on;
use trust::anchors::Certificate;
use trust::source::{Location, SourceFile};

#[allow(dead_code, reason = "the tests use more of it")]
#[path = "../../firmware/device/tests/tls/hostile.rs"]
mod hostile;
#[allow(dead_code, reason = "the tests use more of it")]
#[path = "../../firmware/device/tests/tls/memory.rs"]
mod memory;
#[allow(dead_code, reason = "the tests use more of it")]
#[path = "../../firmware/device/tests/tls/session.rs"]
mod session;

const HOST: &str = "ota.example.com";
/// Most bytes of one record.
const MAX_CONTENTS: usize = 17_000;
/// A certificate for [`HOST`] with the key [`KEY`], which signed it: `openssl req -x509 -days 3650 -set_serial 7 -subj
/// "/CN=Server of the fuzz targets"` with `subjectAltName`, `basicConstraints=critical,CA:FALSE`,
/// `keyUsage=critical,digitalSignature` and `extendedKeyUsage=serverAuth`.
const CERTIFICATE_OF_SERVER: &[u8] = include_bytes!("../fixtures/server.der");
const KEY: [u8; 32] = [7; 32];

/// A store that trusts the server by a pin, and nobody else.
static STORE: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let nowhere = Location::whole(&SourceFile::new("server.der", ""));
    let server = Certificate::from_der(CERTIFICATE_OF_SERVER, nowhere).expect("a certificate");
    let sample = sample::store(1, false);
    let sample = TrustStore::read_exact(&sample).expect("the sample is a store");
    let contents = StoreContents {
        pins: vec![PinContents {
            host: HOST.into(),
            spki_sha256: server.spki_sha256,
            expires: Day::MAX,
            after_expiry: AfterExpiry::RootsOnly,
        }],
        ..StoreContents::from(&sample)
    };
    contents.write().expect("a store")
});

fuzz_target!(|bytes: &[u8]| {
    let mut input = Input::new(bytes);
    let portion = usize::from(input.byte());
    let said = RefCell::new(Said::default());
    let whole = talk(input, usize::MAX, &said);
    said.borrow().check(&whole);
    if portion % 4 == 1 {
        assert_eq!(
            talk(input, portion, &RefCell::default()),
            whole,
            "the portions count"
        );
    }
});

/// Other keys than the device's.
fn ephemeral() -> EphemeralSecret {
    let mut random = Known::default();
    random.fill_bytes(&mut [0; 4096]);
    EphemeralSecret::random(&mut random)
}

/// What was read until the first error, if the connection was opened.
type Outcome = Result<(Vec<u8>, TlsError), TlsError>;

fn talk(input: Input<'_>, portion: usize, said: &RefCell<Said>) -> Outcome {
    let session = Session::new(ephemeral);
    let server = Hostile::new(session, |session: &mut Session, stage| match stage {
        Stage::Hello => said.borrow_mut().everything(session, input),
        Stage::Later => Vec::new(),
    });
    let transport = Memory::of(server).dripping(portion);
    let verifier = Verifier::new(TrustStore::read_exact(&STORE).expect("it was written"));
    let now = Moment::start_of(Day::from_civil(2027, 1, 1).expect("a day"));
    let server = Server {
        host: HOST,
        port: 443,
        verifier: &verifier,
        clock: Clock::known(now, now),
    };
    let mut engine = EmbeddedTls::new(Known::default());
    block_on(async {
        let mut secured = engine
            .open(transport, Suite::Aes128GcmSha256, server)
            .await?;
        assert_eq!(secured.proof().server().name(), HOST);
        let mut data = Vec::new();
        loop {
            let mut buffer = [0; 64];
            match secured.read(&mut buffer).await {
                Ok(count) => data.extend(&buffer[..count]),
                Err(error) => return Ok((data, error)),
            }
        }
    })
}

/// What the server said, as far as it matters.
#[derive(Default)]
struct Said {
    /// It showed its certificate in a message of the handshake.
    certificate: bool,
    /// It signed the handshake.
    verify: bool,
    /// It has ended the handshake.
    finished: bool,
    /// Records are sealed with the keys for data.
    established: bool,
    /// All data that were sealed with them.
    data: Vec<u8>,
}

impl Said {
    fn everything(&mut self, session: &mut Session, mut input: Input<'_>) -> Vec<u8> {
        let mut said = Vec::new();
        while !input.is_empty() && said.len() < 1 << 16 {
            said.extend(self.piece(session, &mut input));
        }
        said
    }

    /// One piece: how it is said (1 byte), then what, with its length before it.
    fn piece(&mut self, session: &mut Session, input: &mut Input<'_>) -> Vec<u8> {
        let how = input.byte();
        match how % 8 {
            0 => session.hello(),
            1 => self.honest(session, input.byte()),
            2 => self.handshake(session, input),
            3 => {
                let contents = contents(input);
                self.data(contents);
                session.seal(DATA, contents)
            }
            4 => session.seal(ALERT, contents(input)),
            5 => plain(input.byte(), contents(input)),
            6 => contents(input).to_vec(),
            _ => {
                let inner = contents(input);
                let kind = inner.iter().rev().find(|byte| **byte != 0);
                match kind {
                    Some(&DATA) => {
                        let end = inner
                            .iter()
                            .rposition(|byte| *byte != 0)
                            .unwrap_or_default();
                        self.data(&inner[..end]);
                        session.seal_inner(inner)
                    }
                    _ => session.seal_inner(inner),
                }
            }
        }
    }

    fn honest(&mut self, session: &mut Session, what: u8) -> Vec<u8> {
        if self.established {
            return Vec::new();
        }
        let said = match what % 6 {
            0 => session.say(ENCRYPTED_EXTENSIONS, &[0, 0]),
            1 => {
                self.certificate = true;
                session.certificate(&Leaf.sent())
            }
            2 => {
                self.verify = true;
                session.certificate_verify(&Leaf)
            }
            3 => {
                self.finished = true;
                session.finished()
            }
            4 => {
                session.begin_data();
                self.established = true;
                return Vec::new();
            }
            _ => {
                (self.certificate, self.verify, self.finished) = (true, true, true);
                self.established = true;
                return session.honest_together(&Leaf);
            }
        };
        session.seal(HANDSHAKE, &said)
    }

    /// A message of the handshake with any contents.
    fn handshake(&mut self, session: &mut Session, input: &mut Input<'_>) -> Vec<u8> {
        const DURING: [u8; 4] = [
            ENCRYPTED_EXTENSIONS,
            CERTIFICATE,
            CERTIFICATE_VERIFY,
            FINISHED,
        ];
        const LATER: [u8; 8] = [
            NEW_SESSION_TICKET,
            KEY_UPDATE,
            99,
            ENCRYPTED_EXTENSIONS,
            CERTIFICATE,
            CERTIFICATE_REQUEST,
            CERTIFICATE_VERIFY,
            FINISHED,
        ];
        let kind = input.byte();
        let contents = contents(input);
        if self.established {
            let kind = LATER[usize::from(kind) % LATER.len()];
            return session.seal(HANDSHAKE, &message(kind, contents));
        }
        let kind = match DURING.get(usize::from(kind)) {
            Some(kind) => *kind,
            None => kind,
        };
        self.certificate |= kind == CERTIFICATE;
        let said = session.say(kind, contents);
        session.seal(HANDSHAKE, &said)
    }

    fn data(&mut self, contents: &[u8]) {
        if self.established {
            self.data.extend(contents);
        }
    }

    fn check(&self, outcome: &Outcome) {
        match outcome {
            Ok((data, error)) => {
                assert!(!error.to_string().is_empty());
                assert!(
                    self.certificate && self.verify && self.finished,
                    "it has proven nothing"
                );
                assert!(self.data.starts_with(data), "nobody said so");
            }
            Err(error) => assert!(!error.to_string().is_empty()),
        }
    }
}

fn contents<'a>(input: &mut Input<'a>) -> &'a [u8] {
    let contents = input.counted();
    &contents[..contents.len().min(MAX_CONTENTS)]
}

/// Who the server is.
struct Leaf;

impl Leaf {
    fn key() -> SigningKey {
        SigningKey::from_slice(&KEY).expect("a key")
    }
}

impl Identity for Leaf {
    fn sent(&self) -> Vec<&[u8]> {
        vec![CERTIFICATE_OF_SERVER]
    }

    fn sign(&self, message: &[u8]) -> Vec<u8> {
        let signature: Signature = Self::key().sign(message);
        signature.to_der().as_bytes().to_vec()
    }
}
