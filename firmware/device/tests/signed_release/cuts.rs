//! Power that is cut while a slot is written: what is half there is never started.

use simulated::application::Application;

use crate::board::Flash;
use crate::update::{Update, update};

/// A release, and a spare slot with an older image that could be started.
fn offered() -> Update {
    let mut update = update();
    update.application.code = 12 * 1024;
    update.build();
    let mut older = Application::new("reference", "1.1.0");
    older.code = update.application.code;
    let older = older.image();
    assert_eq!(older.len(), update.image.len());
    update.flash.bytes[0x1E_0000..][..older.len()].copy_from_slice(&older);
    update.publish();
    update
}

/// What is in the flash when power is cut at erase or program number `operation`, of which `part` in 256 of the bytes are done.
fn cut(operation: u32, part: usize) -> (Update, Flash) {
    let mut update = offered();
    let before = update.flash.clone();
    update.flash.power = Some((operation, part));
    update.run().expect_err("there is no power");
    (update, before)
}

#[test]
fn at_every_erase_and_program_nothing_half_written_can_be_started() {
    let mut whole = offered();
    whole.run().unwrap();
    let operations = whole.flash.operations;
    // Each sector is erased and programmed, the first one in two parts.
    let sectors = whole.image.len().div_ceil(4096) as u32;
    assert_eq!(operations, sectors * 2 + 1);

    for operation in 0..operations {
        for part in [0, 1, 100, 255] {
            let (update, before) = cut(operation, part);
            let untouched = update.flash.bytes == before.bytes;
            assert_eq!(untouched, operation == 0 && part == 0);
            assert_eq!(update.spare_starts(), untouched, "{operation}, {part}");
            assert!(update.flash.others() == before.others());
        }
    }
}

#[test]
fn after_a_cut_the_same_release_is_installed() {
    for operation in 0..9 {
        let (mut update, _) = cut(operation, 128);
        update.flash.power = None;
        assert!(update.run().unwrap().is_some());
        assert!(update.flash.spare().starts_with(&update.image));
    }
}
