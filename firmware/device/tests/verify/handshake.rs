//! A handshake counts only when it is signed by the key of the verified certificate.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use device::verify::{HandshakeError, HandshakeProof, VerifiedServer};
use rcgen::{KeyPair, PKCS_ECDSA_P384_SHA384, PKCS_RSA_SHA256, SigningKey as _};
use ring::rand::SystemRandom;
use ring::signature::{
    RSA_PKCS1_SHA256, RSA_PSS_SHA256, RSA_PSS_SHA384, RSA_PSS_SHA512, RsaEncoding, RsaKeyPair,
};

use crate::support::{Chain, leaf, root, store, valid, verify, verify_handshake};

const P256: u16 = 0x0403;
const P384: u16 = 0x0503;
const PSS: u16 = 0x0804;

fn signed_part(transcript: &[u8]) -> Vec<u8> {
    let mut message = vec![0x20; 64];
    message.extend(b"TLS 1.3, server CertificateVerify\0");
    message.extend(transcript);
    message
}

fn judged(
    chain: &Chain,
    scheme: u16,
    transcript: &[u8],
    signature: &[u8],
) -> Result<HandshakeProof, HandshakeError> {
    verify_handshake(
        (&chain.store(), &chain.sent()),
        scheme,
        transcript,
        signature,
    )
}

fn server(chain: &Chain) -> VerifiedServer {
    verify(&chain.store(), &chain.sent(), valid()).unwrap()
}

#[test]
fn the_key_of_the_leaf_proves_the_handshake() {
    let chain = Chain::new();
    let transcript = [7; 32];
    let signature = chain.leaf.key.sign(&signed_part(&transcript)).unwrap();
    let proof = judged(&chain, P256, &transcript, &signature).unwrap();
    assert_eq!(proof.server(), &server(&chain));
}

#[test]
fn any_other_key_transcript_or_context_does_not() {
    let chain = Chain::new();
    let transcript = [7; 32];
    let bad = Err(HandshakeError::BadSignature);
    let other = chain
        .intermediate
        .key
        .sign(&signed_part(&transcript))
        .unwrap();
    assert_eq!(judged(&chain, P256, &transcript, &other), bad);
    let right = chain.leaf.key.sign(&signed_part(&transcript)).unwrap();
    assert_eq!(judged(&chain, P256, &[8; 32], &right), bad);
    let bare = chain.leaf.key.sign(&transcript).unwrap();
    assert_eq!(judged(&chain, P256, &transcript, &bare), bad);
    assert_eq!(judged(&chain, P256, &transcript, &[]), bad);
}

#[test]
fn the_scheme_must_be_for_the_key() {
    let chain = Chain::new();
    let transcript = [7; 32];
    let signature = chain.leaf.key.sign(&signed_part(&transcript)).unwrap();
    // The last three: PKCS #1 v1.5, Ed25519, ECDSA with SHA-1. TLS 1.3 forbids the first and the last.
    for found in [P384, PSS, 0x0401, 0x0807, 0x0203] {
        assert_eq!(
            judged(&chain, found, &transcript, &signature),
            Err(HandshakeError::Scheme { found })
        );
    }
    for length in [0, 31, 33, 64] {
        assert_eq!(
            judged(&chain, P256, &vec![7; length], &signature),
            Err(HandshakeError::TranscriptHash { length })
        );
    }
}

#[test]
fn a_p384_leaf_signs_with_sha384() {
    let top = root("Root");
    let key = KeyPair::generate_for(&PKCS_ECDSA_P384_SHA384).unwrap();
    let made = top.issue_for(leaf(), key);
    let (contents, sent) = (store([top.anchor()]), [made.der.as_slice()]);
    let transcript = [7; 48];
    let signature = made.key.sign(&signed_part(&transcript)).unwrap();
    assert!(verify_handshake((&contents, &sent), P384, &transcript, &signature).is_ok());
}

/// RSA keys sign handshakes with PSS alone, with a salt as long as the hash (RFC 8446, section 4.2.3).
#[test]
fn an_rsa_leaf_signs_with_pss() {
    let pkcs8 = rsa_pkcs8();
    let key = KeyPair::from_pkcs8_der_and_sign_algo(&pkcs8.as_slice().into(), &PKCS_RSA_SHA256);
    let top = root("Root");
    let made = top.issue_for(leaf(), key.unwrap());
    let (contents, sent) = (store([top.anchor()]), [made.der.as_slice()]);
    let judged = |scheme, transcript: &[u8], signature: &[u8]| {
        verify_handshake((&contents, &sent), scheme, transcript, signature)
    };
    let rsa = RsaKeyPair::from_pkcs8(&pkcs8).unwrap();
    let sign = |padding: &'static dyn RsaEncoding, transcript: &[u8]| {
        let mut signature = vec![0; rsa.public().modulus_len()];
        let random = SystemRandom::new();
        let signed = signed_part(transcript);
        rsa.sign(padding, &random, &signed, &mut signature).unwrap();
        signature
    };
    let schemes: [(u16, &'static dyn RsaEncoding, usize); 3] = [
        (PSS, &RSA_PSS_SHA256, 32),
        (0x0805, &RSA_PSS_SHA384, 48),
        (0x0806, &RSA_PSS_SHA512, 48),
    ];
    for (scheme, padding, length) in schemes {
        let transcript = vec![7; length];
        let judged = |signature: &[u8]| judged(scheme, &transcript, signature);
        assert!(judged(&sign(padding, &transcript)).is_ok(), "{scheme:04x}");
        let bad = Err(HandshakeError::BadSignature);
        assert_eq!(judged(&sign(padding, &vec![8; length])), bad);
        assert_eq!(judged(&sign(&RSA_PKCS1_SHA256, &transcript)), bad);
        assert_eq!(judged(&sign(padding, &transcript)[1..]), bad);
    }
    let transcript = [7; 32];
    let v1_5 = sign(&RSA_PKCS1_SHA256, &transcript);
    assert_eq!(
        judged(0x0401, &transcript, &v1_5),
        Err(HandshakeError::Scheme { found: 0x0401 })
    );
}

/// A key for tests alone: `openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048`.
fn rsa_pkcs8() -> Vec<u8> {
    let text = include_str!("rsa2048-test.key");
    let body = text.lines().filter(|line| !line.starts_with("-----"));
    STANDARD.decode(body.collect::<String>()).unwrap()
}
