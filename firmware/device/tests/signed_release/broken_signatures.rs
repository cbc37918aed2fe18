//! Manifests that not enough keys signed.

use serde_json::json;

use crate::broken::refused;
use crate::keys::{STRANGER, contents, id, sign, sign_as, store};

#[test]
fn signatures() {
    refused(&[
        (
            "no signature",
            |update| update.signers.clear(),
            "0 of the 1 different keys that must sign have signed",
        ),
        (
            "manifest changed after signing",
            |update| {
                update.publish();
                update.manifest["commit"] = json!("f");
                let bytes = update.manifest_bytes();
                update.put("release.json", bytes);
            },
            "or not for these bytes; 0 of the 1 different keys",
        ),
        (
            "one of two signatures",
            |update| update.store = store(2),
            "1 of the 2 different keys that must sign have signed",
        ),
        (
            "one key twice",
            |update| {
                update.store = store(2);
                update.signers = vec![0, 0];
            },
            "1 of the 2 different keys that must sign have signed",
        ),
        (
            "one of two signatures is for another release",
            |update| {
                update.store = store(2);
                update.publish();
                update.put(&format!("release.json.{}.minisig", id(1)), sign(1, b"{}"));
            },
            "1 of the 2 different keys that must sign have signed",
        ),
        (
            "unknown key",
            |update| update.signers = vec![STRANGER],
            ", which may not sign; 0 of the 1 different keys",
        ),
        (
            "unknown key under a known id",
            |update| {
                update.publish();
                let bytes = update.manifest_bytes();
                let forged = sign_as(STRANGER, *b"ED", contents(0).id, &bytes);
                update.put("release.json.minisig", forged);
            },
            "or not for these bytes; 0 of the 1 different keys",
        ),
        (
            "legacy signature",
            |update| {
                update.publish();
                let legacy = sign_as(0, *b"Ed", contents(0).id, &update.manifest_bytes());
                update.put("release.json.minisig", legacy);
            },
            "it signs the file and not its hash, minisign's legacy form",
        ),
        (
            "trusted comment changed",
            |update| {
                update.publish();
                let text = sign(0, &update.manifest_bytes());
                let text = text.replace("product:reference", "product:reference2");
                update.put("release.json.minisig", text);
            },
            "its trusted comment is not what ",
        ),
        (
            "signature file without end",
            |update| {
                update.publish();
                update.put("release.json.minisig", vec![b'A'; 1 << 20]);
            },
            "it has 1048576 bytes, 2048 are allowed",
        ),
        (
            "oversized manifest",
            |update| update.publish_manifest(vec![b' '; 32 * 1024 + 1]),
            "the manifest has 32769 bytes, 32768 are allowed",
        ),
    ]);
}
