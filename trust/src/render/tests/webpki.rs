use ::webpki::anchor_from_trusted_cert;
use rustls_pki_types::CertificateDer;

use super::super::der::{name_constraints, sequence_contents};
use super::*;

/// The rendered sample, compiled.
#[allow(unreachable_pub, reason = "a generated file, as others include it")]
mod webpki_sample;

fn sample_store() -> ApprovedStore {
    store_of(&roots(&["ISRG Root X1", "ISRG Root X2"]))
}

#[test]
fn the_compiled_sample_is_what_is_rendered() {
    let rendered = text(&sample_store(), Format::WebPki);
    if std::env::var_os("UPDATE_SAMPLES").is_some() {
        let path = "src/render/tests/webpki/webpki_sample.rs";
        std::fs::write(path, &rendered).unwrap();
    }
    let committed = include_str!("webpki/webpki_sample.rs");
    assert!(
        rendered == committed,
        "stale: run UPDATE_SAMPLES=1 cargo test -p trust webpki"
    );
}

#[test]
fn webpki_itself_makes_the_same_anchors() {
    let store = sample_store();
    let anchors = store.contents().anchors.iter();
    let ders: Vec<_> = anchors
        .map(|anchor| CertificateDer::from(anchor.certificate.der.to_vec()))
        .collect();
    let expected: Vec<_> = ders
        .iter()
        .map(|der| anchor_from_trusted_cert(der).unwrap())
        .collect();
    assert_eq!(webpki_sample::TRUST_ANCHORS, expected);
}

#[test]
fn every_mozilla_root_loses_its_sequences_as_webpki_takes_them_off() {
    for der in mozilla() {
        let certificate = anchor(der, 0).certificate;
        let der = CertificateDer::from(der);
        let expected = anchor_from_trusted_cert(&der).unwrap();
        assert_eq!(
            sequence_contents(&certificate.subject),
            Some(&expected.subject[..])
        );
        let key = sequence_contents(&certificate.spki);
        assert_eq!(key, Some(&expected.subject_public_key_info[..]));
        assert_eq!(expected.name_constraints, None);
    }
}

#[test]
fn name_constraints_stay_with_their_anchor() {
    let permitted = vec![rcgen::GeneralSubtree::DnsName("example.com".into())];
    let der = bundle::certificate("Constrained CA", permitted);
    let expected = anchor_from_trusted_cert(&CertificateDer::from(der.as_slice()))
        .unwrap()
        .to_owned();
    let value = name_constraints(&der).unwrap();
    let contents = sequence_contents(&value).unwrap();
    assert_eq!(Some(contents), expected.name_constraints.as_deref());
    let source = text(&store_of(&[&der]), Format::WebPki);
    assert!(
        source.contains("name_constraints: Some(Der::from_slice(&["),
        "{source}"
    );
}
