//! Application images.

use device::day::Day;
use device::store::{AnchorContents, DatesChecked, KeySetContents, StoreContents};

use super::super::model::LeakKind;
use super::making::{
    World, assert_says, difference, find, is_leak, lines, patched, reason, sealed,
};
use crate::image::Expected;
use crate::image::tests::elf::{EXPECTED, store};

const VERSION: &str = "input app descriptor: version";
const ELF: &str = "consequence app descriptor: SHA-256 of the ELF file";
const CHECKSUM: &str = "consequence checksum";
const DIGEST: &str = "consequence digest";
const RODATA: &str = "segment 0: DROM data";

#[test]
fn another_version_is_an_input_and_the_rest_follows() {
    let mut other = World::new();
    other.expected = Expected {
        version: "0.1.1",
        ..EXPECTED
    };
    let (a, b) = (World::new().build(), other.build());
    assert_says(
        &a.application,
        &b.application,
        &[VERSION, ELF, CHECKSUM, DIGEST],
    );
    let found = difference(&a.application, &b.application);
    assert_eq!(found.inputs[0].name, "version");
    assert!(
        found
            .conclusions
            .iter()
            .any(|line| line.contains("code and data identical"))
    );
    assert!(reason(&found, "app descriptor: version").contains("0.1.0 in A, 0.1.1 in B"));
}

#[test]
fn another_instant_is_an_input() {
    let mut other = World::new();
    other.expected = Expected {
        time: "12:34:57",
        date: "2026-07-02",
        ..EXPECTED
    };
    let expected = [
        "input app descriptor: time",
        "input app descriptor: date",
        ELF,
        CHECKSUM,
        DIGEST,
    ];
    let (a, b) = (World::new().build(), other.build());
    assert_says(&a.application, &b.application, &expected);
}

#[test]
fn damaged_fields_are_damage() {
    let good = World::new().build().application;
    let end = good.len();
    for (at, owner) in [
        (end - 33, "damage checksum"),
        (end - 1, "damage digest"),
        (0x60, "damage app descriptor: project"),
        (0x200, "damage segment 0: DROM data"),
        (2, "damage header: flash mode"),
        (
            find(&good, &store(1)) + 60,
            "damage trust store: header.product",
        ),
    ] {
        let bad = patched(&good, at, &[good[at] ^ 1]);
        assert_says(&good, &bad, &[owner]);
        assert_says(&bad, &good, &[owner]);
    }
}

#[test]
fn what_was_changed_and_sealed_again_is_not_explained() {
    let good = World::new().build().application;
    for (at, expected) in [
        (2, &["unexplained header: flash mode", DIGEST][..]),
        (4, &["unexplained header: entry point", DIGEST]),
        (
            0x200,
            &["unexplained segment 0: DROM data", CHECKSUM, DIGEST],
        ),
        (
            0xB0,
            &[
                "unexplained app descriptor: SHA-256 of the ELF file",
                CHECKSUM,
                DIGEST,
            ],
        ),
        (
            0xD4,
            &[
                "input app descriptor: flash cache page size",
                CHECKSUM,
                DIGEST,
            ],
        ),
    ] {
        let bad = sealed(&patched(&good, at, &[good[at] ^ 2]));
        assert_says(&good, &bad, expected);
    }
}

#[test]
fn code_that_was_changed_is_named() {
    let good = World::new().build().application;
    let code = good.len() - 200;
    let bad = sealed(&patched(&good, code, &[good[code] ^ 0x80]));
    let expected = ["unexplained segment 4: IROM data", CHECKSUM, DIGEST];
    assert_says(&good, &bad, &expected);
    let found = difference(&good, &bad);
    assert!(
        found
            .conclusions
            .iter()
            .any(|line| line.contains("code or data differs in 1 range"))
    );
    assert!(!found.explained);
}

#[test]
fn padding_that_is_not_zero_is_damage() {
    let good = World::new().build().application;
    let at = good.len() - 34;
    let bad = sealed(&patched(&good, at, &[9]));
    assert_says(&good, &bad, &["damage padding before the checksum", DIGEST]);
    let found = difference(&good, &bad);
    assert_eq!(found.files[0].ranges[0].a, (at..at + 1).into());
}

#[test]
fn leaks_are_shown_with_both_texts() {
    for (one, other, kind) in [
        (
            "at /home/ada/src/main.rs line 7",
            "at /home/bob/src/main.rs line 7",
            LeakKind::AbsolutePath,
        ),
        (
            "made 2026-07-01 and no more",
            "made 2026-07-02 and no more",
            LeakKind::Date,
        ),
        (
            "made at 12:34:56 and no more",
            "made at 12:34:57 and no more",
            LeakKind::Time,
        ),
        (
            "made at 1795332583 and no more",
            "made at 1795332584 and no more",
            LeakKind::UnixTime,
        ),
        (
            "made by ada@host and no more",
            "made by eve@host and no more",
            LeakKind::UserAtHost,
        ),
    ] {
        let built = |text: &str| {
            let mut world = World::new();
            world.text = [b"\0", text.as_bytes(), &vec![0; 40 - text.len()]].concat();
            world.build().application
        };
        let found = difference(&built(one), &built(other));
        let leak = found.files[0]
            .ranges
            .iter()
            .find(|range| is_leak(&range.cause))
            .unwrap();
        let [strings] = leak.strings.as_slice() else {
            panic!("{leak:?}")
        };
        assert_eq!(strings.leak, Some(kind), "{one}");
        assert_eq!(
            (strings.a.as_deref(), strings.b.as_deref()),
            (Some(one), Some(other))
        );
        assert_eq!(leak.owner.name, RODATA);
        assert!(found.explained);
        let expected = [&format!("leak {RODATA}"), ELF, CHECKSUM, DIGEST];
        let mut found = lines(&found);
        let mut expected: Vec<String> = expected.iter().map(ToString::to_string).collect();
        found.sort();
        expected.sort();
        assert_eq!(found, expected);
    }
}

