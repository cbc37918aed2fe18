//! The largest and smallest that the format takes, and one beyond.

use device::day::Day;
use device::store::layout::{MAX_KEYS, MAX_STORE_LENGTH};
use device::store::{
    AnchorContents, DatesChecked, KeySetContents, Part, StoreContents, StoreError, TrustStore,
    WriteError,
};

use crate::support::{SPKI, anchor, endpoint, keys, pin, sample};

/// No more than a store must have.
fn smallest() -> StoreContents {
    StoreContents {
        sequence: 0,
        product: "p".into(),
        dates: DatesChecked {
            leaf: false,
            intermediates: false,
            anchor: false,
        },
        anchors: vec![anchor(0)],
        pins: vec![],
        endpoints: vec![],
        release_keys: KeySetContents::NONE,
        rescue_keys: KeySetContents::NONE,
    }
}

fn accepts(contents: &StoreContents) {
    let bytes = contents.write().expect("within bounds");
    let store = TrustStore::read_exact(&bytes).expect("and read back");
    assert_eq!(StoreContents::from(&store), *contents);
}

fn refuses_as_too_large(contents: &StoreContents, expected: Part, found: usize, maximum: usize) {
    let error = WriteError::TooLarge {
        part: expected,
        found,
        maximum,
    };
    assert_eq!(contents.write(), Err(error));
}

#[test]
fn smallest_store() {
    accepts(&smallest());
    let mut none = smallest();
    none.anchors.clear();
    let error = none.write().expect_err("no anchors");
    assert!(matches!(
        error,
        WriteError::Refused(StoreError::Count {
            found: 0,
            minimum: 1,
            ..
        })
    ));
}

#[test]
fn sequences() {
    for sequence in [0, 1, u64::from(u32::MAX), u64::MAX] {
        accepts(&StoreContents {
            sequence,
            ..smallest()
        });
    }
}

#[test]
fn every_combination_of_dates_checked() {
    for bits in 0..8 {
        let dates = DatesChecked {
            leaf: bits & 1 != 0,
            intermediates: bits & 2 != 0,
            anchor: bits & 4 != 0,
        };
        accepts(&StoreContents {
            dates,
            ..smallest()
        });
    }
}

#[test]
fn numbers_of_records() {
    let mut contents = sample();
    contents.anchors = (0..255).map(anchor).collect();
    accepts(&contents);
    contents.anchors.push(anchor(255));
    refuses_as_too_large(&contents, Part::AnchorCount, 256, 255);

    let mut contents = sample();
    contents.pins = (0..64).map(|number| pin("a.example", number)).collect();
    accepts(&contents);
    contents.pins.push(pin("b.example", 0));
    refuses_as_too_large(&contents, Part::PinCount, 65, 64);

    let mut contents = sample();
    contents.endpoints = (0..16)
        .map(|number| endpoint(&format!("e{number}"), &[]))
        .collect();
    accepts(&contents);
    contents.endpoints.push(endpoint("one-more", &[]));
    refuses_as_too_large(&contents, Part::EndpointCount, 17, 16);

    let mut contents = sample();
    contents.endpoints = vec![endpoint("e", &["a", "b", "c", "d", "e", "f", "g", "h"])];
    accepts(&contents);
    contents.endpoints[0]
        .redirects
        .push("https://i.example/".into());
    refuses_as_too_large(&contents, Part::RedirectCount, 9, 8);
}

#[test]
fn numbers_and_thresholds_of_keys() {
    let with_release = |set| StoreContents {
        release_keys: set,
        ..sample()
    };
    let with_rescue = |set| StoreContents {
        rescue_keys: set,
        ..sample()
    };
    accepts(&with_release(keys(16, 100..116)));
    accepts(&with_rescue(keys(16, 100..116)));
    refuses_as_too_large(
        &with_release(keys(1, 100..117)),
        Part::ReleaseKeyCount,
        17,
        MAX_KEYS,
    );
    refuses_as_too_large(
        &with_rescue(keys(1, 100..117)),
        Part::RescueKeyCount,
        17,
        MAX_KEYS,
    );
    for (threshold, numbers) in [(0, 0..0), (2, 0..0), (0, 100..103), (4, 100..103)] {
        let error = with_rescue(keys(threshold, numbers)).write();
        assert!(matches!(
            error,
            Err(WriteError::Refused(StoreError::Threshold { .. }))
        ));
    }
}

