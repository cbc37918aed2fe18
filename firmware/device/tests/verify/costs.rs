//! What is measured on the target, and that it verifies: `docs/device-performance.md` has a row for each.

use device::store::StoreContents;
use device::verify::is_signed_by;
use ed25519_dalek::{Signer as _, SigningKey};
use rcgen::{KeyPair, PKCS_ECDSA_P384_SHA384, SigningKey as _};
use vectors::{Kind, named};

use crate::support::recorded::{handshake_parts, seconds};
use crate::support::{Made, anchor, at, leaf, pem, real, root, store, valid, verify, verify_for};

#[test]
fn single_signatures() {
    for (name, file) in [
        ("RSA-2048, PKCS #1 v1.5", "rsa2048-sha256"),
        ("RSA-2048, PSS", "rsa2048-pss-sha256"),
        ("RSA-3072, PKCS #1 v1.5", "rsa3072-sha256"),
        ("RSA-4096, PKCS #1 v1.5", "rsa4096-sha256"),
        ("ECDSA P-256", "p256-sha256"),
        ("ECDSA P-384", "p384-sha384"),
    ] {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/verify/algorithms");
        let text = std::fs::read_to_string(format!("{folder}/{file}.pem")).unwrap();
        let chain = pem(&text);
        let issuer = anchor(&chain[1]).spki;
        assert_eq!(is_signed_by(&chain[0], &issuer), Some(true), "{name}");
        let parts: [&[u8]; 2] = [&chain[0], &issuer];
        named(&format!("cost: signature {name}"), Kind::Signature, &parts);
    }
}

#[test]
fn a_signature_of_a_release() {
    let key = SigningKey::from_bytes(&[7; 32]);
    // What minisign signs: a hash of 64 bytes.
    let message = [8; 64];
    let signature = key.sign(&message);
    let public = key.verifying_key();
    assert!(public.verify_strict(&message, &signature).is_ok());
    let parts: [&[u8]; 3] = [public.as_bytes(), &message, &signature.to_bytes()];
    named("cost: signature Ed25519", Kind::Ed25519, &parts);
}

#[test]
fn chains_of_lets_encrypt() {
    let e6 = [
        "leaf-2024-lencr-org-by-e6",
        "e6-by-isrg-root-x2",
        "isrg-root-x2-by-isrg-root-x1",
    ];
    let r3 = ["leaf-2023-lencr-org-by-r3", "r3-by-isrg-root-x1"];
    let e5 = ["leaf-2024-lencr-org-by-e5", "e5-by-isrg-root-x1"];
    for (name, chain, root, when) in [
        (
            "R3 to ISRG Root X1: RSA-2048, RSA-4096",
            &r3[..],
            "isrg-root-x1",
            "2024-01-01T00:00:00Z",
        ),
        (
            "E5 to ISRG Root X1: P-384, RSA-4096",
            &e5,
            "isrg-root-x1",
            "2024-12-01T00:00:00Z",
        ),
        (
            "E6 to ISRG Root X2: P-384, P-384",
            &e6[..2],
            "isrg-root-x2",
            "2024-07-01T00:00:00Z",
        ),
        (
            "E6 to ISRG Root X1: P-384, P-384, RSA-4096",
            &e6,
            "isrg-root-x1",
            "2024-07-01T00:00:00Z",
        ),
    ] {
        let contents = store([anchor(&real(root))]);
        let chain: Vec<_> = chain.iter().map(|name| real(name)).collect();
        let chain: Vec<&[u8]> = chain.iter().map(Vec::as_slice).collect();
        let judged = verify_for(&contents, &chain, "lencr.org", at(when));
        assert!(judged.is_ok(), "{name}: {judged:?}");
        let (floor, now) = seconds(at(when));
        let bytes = contents.write().unwrap();
        let question = [&bytes[..], b"lencr.org", &floor, &now];
        let parts = [&question, &chain[..]].concat();
        named(&format!("cost: chain {name}"), Kind::Chain, &parts);
    }
}

#[test]
fn handshakes() {
    let top = root("Root");
    let p256 = top.issue(leaf());
    let p384 = KeyPair::generate_for(&PKCS_ECDSA_P384_SHA384).unwrap();
    let p384 = top.issue_for(leaf(), p384);
    let contents = store([top.anchor()]);
    measured("P-256", &contents, &p256, 0x0403, &[7; 32]);
    measured("P-384", &contents, &p384, 0x0503, &[7; 48]);
}

fn measured(name: &str, contents: &StoreContents, leaf: &Made, scheme: u16, transcript: &[u8]) {
    let message = [
        &[0x20; 64],
        &b"TLS 1.3, server CertificateVerify\0"[..],
        transcript,
    ]
    .concat();
    let signature = leaf.key.sign(&message).unwrap();
    let server = verify(contents, &[&leaf.der], valid()).unwrap();
    assert!(
        server
            .verify_handshake(scheme, transcript, &signature)
            .is_ok(),
        "{name}"
    );
    let store = contents.write().unwrap();
    let mut parts = handshake_parts(&store, (scheme, transcript, &signature));
    parts.push(leaf.der.clone());
    let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
    named(&format!("cost: handshake {name}"), Kind::Handshake, &parts);
}
