use std::sync::Arc;

use super::super::{findings, stale};
use super::*;
use crate::finding::Severity;

fn codes(contents: StoreContents, format: Format) -> Vec<&'static str> {
    let store = ApprovedStore::from_gate(contents);
    findings(&store, format)
        .iter()
        .map(|it| it.rule.id)
        .collect()
}

/// What each format drops of a store that has everything.
#[test]
fn formats_say_what_they_drop() {
    for (format, expected) in [
        (Format::CHeader, &["R102", "R103"][..]),
        (Format::EspBundleV1, &["R102", "R103"]),
        (Format::EspBundleV2, &["R102", "R103"]),
        (Format::Json, &[]),
        (Format::Pem, &["R103"]),
        (Format::Rust, &[]),
        (Format::WebPki, &["R102", "R103"]),
    ] {
        assert_eq!(codes(sample(), format), expected, "{format:?}");
        let mut without_pins = sample();
        without_pins.pins.clear();
        assert!(!codes(without_pins, format).contains(&"R103"), "{format:?}");
    }
}

#[test]
fn a_dropped_date_is_the_first_to_end() {
    let store = ApprovedStore::from_gate(sample());
    let found = findings(&store, Format::EspBundleV2);
    assert_eq!(found[0].evidence["first-end"], "2030-06-04");
    assert_eq!(
        found[0].labels[1].location.start().0,
        3,
        "the line of ISRG Root X1"
    );
    assert_eq!(found[0].severity, Severity::Note);
    assert_eq!(found[1].location().start().0, 4, "the line of the pin");
}

#[test]
fn a_name_collision_points_at_both_anchors() {
    let contents = bundle::two_with_one_name();
    for format in [Format::CHeader, Format::EspBundleV1, Format::EspBundleV2] {
        assert!(
            codes(contents.clone(), format).contains(&"R104"),
            "{format:?}"
        );
    }
    for format in [Format::Json, Format::Pem, Format::Rust, Format::WebPki] {
        assert!(
            !codes(contents.clone(), format).contains(&"R104"),
            "{format:?}"
        );
    }
    let found = findings(&ApprovedStore::from_gate(contents), Format::EspBundleV2);
    let collision = found.iter().find(|it| it.rule.id == "R104").unwrap();
    assert_eq!(collision.location().start().0, 3);
    assert_eq!(collision.labels[1].location.start().0, 2);
    assert!(collision.blocks());
}

/// 255 anchors fit the binary form, 256 do not; 200 fit a bundle, 201 do not.
#[test]
fn too_many_anchors_are_too_many_for_what_reads_them() {
    let many = |count: usize| {
        let der = bundle::certificate("CA", Vec::new());
        let one = anchor(&der, 0);
        let numbered = (0..count).map(|number| {
            let mut anchor = one.clone();
            let certificate = Arc::make_mut(&mut anchor.certificate);
            certificate.fingerprint[..2].copy_from_slice(&(number as u16).to_be_bytes());
            // A name of its own: the last byte of the common name, or the one before it.
            let subject = &mut certificate.subject;
            let end = subject.len();
            subject[end - 2..].copy_from_slice(&[number as u8, (number >> 8) as u8]);
            anchor
        });
        contents(numbered.collect())
    };
    let too_large = |count, format| codes(many(count), format).contains(&"R105");
    assert!(!too_large(200, Format::EspBundleV2));
    assert!(too_large(201, Format::EspBundleV2));
    assert!(!too_large(255, Format::Rust));
    assert!(too_large(256, Format::Rust));
    assert!(!too_large(256, Format::Pem));
}

/// One byte decides whether a store of 65,536 bytes is one.
#[test]
fn a_store_is_64_kibibytes_at_most() {
    let mut large = contents(mozilla().iter().map(|der| anchor(der, 0)).collect());
    let length = |contents: &StoreContents| {
        let store = ApprovedStore::from_gate(contents.clone());
        rendered_length(&store)
    };
    // Longer names fill the store up to its last byte.
    let mut missing = 65_536 - length(&large).unwrap();
    for anchor in &mut large.anchors {
        let room = missing.min(255 - anchor.name.len());
        anchor.name.push_str(&"x".repeat(room));
        missing -= room;
    }
    assert_eq!((missing, length(&large)), (0, Some(65_536)));
    assert_eq!(codes(large.clone(), Format::Rust), [""; 0]);
    large.product.push('x');
    assert_eq!(codes(large, Format::Rust), ["R105"]);
}

fn rendered_length(store: &ApprovedStore) -> Option<usize> {
    Some(super::super::RenderedStore::new(store).ok()?.bytes().len())
}

#[test]
fn what_the_device_refuses_is_a_finding() {
    let mut one_signer_twice = sample();
    one_signer_twice.rescue_keys.keys[0].ed25519 = [0x11; 32];
    assert_eq!(codes(one_signer_twice, Format::Rust), ["R106"]);
    let mut plain_http = sample();
    plain_http.endpoints[0].url = "http://ota.example.com/".into();
    let store = ApprovedStore::from_gate(plain_http);
    let found = findings(&store, Format::Json);
    assert!(
        found[0].message.contains("endpoint[0].url"),
        "{}",
        found[0].message
    );
}

/// A format without an error among its findings renders, one with an error does not.
#[test]
fn findings_and_rendering_agree() {
    let mut refused = sample();
    refused.product = "two\nlines".into();
    for contents in [sample(), bundle::two_with_one_name(), refused] {
        let store = ApprovedStore::from_gate(contents);
        for format in Format::ALL {
            let blocked = findings(&store, format).iter().any(|it| it.blocks());
            assert_eq!(
                super::super::render(&store, format).is_err(),
                blocked,
                "{format:?}"
            );
        }
    }
}

#[test]
fn a_stale_file_is_shown_at_its_first_wrong_line() {
    let format = Format::Rust;
    let rendered = b"one\ntwo\nthree\n";
    let stale = |committed: Option<&[u8]>| stale("trust_store.rs", committed, rendered, format);
    assert_eq!(stale(Some(rendered)), None);
    for (committed, line, label) in [
        (None, 1, "there is no such file"),
        (Some(&b"one\n2\nthree\n"[..]), 2, "must be `two`"),
        (Some(b"one\ntwo\n"), 3, "the file ends too early"),
        (Some(b"one\ntwo\nthree\nfour\n"), 4, "from here on too much"),
        (Some(b"one\r\ntwo\r\nthree\r\n"), 1, "another line end"),
        (Some(b"one\ntwo\nthree"), 3, "another line end"),
        (Some(b"one\n\xff\n"), 1, "differs from byte 4 on"),
        (Some(b""), 1, "the file ends too early"),
    ] {
        let finding = stale(committed).unwrap();
        assert_eq!(finding.labels[0].text, label, "{committed:?}");
        assert_eq!(finding.location().start().0, line, "{committed:?}");
        assert!(
            finding.help.contains("cargo xtask render"),
            "{}",
            finding.help
        );
    }
}
