//! Images with a store of ours: whole, cut off, and changed.

use std::path::Path;

use trust::material::{DamageKind, Form};
use trust::outlook::{Facts, Question};

use super::facts::Embedded;
use super::{Inspection, inspected};

fn inspect(bytes: &[u8]) -> Inspection {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("image.bin");
    std::fs::write(&path, bytes).unwrap();
    let embedded = Embedded::new();
    let facts = Facts {
        calendar: &embedded.calendar,
        pool: &embedded.pool,
    };
    let question = Question {
        as_of: "2026-07-01".parse().unwrap(),
        until: None,
        owner: None,
        verifier: None,
        sdkconfig: None,
    };
    inspected(Path::new(&path), &facts, question).unwrap()
}

fn codes(inspection: &Inspection) -> Vec<&'static str> {
    let findings = inspection.outlook.findings.iter();
    findings.map(|finding| finding.rule.id).collect()
}

#[test]
fn our_own_images_say_what_is_in_their_store() {
    let application = crate::image::sample_application(4096);
    for bytes in [&application, crate::image::sample_flash()] {
        let inspection = inspect(bytes);
        assert!(
            inspection.kind.starts_with("ESP32-C3"),
            "{}",
            inspection.kind
        );
        let forms = inspection.material.found.iter().map(|found| found.form);
        assert!(forms.clone().count() > 0);
        assert!(forms.into_iter().all(|form| form == Form::Store));
        assert!(
            !codes(&inspection).contains(&"I109"),
            "{:?}",
            codes(&inspection)
        );
    }
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
