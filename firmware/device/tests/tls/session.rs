//! The server's side of TLS 1.3, with right keys: RFC 8446, with P-256, AES-128-GCM and SHA-256. What it says is up to whoever
//! has it. The fuzz targets use it too.

use aes_gcm::{AeadInPlace as _, Aes128Gcm, KeyInit as _};
use hkdf::Hkdf;
use hmac::{Hmac, Mac as _};
use p256::ecdh::EphemeralSecret;
use p256::{EncodedPoint, PublicKey};
use sha2::{Digest as _, Sha256};

pub(crate) const CHANGE_CIPHER_SPEC: u8 = 20;
pub(crate) const ALERT: u8 = 21;
pub(crate) const HANDSHAKE: u8 = 22;
pub(crate) const DATA: u8 = 23;

pub(crate) const SERVER_HELLO: u8 = 2;
pub(crate) const NEW_SESSION_TICKET: u8 = 4;
pub(crate) const ENCRYPTED_EXTENSIONS: u8 = 8;
pub(crate) const CERTIFICATE: u8 = 11;
pub(crate) const CERTIFICATE_REQUEST: u8 = 13;
pub(crate) const CERTIFICATE_VERIFY: u8 = 15;
pub(crate) const FINISHED: u8 = 20;
pub(crate) const KEY_UPDATE: u8 = 24;
/// Messages that a server may send, and one that nobody knows.
pub(crate) const MESSAGES: [u8; 9] = [
    SERVER_HELLO,
    NEW_SESSION_TICKET,
    ENCRYPTED_EXTENSIONS,
    CERTIFICATE,
    CERTIFICATE_REQUEST,
    CERTIFICATE_VERIFY,
    FINISHED,
    KEY_UPDATE,
    99,
];

/// The server's side of one connection.
pub(crate) struct Session {
    transcript: Sha256,
    client_share: Vec<u8>,
    /// The secret that the next stage of the key schedule is derived from.
    secret: [u8; 32],
    traffic: [u8; 32],
    sequence: u64,
    ephemeral: fn() -> EphemeralSecret,
}

/// Who the server says it is.
pub(crate) trait Identity {
    /// Its certificates, the leaf first.
    fn sent(&self) -> Vec<&[u8]>;

    /// A signature by the leaf's key, which is ECDSA with P-256.
    fn sign(&self, message: &[u8]) -> Vec<u8>;
}

impl Session {
    /// A session with these ephemeral keys.
    pub(crate) fn new(ephemeral: fn() -> EphemeralSecret) -> Self {
        Self {
            ephemeral,
            transcript: Sha256::new(),
            client_share: Vec::new(),
            secret: [0; 32],
            traffic: [0; 32],
            sequence: 0,
        }
    }

    pub(crate) fn read_client_hello(&mut self, message: &[u8]) {
        self.transcript.update(message);
        // The key share of P-256: group, length, an uncompressed point.
        let start = [0x00, 0x17, 0x00, 0x41, 0x04];
        let found = message.windows(5).position(|bytes| bytes == start);
        let at = found.unwrap() + 4;
        self.client_share = message[at..at + 65].to_vec();
    }

    /// The whole honest flight from ServerHello to Finished, each message in a record of its own.
    pub(crate) fn honest(&mut self, identity: &impl Identity) -> Vec<u8> {
        self.honest_after(&[(ENCRYPTED_EXTENSIONS, &[0, 0])], identity)
    }

    /// The same, with these messages before the Certificate.
    pub(crate) fn honest_after(
        &mut self,
        first: &[(u8, &[u8])],
        identity: &impl Identity,
    ) -> Vec<u8> {
        let mut flight = self.hello();
        for (kind, body) in first {
            let message = self.say(*kind, body);
            flight.extend(self.seal(HANDSHAKE, &message));
        }
        for message in self.proof(identity) {
            flight.extend(self.seal(HANDSHAKE, &message));
        }
        self.begin_data();
        flight
    }

    /// The same, with all that is encrypted in one record.
    pub(crate) fn honest_together(&mut self, identity: &impl Identity) -> Vec<u8> {
        let mut flight = self.hello();
        let extensions = self.say(ENCRYPTED_EXTENSIONS, &[0, 0]);
        let messages = [extensions, self.proof(identity).concat()].concat();
        flight.extend(self.seal(HANDSHAKE, &messages));
        self.begin_data();
        flight
    }

    /// From Certificate to Finished.
    fn proof(&mut self, identity: &impl Identity) -> [Vec<u8>; 3] {
        [
            self.certificate(&identity.sent()),
            self.certificate_verify(identity),
            self.finished(),
        ]
    }

    /// The record of an honest ServerHello. From then on there are keys.
    pub(crate) fn hello(&mut self) -> Vec<u8> {
        let ours = (self.ephemeral)();
        let theirs = PublicKey::from_sec1_bytes(&self.client_share).unwrap();
        let point = EncodedPoint::from(ours.public_key());
        let message = self.say(SERVER_HELLO, &hello_body(0x1301, point.as_bytes()));
        let shared = ours.diffie_hellman(&theirs);
        let (early, _) = Hkdf::<Sha256>::extract(None, &[0; 32]);
        self.secret = early.into();
        self.advance(shared.raw_secret_bytes());
        self.derive_traffic("s hs traffic");
        plain(HANDSHAKE, &message)
    }

    /// From here on records are encrypted with the keys for data.
    pub(crate) fn begin_data(&mut self) {
        self.advance(&[0; 32]);
        self.derive_traffic("s ap traffic");
    }

