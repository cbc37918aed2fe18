//! Images that were signed and that the bootloader would not start, or that are not what the manifest says.

use serde_json::json;
use simulated::application::{Application, seal};

use crate::broken::refused;
use crate::update::{RUNNING, Update, sha256};

/// Puts bytes of an image right behind what was changed in it, and describes it.
fn sealed(update: &mut Update, change: impl FnOnce(&mut Vec<u8>)) {
    change(&mut update.image);
    seal(&mut update.image);
    update.describe();
}

#[test]
fn images() {
    refused(&[
        (
            "no image at all",
            |update| {
                update.image = vec![0; 8192];
                update.describe();
            },
            "the image: no image begins with 0x00",
        ),
        (
            "for another chip",
            |update| {
                update.application.chip = 9;
                update.build();
            },
            "the image: it is for chip 9, this one has number 5",
        ),
        (
            "no digest",
            |update| sealed(update, |image| image[23] = 0),
            "the image: it has no digest",
        ),
        (
            "a wrong digest",
            |update| {
                *update.image.last_mut().expect("an image") ^= 1;
                update.describe();
            },
            "the image: its digest is ",
        ),
        (
            "a bad checksum",
            |update| {
                sealed(update, |image| {
                    let at = image.len() - 33;
                    image[at] ^= 0x10;
                });
            },
            "the image: its checksum is 0x",
        ),
        (
            "too many segments",
            |update| sealed(update, |image| image[1] = 17),
            "the image: it has 17 segments, must be 1 to 16",
        ),
        (
            "no segments",
            |update| sealed(update, |image| image[1] = 0),
            "the image: it has 0 segments, must be 1 to 16",
        ),
        (
            "two segments more than there are",
            |update| sealed(update, |image| image[1] = 5),
            "the image: segment 4 has ",
        ),
        (
            "one segment less than there is",
            |update| sealed(update, |image| image[1] = 2),
            " bytes follow its end",
        ),
        (
            "a segment beyond the end",
            |update| {
                sealed(update, |image| {
                    image[28..32].copy_from_slice(&u32::MAX.wrapping_sub(3).to_le_bytes());
                });
            },
            "the image: segment 0 has 4294967292 bytes, 24912 are left",
        ),
        (
            "a segment of no whole words",
            |update| sealed(update, |image| image[28] = 1),
            "the image: segment 0 has 257 bytes, which are no whole words",
        ),
        (
            "a first segment without room for a descriptor",
            |update| {
                sealed(update, |image| {
                    image[28..32].copy_from_slice(&252_u32.to_le_bytes());
                });
            },
            "the image: its first segment has 252 bytes, too few for an app descriptor",
        ),
        (
            "no app descriptor",
            |update| sealed(update, |image| image[0x20] = 0),
            "the image: no app descriptor begins with 0xabcd5400",
        ),
        (
            "a version in the descriptor without an end",
            |update| sealed(update, |image| image[0x30..0x50].fill(b'1')),
            "the image: version in the app descriptor: it has 32 bytes, 31 are allowed",
        ),
        (
            "a project in the descriptor that is not text",
            |update| sealed(update, |image| image[0x50] = 0xFF),
            "the image: project name in the app descriptor: it is not UTF-8 after 0 bytes",
        ),
        (
            "another version than the manifest says",
            |update| {
                update.image = Application::new("reference", RUNNING).image();
                update.describe();
            },
            "the version of the image is 1.2.0, the manifest says 1.3.0",
        ),
        (
            "another product than the manifest says",
            |update| {
                update.image = Application::new("doorbell", "1.3.0").image();
                update.describe();
            },
            "the project name of the image is doorbell, the manifest says reference",
        ),
        (
            "another secure version than the manifest says",
            |update| update.manifest["secure-version"] = json!(7),
            "the secure version of the image is 0, the manifest says 7",
        ),
        (
            "bytes after the end",
            |update| {
                update.image.extend([0; 4]);
                update.describe();
            },
            "the image: 4 bytes follow its end",
        ),
        (
            "signed for Secure Boot, which is off",
            |update| {
                update.image = update.application.signed();
                update.describe();
                // The hash of what Secure Boot signs: else this is found first.
                let padded = sha256(&update.application.padded());
                update.entry()["sha256"] = json!(padded);
            },
            "the image is signed for Secure Boot, which is off",
        ),
        (
            "less than a header",
            |update| {
                update.image.truncate(20);
                update.describe();
            },
            "the image: it ends after 20 of 20 bytes",
        ),
        (
            "less than a digest",
            |update| {
                let length = update.image.len() - 1;
                update.image.truncate(length);
                update.describe();
            },
            "the image: 47 bytes follow the last segment, too few for checksum and digest",
        ),
    ]);
}
