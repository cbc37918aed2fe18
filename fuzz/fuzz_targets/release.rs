//! Manifests of releases, signature files of minisign, and which releases a device takes.
//!
//! Input: what it is (1 byte), then a manifest, which is signed with the keys of the device, or a signature file. What
//! counts as a signature is the one that was made; what is installed is newer, for this device, and fits it.

#![no_main]

use std::cmp::Ordering;
use std::sync::LazyLock;

use device::flash_layout::OTA_0;
use device::release::{
    Edition, MAX_MANIFEST, Manifest, ReleaseImage, Running, SCHEMA, SIGNED_IMAGE, SecureBoot,
    Signed, Standing, Tally, judge,
};
use device::store::TrustStore;
use libfuzzer_sys::fuzz_target;
use perennial_fuzz::signers::{RELEASERS, image_store};
use serde_json::json;

static STORE: LazyLock<Vec<u8>> = LazyLock::new(image_store);
static MANIFEST: &[u8] = b"{}\n";
/// The one signature of [`MANIFEST`] by the first key.
static SIGNATURE: LazyLock<String> = LazyLock::new(|| RELEASERS[0].sign_release(MANIFEST));

fuzz_target!(|bytes: &[u8]| {
    match bytes.split_first() {
        Some((0, manifest)) => read_manifest(manifest),
        Some((_, file)) => read_signature(file),
        None => {}
    }
});

fn store() -> TrustStore<'static> {
    TrustStore::read_exact(&STORE).expect("it was written")
}

/// Nothing but the line for people may differ from what the signer made.
fn read_signature(file: &[u8]) {
    let mut tally = Tally::new(MANIFEST, store().release_keys()).expect("it is short");
    match tally.count(file) {
        Ok(key) => {
            assert_eq!(key.0, RELEASERS[0].key().id);
            let lines = |file: &[u8]| {
                file.splitn(2, |byte| *byte == b'\n')
                    .nth(1)
                    .map(<[u8]>::to_vec)
            };
            assert_eq!(lines(file), lines(SIGNATURE.as_bytes()));
            // Twice by one key is once.
            assert_eq!(tally.count(file), Ok(key));
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
    let unsigned = tally.finish().expect_err("two keys must sign");
    assert!(unsigned.found < 2 && unsigned.needed == 2);
}

fn read_manifest(bytes: &[u8]) {
    let store = store();
    let Ok(mut tally) = Tally::new(bytes, store.release_keys()) else {
        return assert!(bytes.len() > MAX_MANIFEST);
    };
    for (place, signer) in RELEASERS.into_iter().enumerate() {
        assert_eq!(tally.is_met(), place >= 2);
        let counted = tally.count(signer.sign_release(bytes).as_bytes());
        assert_eq!(counted.map(|key| key.0), Ok(signer.key().id));
    }
    let signed = tally.finish().expect("both have signed");
    assert_eq!(signed.bytes(), bytes);
    match Manifest::read(signed) {
        Ok(manifest) => check(&manifest, signed),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

fn check(manifest: &Manifest, signed: Signed<'_>) {
    assert_eq!(Manifest::read(signed).ok().as_ref(), Some(manifest));
    assert_written_again(manifest);
    let name = &manifest.image.name;
    assert!(!name.contains(['/', '\\', '%', '?', '#']) && !name.starts_with('.'));
    for secure_boot in [SecureBoot::Off, SecureBoot::On] {
        for (version, date) in [("0.0.0", 0), ("1.0.0-rc.1", 5), ("255.1.9", i64::MAX)] {
            let running = Running {
                product: &manifest.product,
                chip: "esp32c3",
                edition: Edition::new(version, date).expect("a version"),
                secure_version: 3,
                store_sequence: 8,
                secure_boot,
            };
            let newest = Edition::new("1.2.3", 7).expect("a version");
            judged(manifest, &running, None);
            judged(manifest, &running, Some(&newest));
            // It is not newer than itself.
            let itself = Running {
                edition: manifest.edition.clone(),
                ..running
            };
            assert!(!matches!(
                judge(manifest, &itself, None),
                Ok(Standing::Newer(_))
            ));
        }
    }
}

/// What was read, and nothing else, gives the same again.
fn assert_written_again(manifest: &Manifest) {
    let hash = |sha256: &[u8; 32]| hex::encode(sha256);
    let padded = manifest.padded.as_ref();
    let text = json!({
        "schema": SCHEMA,
        "product": manifest.product,
        "chip": manifest.chip,
        "version": manifest.edition.version().to_string(),
        "source-date-epoch": manifest.edition.source_date_epoch(),
        "secure-version": manifest.secure_version,
        "store": {"sequence": manifest.store_sequence},
        "secure-boot": padded.map(|padded| json!({
            "padded-size": padded.size,
            "padded-sha256": hash(&padded.sha256),
        })),
        "artefacts": [{
            "name": manifest.image.name,
            "kind": "application-image",
            "size": manifest.image.size,
            "sha256": hash(&manifest.image.sha256),
        }],
    });
    let text = text.to_string();
    let store = store();
    let mut tally = Tally::new(text.as_bytes(), store.release_keys()).expect("it is short");
    for signer in RELEASERS {
        tally
            .count(signer.sign_release(text.as_bytes()).as_bytes())
            .expect("it is right");
    }
    let again = Manifest::read(tally.finish().expect("both have signed"));
    assert_eq!(again.expect("it was read before"), *manifest);
}

fn judged(manifest: &Manifest, running: &Running<'_>, newest: Option<&Edition>) {
    match judge(manifest, running, newest) {
        Ok(Standing::Newer(candidate)) => {
            assert_newer(candidate.image(), manifest, running, newest)
        }
        Ok(Standing::Current) => assert_eq!(manifest.edition, running.edition),
        Err(refusal) => assert!(!refusal.to_string().is_empty()),
    }
}

fn assert_newer(
    image: &ReleaseImage,
    manifest: &Manifest,
    running: &Running<'_>,
    newest: Option<&Edition>,
) {
    assert_eq!(manifest.chip, running.chip);
    assert_eq!(image.product(), running.product);
    assert_eq!(image.edition().order(&running.edition), Ordering::Greater);
    assert!(newest.is_none_or(|newest| image.edition().order(newest) != Ordering::Less));
    assert!(image.secure_version() >= running.secure_version);
    assert!(image.store_sequence() >= running.store_sequence);
    assert!((1..=OTA_0.size).contains(&image.length()));
    let expected = match running.secure_boot {
        SecureBoot::Off => &*manifest.image.name,
        SecureBoot::On => SIGNED_IMAGE,
    };
    assert_eq!(image.file(), expected);
}