    /// A handshake message, as part of the transcript.
    pub(crate) fn say(&mut self, kind: u8, body: &[u8]) -> Vec<u8> {
        let message = message(kind, body);
        self.transcript.update(&message);
        message
    }

    pub(crate) fn certificate(&mut self, chain: &[&[u8]]) -> Vec<u8> {
        let mut list = Vec::new();
        for der in chain {
            list.extend(u24(der.len()));
            list.extend(*der);
            list.extend([0, 0]);
        }
        let body = [&[0][..], &u24(list.len()), &list].concat();
        self.say(CERTIFICATE, &body)
    }

    pub(crate) fn certificate_verify(&mut self, identity: &impl Identity) -> Vec<u8> {
        let mut signed = vec![0x20; 64];
        signed.extend(b"TLS 1.3, server CertificateVerify\0");
        signed.extend(self.transcript.clone().finalize());
        let signature = identity.sign(&signed);
        let body = [&[0x04, 0x03][..], &sized(&signature)].concat();
        self.say(CERTIFICATE_VERIFY, &body)
    }

    pub(crate) fn finished(&mut self) -> Vec<u8> {
        let key = expand(&self.traffic, "finished", &[], 32);
        let mut mac = <Hmac<Sha256> as hmac::Mac>::new_from_slice(&key).unwrap();
        mac.update(&self.transcript.clone().finalize());
        self.say(FINISHED, &mac.finalize().into_bytes())
    }

    /// An encrypted record of this type.
    pub(crate) fn seal(&mut self, kind: u8, contents: &[u8]) -> Vec<u8> {
        self.seal_inner(&[contents, &[kind]].concat())
    }

    /// An encrypted record with exactly this inner plaintext: contents, type and padding.
    pub(crate) fn seal_inner(&mut self, inner: &[u8]) -> Vec<u8> {
        let length = u16::try_from(inner.len() + 16).unwrap().to_be_bytes();
        let header = [DATA, 3, 3, length[0], length[1]];
        let mut nonce = expand(&self.traffic, "iv", &[], 12);
        for (byte, counted) in nonce[4..].iter_mut().zip(self.sequence.to_be_bytes()) {
            *byte ^= counted;
        }
        self.sequence += 1;
        let key = expand(&self.traffic, "key", &[], 16);
        let cipher = Aes128Gcm::new_from_slice(&key).unwrap();
        let mut sealed = inner.to_vec();
        let tag = cipher
            .encrypt_in_place_detached(nonce.as_slice().into(), &header, &mut sealed)
            .unwrap();
        [&header[..], &sealed, &tag].concat()
    }

    fn advance(&mut self, input: &[u8]) {
        let empty = Sha256::digest([]);
        let salt = expand(&self.secret, "derived", &empty, 32);
        let (next, _) = Hkdf::<Sha256>::extract(Some(&salt), input);
        self.secret = next.into();
    }

    fn derive_traffic(&mut self, label: &str) {
        let hash = self.transcript.clone().finalize();
        let traffic = expand(&self.secret, label, &hash, 32);
        self.traffic = traffic.try_into().unwrap();
        self.sequence = 0;
    }
}

/// The body of a ServerHello: no session, this suite, TLS 1.3, this share for P-256.
pub(crate) fn hello_body(suite: u16, point: &[u8]) -> Vec<u8> {
    let share = [&[0x00, 0x17, 0x00, 0x41][..], point].concat();
    hello_with(suite, &[(43, &[3, 4]), (51, &share)])
}

/// The body of a ServerHello with these extensions.
pub(crate) fn hello_with(suite: u16, extensions: &[(u16, &[u8])]) -> Vec<u8> {
    let mut body = vec![3, 3];
    body.extend([7; 32]);
    body.push(0);
    body.extend(suite.to_be_bytes());
    body.push(0);
    body.extend(extension_list(extensions));
    body
}

/// Extensions with the length of all before them, as each message has them: the whole body of EncryptedExtensions.
pub(crate) fn extension_list(extensions: &[(u16, &[u8])]) -> Vec<u8> {
    let each = extensions
        .iter()
        .map(|(kind, data)| [&kind.to_be_bytes()[..], &sized(data)].concat());
    sized(&each.collect::<Vec<_>>().concat())
}

/// Bytes with their number before them, in two bytes.
pub(crate) fn sized(bytes: &[u8]) -> Vec<u8> {
    let length = u16::try_from(bytes.len()).unwrap().to_be_bytes();
    [&length, bytes].concat()
}

/// A record that is not encrypted.
pub(crate) fn plain(kind: u8, contents: &[u8]) -> Vec<u8> {
    [&[kind, 3, 3][..], &sized(contents)].concat()
}

/// A handshake message.
pub(crate) fn message(kind: u8, body: &[u8]) -> Vec<u8> {
    [&[kind][..], &u24(body.len()), body].concat()
}

fn u24(number: usize) -> [u8; 3] {
    let [_, high, middle, low] = u32::try_from(number).unwrap().to_be_bytes();
    [high, middle, low]
}

/// HKDF-Expand-Label, RFC 8446, section 7.1.
fn expand(secret: &[u8], label: &str, context: &[u8], length: u8) -> Vec<u8> {
    let label = format!("tls13 {label}");
    let sizes = [label.len(), context.len()].map(|size| u8::try_from(size).unwrap());
    let mut info = vec![0, length, sizes[0]];
    info.extend(label.as_bytes());
    info.push(sizes[1]);
    info.extend(context);
    let mut output = vec![0; length.into()];
    let secret = Hkdf::<Sha256>::from_prk(secret).unwrap();
    secret.expand(&info, &mut output).unwrap();
    output
}
