//! Manifests that were signed and cannot be used.

use serde_json::{Map, Value, json};

use crate::broken::refused;
use crate::update::{Update, artefact, sha256};

/// Signs a manifest with text changed.
fn replaced(update: &mut Update, from: &str, to: &str) {
    let text = String::from_utf8(update.manifest_bytes()).expect("it is text");
    assert!(text.contains(from), "{text}");
    update.publish_manifest(text.replacen(from, to, 1).into_bytes());
}

/// The fields of the manifest.
fn fields(update: &mut Update) -> &mut Map<String, Value> {
    update.manifest.as_object_mut().expect("an object")
}

#[test]
fn manifests() {
    refused(&[
        (
            "empty",
            |update| update.publish_manifest(Vec::new()),
            "it cannot be read: EOF while parsing a value at line 1 column 0",
        ),
        (
            "garbage",
            |update| update.publish_manifest(b"<html>".to_vec()),
            "it cannot be read: expected value at line 1 column 1",
        ),
        (
            "cut off",
            |update| {
                let mut bytes = update.manifest_bytes();
                bytes.truncate(bytes.len() - 3);
                update.publish_manifest(bytes);
            },
            "it cannot be read: EOF while parsing",
        ),
        (
            "two of them",
            |update| {
                let bytes = update.manifest_bytes();
                update.publish_manifest([&*bytes, &*bytes].concat());
            },
            "it cannot be read: trailing characters",
        ),
        (
            "not UTF-8",
            |update| {
                let mut bytes = update.manifest_bytes();
                let at = bytes
                    .windows(9)
                    .position(|at| at == b"reference")
                    .expect("it names it");
                bytes[at] = 0xFF;
                update.publish_manifest(bytes);
            },
            "it cannot be read: invalid unicode code point",
        ),
        (
            "deep nesting",
            |update| {
                let deep = "[".repeat(10_000) + &"]".repeat(10_000);
                replaced(update, "\"blobs\": []", &format!("\"product\": {deep}"));
            },
            "it cannot be read: ",
        ),
        (
            "deep nesting where nobody looks, and no end",
            |update| {
                replaced(
                    update,
                    "\"blobs\": []",
                    &format!("\"blobs\": {}", "[".repeat(30_000)),
                );
            },
            "it cannot be read: ",
        ),
        (
            "another schema",
            |update| update.manifest = json!({"schema": "perennial.release/2", "all": "new"}),
            "its schema is \"perennial.release/2\", not \"perennial.release/1\"",
        ),
        (
            "no schema",
            |update| replaced(update, "\"schema\"", "\"form\""),
            "it cannot be read: missing field `schema`",
        ),
        (
            "one field twice",
            |update| replaced(update, "\"dirty\": false", "\"product\": \"reference\""),
            "it cannot be read: duplicate field `product`",
        ),
        (
            "one field of the image twice",
            |update| {
                replaced(
                    update,
                    "\"kind\": \"application-image\",",
                    "\"kind\": \"application-image\", \"size\": 1,",
                );
            },
            "it cannot be read: duplicate field `size`",
        ),
        (
            "no version",
            |update| drop(fields(update).remove("version")),
            "it cannot be read: missing field `version`",
        ),
        (
            "no store",
            |update| drop(fields(update).remove("store")),
            "it cannot be read: missing field `store`",
        ),
        (
            "a number as text",
            |update| update.manifest["secure-version"] = json!("0"),
            "it cannot be read: invalid type: string \"0\", expected u32",
        ),
        (
            "a huge number",
            |update| update.manifest["source-date-epoch"] = json!(u64::MAX),
            "it cannot be read: invalid value: integer `18446744073709551615`, expected i64",
        ),
        (
            "a number beyond all",
            |update| {
                replaced(
                    update,
                    "\"secure-version\": 0",
                    &format!("\"secure-version\": 1{}", "0".repeat(400)),
                );
            },
            "it cannot be read: number out of range",
        ),
        (
            "a version of no order",
            |update| update.manifest["version"] = json!("1.3"),
            "version: it is not of the form of semantic versioning",
        ),
        (
            "a version that no descriptor can have",
            |update| update.manifest["version"] = json!("1.3.0+01234567890123456789.dirty"),
            "version: it has 32 bytes, 31 are allowed",
        ),
        (
            "a product that moves the cursor",
            |update| update.manifest["product"] = json!("\u{1b}[2Jreference"),
            "product is not text: it holds a control character",
        ),
        (
            "a long product",
            |update| update.manifest["product"] = json!("a".repeat(65)),
            "product is not text: it has 65 bytes, 64 are allowed",
        ),
        (
            "no artefacts",
            |update| update.manifest["artefacts"] = json!([]),
            "it has 0 application images, not 1",
        ),
        (
            "no application image",
            |update| update.entry()["kind"] = json!("flash-image"),
            "it has 0 application images, not 1",
        ),
        (
            "two application images",
            |update| {
                let other = artefact("other.bin", "application-image", b"other");
                update.manifest["artefacts"]
                    .as_array_mut()
                    .expect("a list")
                    .push(other);
            },
            "it has 2 application images, not 1",
        ),
        (
            "artefacts that are no list",
            |update| update.manifest["artefacts"] = json!({"application-image": {}}),
            "it cannot be read: invalid type: map, expected a list of artefacts",
        ),
        (
            "a path",
            |update| update.entry()["name"] = json!("../application.bin"),
            "\"../application.bin\" is no plain file name",
        ),
        (
            "an absolute path",
            |update| update.entry()["name"] = json!("/application.bin"),
            "\"/application.bin\" is no plain file name",
        ),
        (
            "a hidden file",
            |update| update.entry()["name"] = json!(".."),
            "\"..\" is no plain file name",
        ),
        (
            "a query",
            |update| update.entry()["name"] = json!("application.bin?a"),
            "\"application.bin?a\" is no plain file name",
        ),
        (
            "no name",
            |update| update.entry()["name"] = json!(""),
            "name of the application image is not text: it is empty",
        ),
        (
            "a hash in capitals",
            |update| {
                let upper = sha256(&update.image).to_uppercase();
                update.entry()["sha256"] = json!(upper);
            },
            "sha256 of the application image is not 64 lowercase hexadecimal digits",
        ),
        (
            "a short hash",
            |update| update.manifest["secure-boot"]["padded-sha256"] = json!("00"),
            "padded-sha256 is not 64 lowercase hexadecimal digits",
        ),
    ]);
}
