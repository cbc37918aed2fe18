//! Any contents come back, and have one encoding.

use device::day::Day;
use device::store::{
    AfterExpiry, AnchorContents, DatesChecked, EndpointContents, KeyContents, KeySetContents,
    PinContents, StoreContents, TrustStore,
};
use proptest::collection::{btree_map, btree_set, vec};
use proptest::prelude::*;

use crate::support::{SPKI, reseal, sample, sample_bytes};

fn any_day() -> impl Strategy<Value = Day> {
    (Day::MIN.days_since_epoch()..=Day::MAX.days_since_epoch())
        .prop_map(|days| Day::from_days_since_epoch(days).expect("in range"))
}

fn any_anchor() -> impl Strategy<Value = AnchorContents> {
    let name = "[\\PC]{1,40}";
    let days = (any_day(), any_day(), any_day());
    let subject = vec(any::<u8>(), 1..300);
    (name, any::<[u8; 32]>(), days, subject).prop_map(|(name, fingerprint, days, subject)| {
        let mut days = <[Day; 3]>::from(days);
        days.sort();
        let [not_before, effective_end, not_after] = days;
        AnchorContents {
            name,
            fingerprint,
            not_before,
            not_after,
            effective_end,
            subject: der_sequence(&subject),
            spki: SPKI.to_vec(),
        }
    })
}

fn der_sequence(contents: &[u8]) -> Vec<u8> {
    let length = u16::try_from(contents.len()).expect("short");
    let [high, low] = length.to_be_bytes();
    let header = match length {
        0..0x80 => vec![0x30, low],
        0x80..0x100 => vec![0x30, 0x81, low],
        _ => vec![0x30, 0x82, high, low],
    };
    [header, contents.to_vec()].concat()
}

fn any_host() -> impl Strategy<Value = String> {
    "[a-z0-9]{1,10}(-[a-z0-9]{1,5})?(\\.[a-z]{2,6}){0,3}"
}

fn any_url() -> impl Strategy<Value = String> {
    (
        any_host(),
        "(:[1-3][0-9]{3})?",
        "(/[a-zA-Z0-9~_-]{1,8}){0,3}/",
    )
        .prop_map(|(host, port, path)| format!("https://{host}{port}{path}"))
}

/// Sorted and without duplicates, as the format wants them; other tests give them in other orders.
fn any_pins() -> impl Strategy<Value = Vec<PinContents>> {
    let after_expiry = prop_oneof![Just(AfterExpiry::Refuse), Just(AfterExpiry::RootsOnly)];
    let key = (any_host(), any::<[u8; 32]>());
    btree_map(key, (any_day(), after_expiry), 0..4).prop_map(|pins| {
        let pins = pins.into_iter();
        pins.map(
            |((host, spki_sha256), (expires, after_expiry))| PinContents {
                host,
                spki_sha256,
                expires,
                after_expiry,
            },
        )
        .collect()
    })
}

fn any_endpoints() -> impl Strategy<Value = Vec<EndpointContents>> {
    let endpoint = (any_url(), btree_set(any_url(), 0..4));
    // In the order of the names, backwards: the format keeps the order of endpoints.
    btree_map("[\\PC]{1,16}", endpoint, 0..4).prop_map(|endpoints| {
        let endpoints = endpoints.into_iter().rev();
        endpoints
            .map(|(name, (url, redirects))| EndpointContents {
                name,
                url,
                redirects: redirects.into_iter().collect(),
            })
            .collect()
    })
}

/// Two sets of keys that share nothing.
fn any_keys() -> impl Strategy<Value = (KeySetContents, KeySetContents)> {
    let keys = btree_set(any::<[u8; 32]>(), 0..8);
    (keys, any::<prop::sample::Index>(), any::<u8>()).prop_map(|(public, split, threshold)| {
        // An identifier from the key makes both unique, and the order the same.
        let key = |public: [u8; 32]| KeyContents {
            id: public[..8].try_into().expect("8 bytes"),
            public,
        };
        let mut release: Vec<_> = public.into_iter().map(key).collect();
        let rescue = release.split_off(split.index(release.len() + 1));
        let set = |keys: Vec<KeyContents>| KeySetContents {
            threshold: 1 + threshold % u8::try_from(keys.len().max(1)).expect("few"),
            keys,
        };
        (set(release), set(rescue))
    })
}

