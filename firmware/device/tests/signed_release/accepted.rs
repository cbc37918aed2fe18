//! Releases that are installed, and the one that runs already.

use device::otadata::Slot;
use device::release::SecureBoot;

use crate::board::{everything, others, spare};
use crate::keys::{STRANGER, id, sign, store};
use crate::update::{IMAGE, OFFERED, RUNNING, Update, edition, update};

/// Runs an update that must be installed; gives the bytes of the spare slot.
fn installed(update: &mut Update) -> Vec<u8> {
    let before = update.flash.clone();
    let installed = update.run().expect("it is right").expect("it is newer");
    assert_eq!(installed.slot(), Slot::Ota1);
    assert_eq!(installed.edition(), &edition(OFFERED, 2_000));
    assert_eq!(installed.store_sequence(), 8);
    assert_eq!(others(&update.flash), others(&before));
    assert!(update.spare_starts());
    spare(&update.flash)
}

#[test]
fn a_newer_release_stands_in_the_spare_slot_byte_for_byte() {
    let mut update = update();
    update.publish();
    let spare = installed(&mut update);
    let (image, rest) = spare.split_at(update.image.len());
    assert_eq!(image, update.image);
    let (filled, untouched) = rest.split_at(image.len().next_multiple_of(4096) - image.len());
    assert!(filled.iter().all(|byte| *byte == 0xFF));
    assert!(untouched.iter().all(|byte| *byte == 0xA5));
    assert_eq!(update.server.asked, [(IMAGE.to_owned(), 0)]);
}

#[test]
fn progress_is_told_at_each_tenth() {
    let mut update = update();
    update.publish();
    installed(&mut update);
    require_lines(&update.lines.0, update.image.len());
}

fn require_lines(lines: &[String], length: usize) {
    let told: Vec<&str> = lines
        .iter()
        .map(|line| line.split(',').next().unwrap_or_default())
        .collect();
    let expected = [
        "update: 10 %",
        "update: 20 %",
        "update: 30 %",
        "update: 40 %",
        "update: 50 %",
        "update: 60 %",
        "update: 70 %",
        "update: 80 %",
        "update: 90 %",
        "update: 100 %",
        "update: reading ota_1 back",
        "update: 1.3.0 of 2000 stands in ota_1",
    ];
    assert_eq!(told, expected);
    assert_eq!(
        lines[9],
        format!("update: 100 %, {length} of {length} bytes")
    );
}

#[test]
fn portions_of_any_size_give_the_same() {
    for chunk in [1, 7, 4095, 4096, 4097, 1 << 20] {
        let mut update = update();
        update.publish();
        update.server.chunk = chunk;
        let spare = installed(&mut update);
        assert!(spare.starts_with(&update.image), "{chunk}");
    }
}

#[test]
fn an_image_of_less_than_a_sector_and_of_whole_sectors() {
    let overhead = update().image.len() - update().application.code;
    for length in [512, 4096, 8192] {
        let mut update = update();
        update.application.code = length - overhead;
        update.build();
        assert_eq!(update.image.len(), length);
        update.publish();
        assert!(installed(&mut update).starts_with(&update.image));
    }
}

#[test]
fn two_of_three_keys_whoever_else_signed() {
    for signers in [
        vec![0, 1],
        vec![2, 0],
        vec![STRANGER, 1, 2],
        vec![STRANGER, STRANGER, 0, 2],
    ] {
        let mut update = update();
        update.store = store(2);
        update.signers = signers;
        update.publish();
        installed(&mut update);
    }
}

#[test]
fn a_damaged_signature_file_does_not_shut_out_the_others() {
    let mut update = update();
    update.publish();
    let signature = sign(1, &update.manifest_bytes());
    update.put(&format!("release.json.{}.minisig", id(1)), signature);
    update.put("release.json.minisig", "nothing\n");
    installed(&mut update);
}

#[test]
fn with_secure_boot_the_signed_image_is_installed() {
    let mut update = update();
    update.running.secure_boot = SecureBoot::On;
    update.publish();
    let spare = installed(&mut update);
    assert!(spare.starts_with(&update.application.signed()));
    assert_eq!(update.server.asked[0].0, "application.signed.bin");
}

#[test]
fn a_padded_image_without_signatures_is_an_image() {
    let mut update = update();
    update.image = update.application.padded();
    update.describe();
    update.publish();
    assert!(installed(&mut update).starts_with(&update.image));
}

#[test]
fn what_runs_is_not_installed_again() {
    let mut update = update();
    update.running.edition = edition(OFFERED, 2_000);
    update.publish();
    let before = update.flash.clone();
    assert_eq!(update.run(), Ok(None));
    assert!(everything(&update.flash) == everything(&before));
    assert!(update.server.asked.is_empty());
}

#[test]
fn a_later_commit_of_one_version_is_newer() {
    let mut update = update();
    update.running.edition = edition("1.3.0+0123456789ab", 1_999);
    update.publish();
    installed(&mut update);
}

#[test]
fn the_newest_one_ever_accepted_may_be_accepted_again() {
    let mut update = update();
    update.newest = Some(edition(OFFERED, 2_000));
    update.publish();
    installed(&mut update);
}

#[test]
fn what_was_accepted_before_the_running_one_does_not_matter() {
    let mut update = update();
    update.newest = Some(edition(RUNNING, 1));
    update.publish();
    installed(&mut update);
}

#[test]
fn fields_that_a_later_schema_adds_are_passed_over() {
    let mut update = update();
    update.manifest["later"] = serde_json::json!({"product": [1, {"product": null}]});
    update.manifest["store"]["later"] = 1.5.into();
    update.entry()["later"] = true.into();
    update.publish();
    installed(&mut update);
}
