//! What the format costs beside an ESP-IDF certificate bundle.

use device::day::Day;
use device::store::layout::MAX_STORE_LENGTH;
use device::store::{AnchorContents, StoreContents};
use sha2::{Digest as _, Sha256};
use vectors::{Kind, named};
use x509_parser::certificate::X509Certificate;
use x509_parser::prelude::FromDer as _;
use x509_parser::time::ASN1Time;
use x509_parser::x509::X509Name;

use crate::support::sample;

/// Bytes of offset, name length and key length of an entry, ESP-IDF 5.4 and later.
const BUNDLE_ENTRY_OVERHEAD: usize = 4 + 2 + 2;
/// Bytes that an anchor may cost more.
const BUDGET: usize = 64;

fn mozilla_roots() -> Vec<AnchorContents> {
    let certificates = webpki_root_certs::TLS_SERVER_ROOT_CERTS;
    certificates.iter().map(|der| contents(der)).collect()
}

fn contents(der: &[u8]) -> AnchorContents {
    let (_, certificate) = X509Certificate::from_der(der).expect("a certificate");
    let not_after = day(certificate.validity().not_after);
    AnchorContents {
        name: name(certificate.subject()),
        fingerprint: Sha256::digest(der).into(),
        not_before: day(certificate.validity().not_before),
        not_after,
        effective_end: not_after,
        subject: certificate.subject().as_raw().to_vec(),
        spki: certificate.public_key().raw.to_vec(),
    }
}

fn name(subject: &X509Name<'_>) -> String {
    let mut names = subject
        .iter_common_name()
        .chain(subject.iter_organizational_unit());
    let first = names.next().expect("a root has a name");
    first.as_str().expect("which is text").into()
}

fn day(time: ASN1Time) -> Day {
    let days = time.timestamp().div_euclid(86_400);
    let day = i32::try_from(days)
        .ok()
        .and_then(Day::from_days_since_epoch);
    day.expect("a date of a certificate")
}

#[test]
fn all_mozilla_roots_fit() {
    let store = StoreContents {
        anchors: mozilla_roots(),
        ..sample()
    };
    let bytes = store.write().expect("they fit");
    named(
        "cost: store of the 118 roots of the Mozilla set",
        Kind::Store,
        &[&bytes],
    );
    assert_eq!(store.anchors.len(), 118);
    assert!(bytes.len() <= MAX_STORE_LENGTH, "{}", bytes.len());
}

#[test]
fn an_anchor_costs_at_most_64_bytes_more_than_in_a_bundle() {
    let anchors = mozilla_roots();
    let bundle: usize = anchors
        .iter()
        .map(|anchor| BUNDLE_ENTRY_OVERHEAD + anchor.subject.len() + anchor.spki.len())
        .sum();
    let allowed = bundle + BUDGET * anchors.len();
    let store = StoreContents {
        anchors,
        pins: vec![],
        endpoints: vec![],
        ..sample()
    };
    let length = store.write().expect("they fit").len();
    assert!(length <= allowed, "{length} bytes, {allowed} are allowed");
}
