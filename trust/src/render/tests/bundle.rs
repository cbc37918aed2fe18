use sha2::{Digest, Sha256};

use super::*;
use crate::render::RenderError;

/// A parser of its own, from the description of the layouts. Gives names and keys in file order.
fn parse(bundle: &[u8], version: u8) -> Vec<(Vec<u8>, Vec<u8>)> {
    let number = |at: usize| {
        let two = [bundle[at], bundle[at + 1]];
        usize::from(match version {
            1 => u16::from_be_bytes(two),
            _ => u16::from_le_bytes(two),
        })
    };
    let offset = |index: usize| {
        let four = bundle[index * 4..index * 4 + 4].try_into().unwrap();
        u32::from_le_bytes(four) as usize
    };
    let (count, mut at) = match version {
        1 => (number(0), 2),
        _ => (offset(0) / 4, offset(0)),
    };
    let mut entries = Vec::new();
    for index in 0..count {
        if version == 2 {
            assert_eq!(
                offset(index),
                at,
                "entry {index} must follow the one before it"
            );
        }
        let (name, key) = (number(at), number(at + 2));
        let start = at + 4;
        entries.push((
            bundle[start..start + name].to_vec(),
            bundle[start + name..start + name + key].to_vec(),
        ));
        at = start + name + key;
    }
    assert_eq!(at, bundle.len(), "nothing may follow the last entry");
    entries
}

#[test]
fn the_mozilla_roots_in_both_layouts() {
    let store = store_of(&mozilla());
    let mut expected: Vec<_> = store
        .contents()
        .anchors
        .iter()
        .map(|anchor| {
            let certificate = &anchor.certificate;
            (certificate.subject.clone(), certificate.spki.clone())
        })
        .collect();
    expected.sort();
    assert_eq!(expected.len(), 118);
    let payload: usize = expected
        .iter()
        .map(|(name, key)| name.len() + key.len())
        .sum();
    for (format, version, size) in [
        (Format::EspBundleV1, 1, 2 + 4 * 118 + payload),
        (Format::EspBundleV2, 2, 8 * 118 + payload),
    ] {
        let bundle = rendered(&store, format);
        assert_eq!(bundle.len(), size);
        assert_eq!(parse(&bundle, version), expected);
    }
}

/// SHA-256 of what the steps of ESP-IDF's `gen_crt_bundle.py` (commit 129ea462 for version 1, 5572aaee for
/// version 2), run with its certificate library on the same certificates, write.
const PEER_V1: &str = "8ca330673e7ecd07610eecfaffd23aba8b9ceca10a381d3878f268348edf5aec";
const PEER_V2: &str = "9d67cfc05dab24ab67d8c9270fc3562a8615e4839c30ddb2090880bf8fe0b578";

#[test]
fn the_mozilla_roots_are_what_the_peer_writes() {
    let store = store_of(&mozilla());
    for (format, length, sha256) in [
        (Format::EspBundleV1, 54_752, PEER_V1),
        (Format::EspBundleV2, 55_222, PEER_V2),
    ] {
        let bundle = rendered(&store, format);
        let found = (bundle.len(), hex::encode(Sha256::digest(&bundle)));
        assert_eq!(found, (length, sha256.to_owned()), "{format:?}");
    }
}

#[test]
fn sizes_that_were_measured_elsewhere() {
    let one = store_of(&roots(&["ISRG Root X1"]));
    assert_eq!(rendered(&one, Format::EspBundleV2).len(), 639);
    let amazon = [
        "Amazon Root CA 1",
        "Amazon Root CA 2",
        "Amazon Root CA 3",
        "Amazon Root CA 4",
        "Starfield Services Root Certificate Authority - G2",
    ];
    let five = store_of(&roots(&amazon));
    assert_eq!(rendered(&five, Format::EspBundleV2).len(), 1780);
}

#[test]
fn two_anchors_with_one_name_are_refused() {
    let store = ApprovedStore::from_gate(two_with_one_name());
    for format in [Format::EspBundleV1, Format::EspBundleV2, Format::CHeader] {
        let error = super::super::render(&store, format).unwrap_err();
        assert!(
            matches!(error, RenderError::NameCollision { .. }),
            "{error}"
        );
    }
    // The same keys under two names are two anchors like any others.
    let mut apart = two_with_one_name();
    apart.anchors[1].certificate = anchor(&certificate("Another CA", Vec::new()), 1).certificate;
    let store = ApprovedStore::from_gate(apart);
    assert_eq!(parse(&rendered(&store, Format::EspBundleV2), 2).len(), 2);
}

#[test]
fn a_bundle_holds_200_anchors_and_not_201() {
    let many = |count: usize| {
        let names = (0..count).map(|index| certificate(&format!("CA {index}"), Vec::new()));
        let ders: Vec<_> = names.collect();
        store_of(&ders.iter().map(Vec::as_slice).collect::<Vec<_>>())
    };
    let bundle = rendered(&many(200), Format::EspBundleV2);
    assert_eq!(parse(&bundle, 2).len(), 200);
    let error = super::super::render(&many(201), Format::EspBundleV2).unwrap_err();
    assert!(
        matches!(error, RenderError::TooManyAnchors { .. }),
        "{error}"
    );
}

/// A self-signed CA certificate with a key of its own.
pub(super) fn certificate(name: &str, permitted: Vec<rcgen::GeneralSubtree>) -> Vec<u8> {
    let mut parameters = rcgen::CertificateParams::default();
    parameters.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    parameters.key_usages = vec![rcgen::KeyUsagePurpose::KeyCertSign];
    parameters.distinguished_name = rcgen::DistinguishedName::new();
    parameters
        .distinguished_name
        .push(rcgen::DnType::CommonName, name);
    parameters.name_constraints = (!permitted.is_empty()).then(|| rcgen::NameConstraints {
        permitted_subtrees: permitted,
        excluded_subtrees: Vec::new(),
    });
    let key = rcgen::KeyPair::generate().unwrap();
    parameters.self_signed(&key).unwrap().der().to_vec()
}

pub(super) fn two_with_one_name() -> StoreContents {
    let first = certificate("One CA", Vec::new());
    let second = certificate("One CA", Vec::new());
    contents(vec![anchor(&first, 0), anchor(&second, 1)])
}
