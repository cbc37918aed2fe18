//! Releases that are right, and not for this device, or not any more.

use device::release::SecureBoot;
use serde_json::{Value, json};

use crate::broken::refused;
use crate::update::edition;

#[test]
fn releases_for_others() {
    refused(&[
        (
            "another product",
            |update| update.manifest["product"] = json!("doorbell"),
            "it is of the product doorbell",
        ),
        (
            "another chip",
            |update| update.manifest["chip"] = json!("esp32s3"),
            "it is for the chip esp32s3",
        ),
        (
            "an older version",
            |update| update.running.edition = edition("1.4.0", 1),
            "1.3.0 of 2000 is older than 1.4.0 of 1, which runs",
        ),
        (
            "a candidate of the version that runs",
            |update| {
                update.application.version = "1.2.0-rc.1".into();
                update.build();
            },
            "1.2.0-rc.1 of 2000 is older than 1.2.0 of 1000, which runs",
        ),
        (
            "an older commit of one version",
            |update| update.running.edition = edition("1.3.0", 2_001),
            "1.3.0 of 2000 is older than 1.3.0 of 2001, which runs",
        ),
        (
            "one version and date, another image",
            |update| update.running.edition = edition("1.3.0+other", 2_000),
            "1.3.0 of 2000 is not newer than 1.3.0+other of 2000, which runs",
        ),
        (
            "replayed",
            |update| update.newest = Some(edition("1.3.1", 0)),
            "1.3.0 of 2000 is older than 1.3.1 of 0, which was accepted before",
        ),
        (
            "a lower secure version",
            |update| update.running.secure_version = 1,
            "its secure version is 0, below 1, which runs",
        ),
        (
            "an older trust store",
            |update| update.running.store_sequence = 9,
            "its trust store has sequence 8, below 9, which runs",
        ),
        (
            "an image of no bytes",
            |update| update.entry()["size"] = json!(0),
            "the image has 0 bytes, a slot takes 1 to 1900544",
        ),
        (
            "an image that is too large for a slot",
            |update| update.entry()["size"] = json!(0x1D_0001),
            "the image has 1900545 bytes, a slot takes 1 to 1900544",
        ),
        (
            "an image of more bytes than can be counted",
            |update| update.entry()["size"] = json!(u64::MAX),
            "the image has 18446744073709551615 bytes, a slot takes",
        ),
        (
            "no padded image, with Secure Boot",
            |update| {
                update.running.secure_boot = SecureBoot::On;
                update.manifest["secure-boot"] = Value::Null;
            },
            "the release has no image that Secure Boot starts",
        ),
        (
            "a padded image that leaves no room for its signatures",
            |update| {
                update.running.secure_boot = SecureBoot::On;
                update.manifest["secure-boot"]["padded-size"] = json!(0x1D_0000);
            },
            "the image has 1904640 bytes, a slot takes 1 to 1900544",
        ),
    ]);
}