#[test]
fn no_keys_are_never_enough() {
    let bytes = smallest().write().expect("a store");
    let store = TrustStore::read(&bytes).expect("a store");
    assert_eq!(store.release_keys().threshold, 1);
    assert!((0..=255).all(|distinct| distinct != 0 || !store.release_keys().is_met_by(distinct)));
    let bytes = sample().write().expect("a store");
    let store = TrustStore::read(&bytes).expect("a store");
    assert!(!store.rescue_keys().is_met_by(1));
    assert!(store.rescue_keys().is_met_by(2));
}

#[test]
fn lengths_of_text() {
    let mut contents = sample();
    contents.product = "p".repeat(64);
    contents.anchors[0].name = "n".repeat(255);
    contents.endpoints[0].name = "e".repeat(64);
    accepts(&contents);

    let mut longer = contents.clone();
    longer.product.push('p');
    refuses_as_too_large(&longer, Part::ProductLength, 65, 64);
    let mut longer = contents.clone();
    longer.anchors[0].name.push('n');
    refuses_as_too_large(&longer, Part::NameLength, 256, 255);
    let mut longer = contents.clone();
    longer.endpoints[0].name.push('e');
    refuses_as_too_large(&longer, Part::NameLength, 65, 64);
    let mut longer = contents.clone();
    longer.pins[0].host = "h".repeat(254);
    refuses_as_too_large(&longer, Part::HostLength, 254, 253);
    let mut longer = contents;
    longer.endpoints[0].url = "u".repeat(256);
    refuses_as_too_large(&longer, Part::UrlLength, 256, 255);
}

#[test]
fn days_of_anchors_and_pins() {
    let with = |not_before, effective_end, not_after| {
        let dated = AnchorContents {
            not_before,
            not_after,
            effective_end,
            ..anchor(0)
        };
        StoreContents {
            anchors: vec![dated],
            ..smallest()
        }
    };
    let day = |days| Day::from_days_since_epoch(days).expect("in range");
    accepts(&with(Day::MIN, Day::MAX, Day::MAX));
    accepts(&with(day(-1), day(-1), day(-1)));
    for (not_before, effective_end, not_after) in [(1, 0, 2), (0, 3, 2), (2, 1, 1)] {
        let error = with(day(not_before), day(effective_end), day(not_after)).write();
        assert!(matches!(
            error,
            Err(WriteError::Refused(StoreError::DayOrder { .. }))
        ));
    }
    let mut contents = sample();
    contents.pins[0].expires = Day::MIN;
    contents.pins[1].expires = Day::MAX;
    accepts(&contents);
}

#[test]
fn total_length() {
    let with = |length: usize| {
        // Four bytes of tag and length.
        let spki = [&[0x30, 0x00], &[0x03, 0x82][..]].concat();
        let bits = length - 4 - 4 - 2;
        let header = [0x30, 0x82].into_iter().chain(be(length - 4));
        let spki = header
            .chain(spki)
            .chain(be(bits))
            .chain(vec![0; bits])
            .collect();
        StoreContents {
            anchors: vec![AnchorContents { spki, ..anchor(0) }],
            ..smallest()
        }
    };
    let overhead = smallest().write().expect("a store").len() - SPKI.len();
    let largest = with(MAX_STORE_LENGTH - overhead);
    assert_eq!(largest.write().expect("a store").len(), MAX_STORE_LENGTH);
    accepts(&largest);
    let larger = with(MAX_STORE_LENGTH - overhead + 1);
    refuses_as_too_large(
        &larger,
        Part::TotalLength,
        MAX_STORE_LENGTH + 1,
        MAX_STORE_LENGTH,
    );
}

fn be(length: usize) -> [u8; 2] {
    u16::try_from(length).expect("two bytes").to_be_bytes()
}

#[test]
fn what_stands_after_the_store_does_not_matter_in_a_partition() {
    let store = sample().write().expect("a store");
    let mut partition = store.clone();
    partition.resize(MAX_STORE_LENGTH, 0xFF);
    let read = TrustStore::read(&partition).expect("a store");
    assert_eq!(read.as_bytes(), store);
    assert_eq!(read.len(), store.len());
    assert!(matches!(
        TrustStore::read_exact(&partition),
        Err(StoreError::TrailingBytes { .. })
    ));
}
