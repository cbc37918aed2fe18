//! The map of the store's bytes.

use std::collections::BTreeSet;

use device::store::layout::magic;
use device::store::{Part, Record, TrustStore};

use crate::support::{place, sample_bytes};

#[test]
fn every_byte_has_one_name() {
    let bytes = sample_bytes();
    let store = TrustStore::read(&bytes).expect("the sample is a store");
    let mut next = 0;
    let mut names = BTreeSet::new();
    for (range, field) in store.fields() {
        assert_eq!(range.start, next, "{field}");
        assert!(range.end > range.start, "{field}");
        assert!(names.insert(field.to_string()), "{field} twice");
        next = range.end;
    }
    assert_eq!(next, bytes.len());
    // Header 16, anchors 3 of 9, pins 3 of 6, endpoints 2 of 6, redirects 2 of 2, keys 5 of 3, digest.
    assert_eq!(names.len(), 16 + 27 + 18 + 12 + 4 + 15 + 1);
}

#[test]
fn fields_are_where_they_say() {
    let bytes = sample_bytes();
    let store = TrustStore::read(&bytes).expect("the sample is a store");
    let at = |record, part| &bytes[place(&bytes, record, part)];
    assert_eq!(at(Record::Header, Part::Magic), magic());
    assert_eq!(at(Record::Header, Part::Sequence), 7_u64.to_le_bytes());
    assert_eq!(at(Record::Header, Part::Product), b"perennial-reference");
    assert_eq!(at(Record::Trailer, Part::Digest), store.sha256());
    for (index, anchor) in (0..).zip(store.anchors()) {
        let at = |part| at(Record::Anchor(index), part);
        assert_eq!(at(Part::Name), anchor.name.as_bytes());
        assert_eq!(at(Part::Fingerprint), anchor.fingerprint);
        assert_eq!(at(Part::Subject), anchor.subject);
        assert_eq!(at(Part::Spki), anchor.spki);
    }
    for (index, pin) in (0..).zip(store.pins()) {
        let at = |part| at(Record::Pin(index), part);
        assert_eq!(at(Part::Host), pin.host.as_bytes());
        assert_eq!(at(Part::SpkiSha256), pin.spki_sha256);
    }
    for (index, endpoint) in (0..).zip(store.endpoints()) {
        let record = Record::Endpoint(index);
        assert_eq!(at(record, Part::Url), endpoint.url.as_str().as_bytes());
        for (index, url) in (0..).zip(endpoint.redirects()) {
            assert_eq!(at(record, Part::Redirect(index)), url.as_str().as_bytes());
        }
    }
    for (index, key) in (0..).zip(store.rescue_keys().keys()) {
        assert_eq!(at(Record::RescueKey(index), Part::PublicKey), key.public);
    }
}

#[test]
fn names_read_well() {
    let bytes = sample_bytes();
    let store = TrustStore::read(&bytes).expect("the sample is a store");
    let names: BTreeSet<String> = store.fields().map(|(_, field)| field.to_string()).collect();
    for name in [
        "header.total-length",
        "anchor[2].effective-end",
        "pin[0].spki-sha256",
        "endpoint[0].redirect-length[1]",
        "release-key[1].key-id",
        "trailer.digest",
    ] {
        assert!(names.contains(name), "{name}");
    }
}
