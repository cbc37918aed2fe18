//! Images with a store of ours: whole, cut off, and changed.

use std::path::Path;

use device::store::{AnchorContents, DatesChecked, Day, KeySetContents, StoreContents};
use trust::date::Date;
use trust::material::{DamageKind, Form};
use trust::outlook::{Facts, Question};

use super::{DeviceArguments, Inspection, inspected};
use crate::image::tests::elf::{Program, settings};
use crate::image::{application, flash};
use crate::{facts, roots};

fn inspect(bytes: &[u8]) -> Inspection {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("image.bin");
    std::fs::write(&path, bytes).unwrap();
    let (calendar, pool) = (facts::calendar(), roots::mozilla_roots());
    let facts = Facts {
        calendar,
        pool: &pool,
    };
    let question = |sdkconfig| Question {
        as_of: "2026-07-01".parse().unwrap(),
        until: None,
        owner: None,
        verifier: None,
        sdkconfig,
    };
    inspected(
        Path::new(&path),
        &facts,
        &DeviceArguments::default(),
        question,
    )
    .unwrap()
}

fn codes(inspection: &Inspection) -> Vec<&'static str> {
    let findings = inspection.outlook.findings.iter();
    findings.map(|finding| finding.rule.id).collect()
}

/// A store with ISRG Root X1, as a policy renders it.
fn store() -> Vec<u8> {
    store_until("2030-06-04")
}

/// The same with another end.
fn store_until(effective_end: &str) -> Vec<u8> {
    let pool = roots::mozilla_roots();
    let root = pool
        .iter()
        .find(|root| root.name == "ISRG Root X1")
        .unwrap();
    let day = |date: Date| Day::from_days_since_epoch(date.days_since_epoch()).unwrap();
    let anchor = AnchorContents {
        name: root.name.clone(),
        fingerprint: root.fingerprint,
        not_before: day(root.not_before),
        not_after: day(root.not_after),
        effective_end: day(effective_end.parse().unwrap()),
        subject: root.subject.clone(),
        spki: root.spki.clone(),
    };
    let store = StoreContents {
        sequence: 1,
        product: "perennial-reference".into(),
        dates: DatesChecked::ALL,
        anchors: vec![anchor],
        pins: Vec::new(),
        endpoints: Vec::new(),
        release_keys: KeySetContents::NONE,
        rescue_keys: KeySetContents::NONE,
    };
    store.write().unwrap()
}

#[test]
fn our_own_images_say_what_is_in_their_store() {
    let store = store();
    let program = Program::with_code(&store, 4096);
    let application = application(&program.elf(), &settings(&store)).unwrap();
    let flash = flash(&application, &store).unwrap();
    for bytes in [application.bytes(), &flash] {
        let inspection = inspect(bytes);
        let kind = &inspection.kind;
        assert!(kind.starts_with("ESP32-C3"), "{kind}");
        assert!(!inspection.outlook.anchors.is_empty());
        for anchor in &inspection.outlook.anchors {
            assert_eq!(
                (anchor.name.as_str(), anchor.form),
                ("ISRG Root X1", Form::Store)
            );
        }
        let dark = inspection.outlook.dark_on().map(|day| day.to_string());
        assert_eq!(dark.as_deref(), Some("2030-06-05"));
        assert_eq!(codes(&inspection), ["I102", "I106"]);
    }
}

#[test]
fn an_earlier_end_in_our_store_is_the_one_that_counts() {
    let inspection = inspect(&store_until("2028-12-31"));
    let end = inspection.outlook.anchors[0].effective_end().unwrap();
    assert_eq!(end.date.to_string(), "2028-12-31");
    assert_eq!(end.cause, trust::calendar::EndCause::Policy);
    let dark = inspection.outlook.dark_on().map(|day| day.to_string());
    assert_eq!(dark.as_deref(), Some("2029-01-01"));
    let cause = &inspection.outlook.last_reach().unwrap().cause;
    assert!(cause.contains("ISRG Root X1"), "{cause}");

    // A later one than the calendar's says nothing.
    let inspection = inspect(&store_until("2035-06-04"));
    let end = inspection.outlook.anchors[0].effective_end().unwrap();
    assert_eq!(end.date.to_string(), "2030-06-04");
}

#[test]
fn an_image_that_is_cut_off_is_said_to_be_wherever_it_is_cut() {
    let whole = crate::image::sample_application(4096);
    for length in (1..whole.len()).step_by(97) {
        let inspection = inspect(&whole[..length]);
        let damages = &inspection.material.damages;
        assert!(
            damages
                .iter()
                .any(|damage| damage.kind == DamageKind::Broken),
            "{length}"
        );
        assert!(codes(&inspection).contains(&"I109"));
    }
}

#[test]
fn a_changed_byte_of_an_image_is_found() {
    let whole = crate::image::sample_application(64);
    for at in (24..whole.len()).step_by(211) {
        let mut changed = whole.clone();
        changed[at] ^= 0x10;
        assert!(codes(&inspect(&changed)).contains(&"I109"), "{at}");
    }
}

#[test]
fn an_image_without_anchors_has_none() {
    let mut empty = vec![0xFF; 0x2000];
    empty[0] = 0;
    assert_eq!(codes(&inspect(&empty)), ["I101"]);
}