#[test]
fn an_inserted_text_does_not_make_everything_behind_it_differ() {
    let mut other = World::new();
    other.text =
        b"\0built from here, /home/ada/inserted/thing, and nothing else to say of it\0".to_vec();
    let (a, b) = (World::new().build(), other.build());
    let found = difference(&a.application, &b.application);
    let rodata: Vec<_> = found.files[0]
        .ranges
        .iter()
        .filter(|range| range.owner.name == RODATA)
        .collect();
    let bytes: usize = rodata
        .iter()
        .map(|range| range.a.len().max(range.b.len()))
        .sum();
    assert!(bytes < 60, "{rodata:?}");
    assert!(
        rodata.iter().any(|range| is_leak(&range.cause)),
        "{rodata:?}"
    );
    let texts = rodata.iter().flat_map(|range| &range.strings);
    assert!(texts.clone().any(|pair| {
        pair.b
            .as_deref()
            .is_some_and(|text| text.contains("/home/ada/inserted"))
    }));
    // The store moved and is the same.
    assert!(
        found.files[0]
            .ranges
            .iter()
            .all(|range| range.owner.class != "trust store")
    );
}

/// A store with these anchors.
fn store_of(anchors: &[(&str, u8, i32)]) -> Vec<u8> {
    let der = |tag: &[u8]| [&[0x30, tag.len() as u8], tag].concat();
    let anchor = |(name, number, end): &(&str, u8, i32)| AnchorContents {
        name: (*name).into(),
        fingerprint: [*number; 32],
        not_before: Day::from_civil(2020, 1, 1).unwrap(),
        not_after: Day::from_civil(2040, 1, 1).unwrap(),
        effective_end: Day::from_civil(*end, 1, 1).unwrap(),
        subject: der(&[0x31, 0]),
        spki: der(&[0x30, 0, 3, 2, 0, *number]),
    };
    StoreContents {
        sequence: 1,
        product: "perennial-reference".into(),
        dates: DatesChecked::ALL,
        anchors: anchors.iter().map(anchor).collect(),
        pins: Vec::new(),
        endpoints: Vec::new(),
        release_keys: KeySetContents::NONE,
        rescue_keys: KeySetContents::NONE,
    }
    .write()
    .unwrap()
}

#[test]
fn an_anchor_is_named_with_its_field() {
    let a = store_of(&[("One Root", 1, 2035), ("Two Root", 2, 2035)]);
    let b = store_of(&[("One Root", 1, 2035), ("Two Root", 2, 2034)]);
    let expected = [
        "input trust store: anchor \"Two Root\": effective-end",
        "consequence trust store: trailer.digest",
    ];
    assert_says(&a, &b, &expected);
    let image = |store: Vec<u8>| World::with_store(store).build().application;
    let expected = [ELF, expected[0], expected[1], CHECKSUM, DIGEST];
    assert_says(&image(a), &image(b), &expected);
}

#[test]
fn an_added_anchor_leaves_the_others_as_they_are() {
    let a = store_of(&[("One Root", 1, 2035), ("Three Root", 3, 2035)]);
    let b = store_of(&[
        ("One Root", 1, 2035),
        ("Two Root", 2, 2035),
        ("Three Root", 3, 2035),
    ]);
    let found = difference(&a, &b);
    let owners: Vec<&str> = found.files[0]
        .ranges
        .iter()
        .map(|range| range.owner.name.as_str())
        .collect();
    assert!(
        owners.contains(&"trust store: anchor \"Two Root\": fingerprint"),
        "{owners:?}"
    );
    assert!(owners.contains(&"trust store: header.anchor-count"));
    assert!(
        !owners
            .iter()
            .any(|name| name.contains("One Root") || name.contains("Three Root"))
    );
    assert!(found.explained);
    let text = super::super::human(&found);
    assert!(
        text.contains("anchor \"Two Root\", the whole record"),
        "{text}"
    );
}

#[test]
fn a_higher_sequence_is_an_input() {
    let expected = [
        "input trust store: header.sequence",
        "consequence trust store: trailer.digest",
    ];
    assert_says(&store(1), &store(2), &expected);
}

#[test]
fn what_two_images_have_nothing_of_in_common_is_found_to_the_end() {
    let mut other = World::with_store(store(9));
    other.expected = Expected {
        version: "9.9.9",
        project: "other",
        time: "00:00:00",
        date: "2030-01-01",
    };
    for section in [".text", ".trap", ".data"] {
        other
            .program
            .section(section)
            .data
            .iter_mut()
            .for_each(|byte| *byte = !*byte);
    }
    other.text = vec![b'x'; 300];
    let (a, b) = (World::new().build(), other.build());
    let found = difference(&a.application, &b.application);
    assert!(!found.explained && found.files[0].ranges.len() > 10);
}
