//! Releases that are right, on servers, connections and flash that are not.

use std::ops::Range;

use device::flash_layout::OTA_1;
use device::release::SecureBoot;

use crate::board::everything;
use crate::broken::{Row, require_refusals};
use crate::update::{IMAGE, Update, update};

/// Publishes a release that is right and then breaks something.
fn refused(rows: &[Row]) {
    require_refusals(rows, |defect| {
        let mut update = update();
        update.publish();
        defect(&mut update);
        update
    });
}

/// The image on the server.
fn served(update: &mut Update) -> &mut Vec<u8> {
    update.server.files.get_mut(IMAGE).expect("it is there")
}

/// Offers the image for Secure Boot.
fn signed(update: &mut Update) -> &mut Vec<u8> {
    update.running.secure_boot = SecureBoot::On;
    let name = "application.signed.bin";
    update.server.files.get_mut(name).expect("it is there")
}

#[test]
fn files() {
    refused(&[
        (
            "no image on the server",
            |update| drop(update.server.files.remove(IMAGE)),
            "0 of 24944 bytes came, then: no such file",
        ),
        (
            "short, and the server says so",
            |update| served(update).truncate(24_943),
            "the server's file has 24943 bytes, the manifest says 24944",
        ),
        (
            "short, and the server says nothing",
            |update| {
                served(update).truncate(24_943);
                update.server.says = Some(None);
            },
            "the file ended after 24943 of 24944 bytes",
        ),
        (
            "long, and the server says so",
            |update| served(update).push(0),
            "the server's file has 24945 bytes, the manifest says 24944",
        ),
        (
            "long, and the server lies",
            |update| {
                served(update).push(0);
                update.server.says = Some(Some(24_944));
            },
            "more than the 24944 bytes of the manifest came",
        ),
        (
            "without end",
            |update| {
                served(update).resize(1 << 22, 0);
                update.server.says = Some(None);
            },
            "more than the 24944 bytes of the manifest came",
        ),
        (
            "empty",
            |update| {
                served(update).clear();
                update.server.says = Some(None);
            },
            "the file ended after 0 of 24944 bytes",
        ),
        (
            "another release's image",
            |update| {
                let mut other = update.application.clone();
                other.version = "1.3.1".into();
                *served(update) = other.image();
            },
            "the version of the image is 1.3.1, the manifest says 1.3.0",
        ),
        (
            "another image of that version",
            |update| {
                let mut other = update.application.image();
                other[300] ^= 1;
                let at = other.len() - 33;
                other[at] ^= 1;
                simulated::application::seal(&mut other);
                *served(update) = other;
            },
            ", the manifest says ",
        ),
        (
            "corrupt in its first byte",
            |update| served(update)[0] ^= 1,
            "the image: no image begins with 0xe8",
        ),
        (
            "corrupt in the middle",
            |update| served(update)[12_000] ^= 1,
            "the image: its checksum is 0x",
        ),
        (
            "corrupt in the middle, twice",
            |update| {
                served(update)[12_000] ^= 1;
                served(update)[13_000] ^= 1;
            },
            "the image: its digest is ",
        ),
        (
            "corrupt in its last byte",
            |update| *served(update).last_mut().expect("an image") ^= 0x80,
            "the image: its digest is ",
        ),
        (
            "corrupt between segments and checksum",
            |update| {
                let at = served(update).len() - 34;
                served(update)[at] ^= 1;
            },
            "the image: its digest is ",
        ),
        (
            "an error page",
            |update| *served(update) = b"<html>".repeat(10_000)[..24_944].to_vec(),
            "the image: no image begins with 0x3c",
        ),
        (
            "a signature sector for another image",
            |update| signed(update)[65_536 + 4] ^= 1,
            "the image: its signature sector is for the image ",
        ),
        (
            "no signature sector where it should be",
            |update| signed(update)[65_536..].fill(0xFF),
            "the image: no signature sector begins with ffff",
        ),
        (
            "an unsigned image where a signed one should be",
            |update| {
                let signed = signed(update);
                signed.truncate(65_536);
            },
            "the server's file has 65536 bytes, the manifest says 69632",
        ),
    ]);
}

#[test]
fn connections() {
    refused(&[
        (
            "breaks and never goes on",
            |update| update.server.ends_at = Some(10_000),
            "10000 of 24944 bytes came, then: the connection broke",
        ),
        (
            "ends and never goes on",
            |update| {
                update.server.ends_at = Some(10_000);
                update.server.breaks_silently = true;
            },
            "the file ended after 10000 of 24944 bytes",
        ),
        (
            "breaks before the first byte",
            |update| update.server.ends_at = Some(0),
            "0 of 24944 bytes came, then: the connection broke",
        ),
        (
            "breaks before the last byte",
            |update| update.server.ends_at = Some(24_943),
            "24943 of 24944 bytes came, then: the connection broke",
        ),
        (
            "one byte for each connection",
            |update| update.server.breaks_after = Some(1),
            "4 of 24944 bytes came, then: the connection broke",
        ),
    ]);
}

#[test]
fn flash() {
    refused(&[
        (
            "reads otherwise in the first sector",
            |update| update.flash.lie_at(OTA_1.offset + 300),
            "read back: the image: its checksum is 0x",
        ),
        (
            "reads otherwise in the middle",
            |update| update.flash.lie_at(OTA_1.offset + 12_000),
            "read back: the image: its checksum is 0x",
        ),
        (
            "reads otherwise in the digest",
            |update| update.flash.lie_at(OTA_1.offset + 24_943),
            "read back: the image: its digest is ",
        ),
        (
            "reads otherwise in the signature",
            |update| {
                signed(update);
                update.flash.lie_at(OTA_1.offset + 69_000);
            },
            "read back: the slot does not hold what was written",
        ),
        (
            "cannot be read back",
            |update| update.flash.fail_reads(byte(5_000)),
            "read back: the slot: the flash reports: Other",
        ),
        (
            "the first sector cannot be erased",
            |update| update.flash.fail_erases(byte(0)),
            "the slot: the flash reports: Other",
        ),
        (
            "a later sector cannot be erased",
            |update| update.flash.fail_erases(all_from(8_192)),
            "the slot: the flash reports: Other",
        ),
        (
            "the first sector cannot be written",
            |update| update.flash.fail_programs(byte(100)),
            "the slot: the flash reports: Other",
        ),
        (
            "the last sector cannot be written",
            |update| update.flash.fail_programs(all_from(24_576)),
            "the slot: the flash reports: Other",
        ),
        (
            "the beginning cannot be written",
            |update| update.flash.fail_programs(byte(0)),
            "the slot: the flash reports: Other",
        ),
    ]);
}

/// One byte of the spare slot.
fn byte(at: u32) -> Range<u32> {
    OTA_1.offset + at..OTA_1.offset + at + 1
}

/// The spare slot from one byte on.
fn all_from(at: u32) -> Range<u32> {
    OTA_1.offset + at..OTA_1.end()
}

#[test]
fn what_the_slot_held_stays_until_the_new_image_is_found_to_be_for_this_device() {
    for defect in [
        |update: &mut Update| served(update)[0] ^= 1,
        |update: &mut Update| served(update)[12] = 9,
        |update: &mut Update| served(update)[0x30] = b'9',
        |update: &mut Update| served(update).truncate(100),
    ] {
        let mut update = update();
        update.publish();
        defect(&mut update);
        let before = update.flash.clone();
        update.run().expect_err("it is broken");
        assert!(everything(&update.flash) == everything(&before));
    }
}
