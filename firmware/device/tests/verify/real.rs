//! Chains of Let's Encrypt as they were really served, at real dates: what FACTS of outages rest on.

use device::store::StoreContents;
use device::verify::{MAX_RSA_BITS, MIN_RSA_BITS, PathEnd, VerifyError};

use crate::support::{anchor, at, day, real, store, verify_for};

fn anchors(names: &[&str]) -> StoreContents {
    store(names.iter().map(|name| anchor(&real(name))))
}

fn judge(contents: &StoreContents, chain: &[&str], when: &str) -> Result<(), VerifyError> {
    let chain: Vec<_> = chain.iter().map(|name| real(name)).collect();
    let chain: Vec<&[u8]> = chain.iter().map(Vec::as_slice).collect();
    let asked = if chain[0] == real("leaf-2019-by-lets-encrypt-authority-x3").as_slice() {
        "lists.for-our.info"
    } else {
        "lencr.org"
    };
    verify_for(contents, &chain, asked, at(when)).map(drop)
}

const LONG: [&str; 3] = [
    "leaf-2023-lencr-org-by-r3",
    "r3-by-isrg-root-x1",
    "isrg-root-x1-by-dst-root-ca-x3",
];

#[test]
fn chains_as_they_were_served_are_trusted_by_their_roots() {
    let e6 = [
        "leaf-2024-lencr-org-by-e6",
        "e6-by-isrg-root-x2",
        "isrg-root-x2-by-isrg-root-x1",
    ];
    for (chain, root, when) in [
        (&LONG[..], "isrg-root-x1", "2024-01-01T00:00:00Z"),
        (&LONG[..2], "isrg-root-x1", "2024-01-01T00:00:00Z"),
        (&e6, "isrg-root-x1", "2024-07-01T00:00:00Z"),
        (&e6, "isrg-root-x2", "2024-07-01T00:00:00Z"),
        (&e6[..2], "isrg-root-x2", "2024-07-01T00:00:00Z"),
        (
            &["leaf-2024-lencr-org-by-e5", "e5-by-isrg-root-x1"],
            "isrg-root-x1",
            "2024-12-01T00:00:00Z",
        ),
        (
            &[
                "leaf-2019-by-lets-encrypt-authority-x3",
                "lets-encrypt-authority-x3-by-dst-root-ca-x3",
            ],
            "dst-root-ca-x3",
            "2019-08-01T00:00:00Z",
        ),
    ] {
        assert_eq!(
            judge(&anchors(&[root]), chain, when),
            Ok(()),
            "{root} {chain:?}"
        );
    }
}

#[test]
fn x2_alone_does_not_trust_a_chain_to_x1() {
    let judged = judge(
        &anchors(&["isrg-root-x2"]),
        &["leaf-2024-lencr-org-by-e5", "e5-by-isrg-root-x1"],
        "2024-12-01T00:00:00Z",
    );
    let Err(VerifyError::NoPath {
        end: PathEnd::UnknownIssuer { certificate: 1, .. },
        ..
    }) = judged
    else {
        panic!("{judged:?}");
    };
}

/// mDash: a device that compares dates lost the chain with its root on 2021-09-30; one that does not went on.
#[test]
fn dst_root_ca_x3_ends_for_whoever_compares_dates() {
    let mut contents = anchors(&["dst-root-ca-x3"]);
    let when = "2024-01-01T00:00:00Z";
    let judged = judge(&contents, &LONG, when);
    let Err(VerifyError::NoPath { end, .. }) = judged else {
        panic!("{judged:?}");
    };
    let expected = PathEnd::AnchorExpired {
        anchor: 0,
        not_after: day(2021, 9, 30),
    };
    assert_eq!(end, expected);
    contents.dates.anchor = false;
    assert_eq!(judge(&contents, &LONG, when), Ok(()));
    // The short chain, which was served from 2024-02-08 on.
    assert!(judge(&contents, &LONG[..2], when).is_err());
}

/// Deploy the Fleet pinned R3 as if it were a root: it served until the provider renewed under another.
#[test]
fn r3_as_an_anchor_serves_its_own_leaves_only() {
    let contents = anchors(&["r3-by-isrg-root-x1"]);
    assert_eq!(judge(&contents, &LONG, "2024-01-01T00:00:00Z"), Ok(()));
    let next = ["leaf-2024-lencr-org-by-e6", "e6-by-isrg-root-x2"];
    assert!(judge(&contents, &next, "2024-07-01T00:00:00Z").is_err());
}

#[test]
fn both_sides_of_the_end_of_a_real_cross_certificate() {
    let contents = anchors(&["dst-root-ca-x3"]);
    let mut open = contents;
    open.dates.anchor = false;
    open.dates.leaf = false;
    assert_eq!(judge(&open, &LONG, "2024-09-30T18:14:03Z"), Ok(()));
    assert!(judge(&open, &LONG, "2024-09-30T18:14:04Z").is_err());
}

/// The limits of keys leave out one root of the Mozilla set, for its curve, and none for its RSA key.
#[test]
fn one_mozilla_root_has_a_key_that_the_device_does_not_verify_with() {
    let mut others = Vec::new();
    for root in webpki_root_certs::TLS_SERVER_ROOT_CERTS {
        let (_, read) = x509_parser::parse_x509_certificate(root).unwrap();
        let key = read.public_key();
        let supported = match key.parsed().unwrap() {
            x509_parser::public_key::PublicKey::RSA(key) => {
                (MIN_RSA_BITS..=MAX_RSA_BITS).contains(&key.key_size())
            }
            x509_parser::public_key::PublicKey::EC(point) => [256, 384].contains(&point.key_size()),
            _ => false,
        };
        if !supported {
            others.push(read.subject().to_string());
        }
    }
    assert_eq!(others.len(), 1, "{others:?}");
    assert!(
        others[0].ends_with("CN=e-Szigno TLS Root CA 2023"),
        "{others:?}"
    );
}
