//! Chains as servers send them, through real handshakes with OpenSSL.

use device::store::StoreContents;
use device::tls::TlsError;
use device::verify::{
    KeyHolder, MAX_CHAIN_BYTES, MAX_INTERMEDIATES, PathEnd, TrustedBy, VerifyError,
};
use rcgen::{CertificateParams, CustomExtension, KeyPair, PKCS_ECDSA_P384_SHA384, SanType};

use crate::openssl::{Openssl, generate, rsa_4096};
use crate::support::{Chain, HOST, Made, at, ca, leaf, leaf_for, root, store, valid};

fn ask(chain: &[&[u8]], leaf: &Made, store: &StoreContents) -> Result<TrustedBy, TlsError> {
    Openssl::serve(chain, &leaf.key.serialize_pem(), &[]).ask(store)
}

fn ask_chain(chain: &Chain) -> Result<TrustedBy, TlsError> {
    ask(&chain.sent(), &chain.leaf, &chain.store())
}

/// Where the path ended, when there is none.
fn end(asked: Result<TrustedBy, TlsError>) -> PathEnd {
    match asked {
        Err(TlsError::Certificate(VerifyError::NoPath { end, .. })) => end,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_proof_names_the_anchor() {
    let chain = Chain::new();
    let fingerprint = chain.root.anchor().fingerprint;
    let index = 0;
    let anchor = TrustedBy::Anchor { index, fingerprint };
    assert_eq!(ask_chain(&chain), Ok(anchor));
}

#[test]
fn keys_of_servers() {
    let rsa_2048 = KeyPair::from_pem(include_str!("../verify/rsa2048-test.key")).unwrap();
    let p384 = KeyPair::generate_for(&PKCS_ECDSA_P384_SHA384).unwrap();
    for key in [rsa_2048, rsa_4096(), p384] {
        let chain = Chain::new();
        let leaf = chain.intermediate.issue_for(leaf(), key);
        let sent = [&leaf.der[..], &chain.intermediate.der];
        assert!(ask(&sent, &leaf, &chain.store()).is_ok());
    }
}

#[test]
fn a_key_that_the_device_cannot_verify_with() {
    let chain = Chain::new();
    let pem = generate(&["ED25519"]);
    let key = KeyPair::from_pem(&pem).unwrap();
    let leaf = chain.intermediate.issue_for(leaf(), key);
    let sent = [&leaf.der[..], &chain.intermediate.der];
    match Openssl::serve(&sent, &pem, &[]).ask(&chain.store()) {
        Err(TlsError::Certificate(VerifyError::Key { of, .. })) => {
            assert_eq!(of, KeyHolder::Certificate(0));
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn keys_of_cas() {
    let p384 = KeyPair::generate_for(&PKCS_ECDSA_P384_SHA384).unwrap();
    for key in [rsa_4096(), p384] {
        let root = root("Root");
        let intermediate = root.issue_for(ca("Intermediate"), key);
        let leaf = intermediate.issue(leaf());
        let sent = [&leaf.der[..], &intermediate.der];
        assert!(ask(&sent, &leaf, &store([root.anchor()])).is_ok());
    }
}

#[test]
fn a_cross_signed_top_in_both_orders_with_either_root() {
    let [old, new] = [root("Old Root"), root("New Root")];
    let cross = old.cross_sign(&new);
    let intermediate = new.issue(ca("Intermediate"));
    let leaf = intermediate.issue(leaf());
    for sent in [
        [&leaf.der[..], &intermediate.der, &cross.der],
        [&leaf.der[..], &cross.der, &intermediate.der],
    ] {
        let server = Openssl::serve(&sent, &leaf.key.serialize_pem(), &[]);
        for root in [&old, &new] {
            assert!(server.ask(&store([root.anchor()])).is_ok());
        }
    }
}

#[test]
fn names() {
    let wrong = Err(TlsError::Certificate(VerifyError::WrongName));
    let labels = [
        "a".repeat(63),
        "b".repeat(63),
        "c".repeat(63),
        "d".repeat(61),
    ];
    let longest = labels.join(".");
    for (names, host, expected) in [
        (leaf_for(&["*.example.com"]), HOST, Ok(())),
        (leaf_for(&["*.example.com"]), "a.ota.example.com", wrong),
        (leaf_for(&["other.example.com"]), HOST, wrong),
        (address(), "192.0.2.1", Ok(())),
        (leaf_for(&["other.example.com"]), "192.0.2.1", wrong),
        (leaf_for(&[&longest]), &longest, Ok(())),
    ] {
        let chain = Chain::with(ca("Intermediate"), names);
        let server = Openssl::serve(&chain.sent(), &chain.leaf.key.serialize_pem(), &[]);
        let asked = server.ask_for(&chain.store(), host, valid());
        assert_eq!(asked.map(drop), expected, "{host}");
    }
}

fn address() -> CertificateParams {
    let mut parameters = leaf();
    let address = std::net::Ipv4Addr::new(192, 0, 2, 1);
    parameters.subject_alt_names = vec![SanType::IpAddress(address.into())];
    parameters
}

#[test]
fn a_root_that_is_not_in_the_store_and_an_intermediate_that_was_not_sent() {
    let chain = Chain::new();
    let unknown = |certificate| PathEnd::UnknownIssuer {
        certificate,
        unreadable: None,
    };
    let other = store([root("Other").anchor()]);
    assert_eq!(end(ask(&chain.sent(), &chain.leaf, &other)), unknown(1));
    let alone = ask(&chain.sent()[..1], &chain.leaf, &chain.store());
    assert_eq!(end(alone), unknown(0));
}

#[test]
fn dates_of_the_leaf() {
    let chain = Chain::new();
    let server = Openssl::serve(&chain.sent(), &chain.leaf.key.serialize_pem(), &[]);
    let ask = |time| server.ask_for(&chain.store(), HOST, at(time));
    assert!(ask("2026-01-01T00:00:00Z").is_ok());
    assert!(ask("2026-04-01T00:00:00Z").is_ok());
    let early = ask("2025-12-31T23:59:59Z");
    let Err(TlsError::Certificate(VerifyError::NotYetValid { .. })) = early else {
        panic!("{early:?}");
    };
    let late = ask("2026-04-01T00:00:01Z");
    let Err(TlsError::Certificate(VerifyError::Expired { .. })) = late else {
        panic!("{late:?}");
    };
}

#[test]
fn dates_of_an_intermediate() {
    let mut over = ca("Intermediate");
    over.not_after = rcgen::date_time_ymd(2026, 1, 15);
    let ended = end(ask_chain(&Chain::with(over, leaf())));
    let expired = matches!(ended, PathEnd::IntermediateExpired { certificate: 1, .. });
    assert!(expired, "{ended:?}");
    let mut early = ca("Intermediate");
    early.not_before = rcgen::date_time_ymd(2026, 3, 1);
    let ended = end(ask_chain(&Chain::with(early, leaf())));
    let early = matches!(
        ended,
        PathEnd::IntermediateNotYetValid { certificate: 1, .. }
    );
    assert!(early, "{ended:?}");
}

#[test]
fn four_intermediates_and_not_five() {
    let top = root("Root");
    let mut path = vec![top.issue(ca("CA 1"))];
    for number in 2..=5 {
        let next = path.last().unwrap().issue(ca(&format!("CA {number}")));
        path.push(next);
    }
    let found = 6;
    let many = Err(TlsError::Certificate(VerifyError::TooManyCertificates {
        found,
    }));
    for (count, expected) in [(3, Ok(())), (MAX_INTERMEDIATES, Ok(())), (5, many)] {
        let leaf = path[count - 1].issue(leaf());
        let mut sent = vec![leaf.der.as_slice()];
        sent.extend(path[..count].iter().rev().map(|made| made.der.as_slice()));
        let asked = ask(&sent, &leaf, &store([top.anchor()]));
        assert_eq!(asked.map(drop), expected, "{count}");
    }
}

#[test]
fn the_longest_chain_and_one_byte_more() {
    let chain = Chain::new();
    let [leaf, intermediate] = chain.sent();
    let room = MAX_CHAIN_BYTES - leaf.len() - intermediate.len();
    let found = MAX_CHAIN_BYTES + 1;
    let long = Err(TlsError::Certificate(VerifyError::TooManyBytes { found }));
    for (size, expected) in [(room, Ok(())), (room + 1, long)] {
        let filler = filler(size);
        let sent = [leaf, intermediate, &filler];
        let asked = ask(&sent, &chain.leaf, &chain.store());
        assert_eq!(asked.map(drop), expected);
    }
}

#[test]
fn a_chain_that_does_not_fit_into_a_record_cannot_be_read() {
    let chain = Chain::new();
    let [leaf, intermediate] = chain.sent();
    let filler = filler(16_384);
    let asked = ask(&[leaf, intermediate, &filler], &chain.leaf, &chain.store());
    assert_eq!(asked, Err(TlsError::Unreadable));
}

/// A certificate of exactly this size. ECDSA signatures differ in length, so it may take a few.
fn filler(size: usize) -> Vec<u8> {
    let mut padding = size - 400;
    loop {
        let mut parameters = ca("Filler");
        let contents = vec![7; padding];
        let extension = CustomExtension::from_oid_content(&[1, 3, 6, 1, 4, 1, 1], contents);
        parameters.custom_extensions = vec![extension];
        let made = crate::support::self_signed(parameters).der;
        if made.len() == size {
            return made;
        }
        padding = padding + size - made.len();
    }
}
