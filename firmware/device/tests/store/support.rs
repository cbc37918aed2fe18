//! A sample store, and tools to damage it.

use std::ops::Range;

use device::day::Day;
use device::store::layout::{DIGEST_LENGTH, TOTAL_LENGTH_OFFSET};
use device::store::{
    AfterExpiry, AnchorContents, DatesChecked, EndpointContents, Field, KeyContents,
    KeySetContents, Part, PinContents, Record, StoreContents, TrustStore,
};
use sha2::{Digest as _, Sha256};

/// The smallest SubjectPublicKeyInfo by shape.
pub(crate) const SPKI: [u8; 7] = [0x30, 5, 0x30, 0, 0x03, 1, 0];

pub(crate) fn day(year: i32, month: u8, day: u8) -> Day {
    Day::from_civil(year, month, day).expect("a date of the calendar")
}

/// An anchor whose fingerprint begins with `number`.
pub(crate) fn anchor(number: u8) -> AnchorContents {
    AnchorContents {
        name: format!("Test Root {number}"),
        fingerprint: [number; 32],
        not_before: day(2015, 6, 4),
        not_after: day(2035, 6, 4),
        effective_end: day(2030, 6, 4),
        subject: vec![0x30, 3, 0x31, 1, number],
        spki: SPKI.to_vec(),
    }
}

/// A pin for `host` of a key whose hash begins with `number`.
pub(crate) fn pin(host: &str, number: u8) -> PinContents {
    PinContents {
        host: host.into(),
        spki_sha256: [number; 32],
        expires: day(2034, 1, 1),
        after_expiry: AfterExpiry::RootsOnly,
    }
}

/// An endpoint called `name` with redirects to hosts called `redirects`.
pub(crate) fn endpoint(name: &str, redirects: &[&str]) -> EndpointContents {
    EndpointContents {
        name: name.into(),
        url: format!("https://{name}.example.com/fleet/"),
        redirects: redirects
            .iter()
            .map(|host| format!("https://{host}.example/"))
            .collect(),
    }
}

/// Keys `numbers`, of which `threshold` must sign.
pub(crate) fn keys(threshold: u8, numbers: Range<u8>) -> KeySetContents {
    let key = |number| KeyContents {
        id: [number; 8],
        public: [number; 32],
    };
    KeySetContents {
        threshold,
        keys: numbers.map(key).collect(),
    }
}

/// A store with more than one of everything, in canonical order.
pub(crate) fn sample() -> StoreContents {
    StoreContents {
        sequence: 7,
        product: "perennial-reference".into(),
        dates: DatesChecked::ALL,
        anchors: vec![anchor(1), anchor(2), anchor(3)],
        pins: vec![
            pin("failover.example.com", 1),
            pin("failover.example.com", 2),
            PinContents {
                after_expiry: AfterExpiry::Refuse,
                ..pin("primary.example.com", 1)
            },
        ],
        endpoints: vec![
            endpoint("primary", &["cdn-a", "cdn-b"]),
            endpoint("failover", &[]),
        ],
        release_keys: keys(1, 10..12),
        rescue_keys: keys(2, 20..23),
    }
}

/// The bytes of [`sample`].
pub(crate) fn sample_bytes() -> Vec<u8> {
    sample().write().expect("the sample is a store")
}

/// Where a field stands.
pub(crate) fn place(bytes: &[u8], record: Record, part: Part) -> Range<usize> {
    let wanted = Field { record, part };
    let store = TrustStore::read(bytes).expect("fields are of a store");
    let found = store.fields().find(|(_, field)| *field == wanted);
    found.expect("the store has the field").0
}

/// Makes total length and digest right again after a change.
pub(crate) fn reseal(bytes: &mut Vec<u8>) {
    let length = u32::try_from(bytes.len()).expect("stores are short");
    bytes[TOTAL_LENGTH_OFFSET..][..4].copy_from_slice(&length.to_le_bytes());
    bytes.truncate(bytes.len() - DIGEST_LENGTH);
    let digest = Sha256::digest(&bytes);
    bytes.extend(digest);
}
