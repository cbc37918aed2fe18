//! A release as `cargo xtask build-firmware` made and signed it, with the published development key.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use device::release::{Manifest, SignatureError, Tally};
use device::store::KeyContents;

use crate::keys::store_with;
use crate::update::edition;

const MANIFEST: &[u8] = include_bytes!("real/release.json");
const SIGNATURE: &[u8] = include_bytes!("real/release.json.minisig");
const KEY: &str = include_str!("../../../../trust/keys/development.pub");

/// The key of a public key file.
fn key(file: &str) -> KeyContents {
    let encoded = file.lines().nth(1).expect("two lines");
    let bytes = STANDARD.decode(encoded).expect("base64");
    KeyContents {
        id: bytes[2..10].try_into().expect("8 bytes"),
        public: bytes[10..].try_into().expect("32 bytes"),
    }
}

#[test]
fn a_device_reads_what_the_host_tools_write() {
    let store = store_with(1, vec![key(KEY)]);
    let mut tally = Tally::new(MANIFEST, store.release_keys()).unwrap();
    tally.count(SIGNATURE).unwrap();
    let manifest = Manifest::read(tally.finish().unwrap()).unwrap();
    assert_eq!(manifest.product, "perennial-reference");
    assert_eq!(manifest.chip, "esp32c3");
    assert_eq!(manifest.image.name, "application.bin");
    assert_eq!(manifest.image.size, 560_608);
    assert_eq!(manifest.padded.unwrap().size, 589_824);
    let epoch = manifest.edition.source_date_epoch();
    assert_eq!(manifest.edition, edition("0.1.0+026ce91d70fe", epoch));
}

#[test]
fn one_other_byte_is_another_manifest() {
    let store = store_with(1, vec![key(KEY)]);
    let mut other = MANIFEST.to_vec();
    *other.last_mut().unwrap() = b' ';
    let mut tally = Tally::new(&other, store.release_keys()).unwrap();
    let error = tally.count(SIGNATURE).unwrap_err();
    assert!(matches!(error, SignatureError::WrongSignature(_)));
}