fn any_contents() -> impl Strategy<Value = StoreContents> {
    let dates = any::<[bool; 3]>().prop_map(|[leaf, intermediates, anchor]| DatesChecked {
        leaf,
        intermediates,
        anchor,
    });
    let anchors = vec(any_anchor(), 1..5).prop_map(|mut anchors| {
        anchors.sort_by_key(|anchor| anchor.fingerprint);
        anchors.dedup_by_key(|anchor| anchor.fingerprint);
        anchors
    });
    let head = (any::<u64>(), "[\\PC]{1,16}", dates);
    (head, anchors, any_pins(), any_endpoints(), any_keys()).prop_map(
        |((sequence, product, dates), anchors, pins, endpoints, (release_keys, rescue_keys))| {
            StoreContents {
                sequence,
                product,
                dates,
                anchors,
                pins,
                endpoints,
                release_keys,
                rescue_keys,
            }
        },
    )
}

proptest! {
    #[test]
    fn contents_come_back(contents in any_contents()) {
        let bytes = contents.write().expect("valid contents");
        let store = TrustStore::read_exact(&bytes).expect("what was written is read");
        prop_assert_eq!(StoreContents::from(&store), contents);
        prop_assert_eq!(store.len(), bytes.len());
    }

    #[test]
    fn fields_cover_any_store(contents in any_contents()) {
        let bytes = contents.write().expect("valid contents");
        let store = TrustStore::read(&bytes).expect("what was written is read");
        let end = store.fields().try_fold(0, |end, (range, _)| (range.start == end).then_some(range.end));
        prop_assert_eq!(end, Some(bytes.len()));
    }

    #[test]
    fn the_order_of_sets_does_not_matter(mut contents in any_contents()) {
        let bytes = contents.write();
        contents.anchors.reverse();
        contents.pins.reverse();
        contents.release_keys.keys.reverse();
        contents.rescue_keys.keys.reverse();
        contents.endpoints.iter_mut().for_each(|endpoint| endpoint.redirects.reverse());
        prop_assert_eq!(contents.write(), bytes);
    }

    #[test]
    fn any_bytes_are_read_without_a_panic(bytes in vec(any::<u8>(), 0..600)) {
        prop_assert!(TrustStore::read(&bytes).is_err());
    }

    /// Damage behind a right digest: an error, or a store that has exactly these bytes as its encoding.
    #[test]
    fn damage_with_a_right_digest(
        changes in vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        cut in any::<prop::sample::Index>(),
        cuts in any::<bool>(),
    ) {
        let mut bytes = sample_bytes();
        for (index, byte) in changes {
            let place = 24 + index.index(bytes.len() - 24 - 32);
            bytes[place] = byte;
        }
        if cuts {
            bytes.remove(24 + cut.index(bytes.len() - 24 - 32));
        }
        reseal(&mut bytes);
        if let Ok(store) = TrustStore::read_exact(&bytes) {
            prop_assert_eq!(StoreContents::from(&store).write(), Ok(bytes.clone()));
        }
    }
}

#[test]
fn the_sample_comes_back() {
    let bytes = sample_bytes();
    let store = TrustStore::read_exact(&bytes).expect("the sample is a store");
    assert_eq!(StoreContents::from(&store), sample());
    assert_eq!(store.format_version(), 1);
    assert_eq!(store.anchors().len(), 3);
    assert_eq!(store.sha256()[..], bytes[bytes.len() - 32..]);
    let debug = format!("{store:?}");
    assert!(debug.contains("perennial-reference"), "{debug}");
}
