//! Any bytes from a server: nothing panics, and nothing is installed that was not signed.

use std::sync::LazyLock;

use device::image::ImageReader;
use device::release::{Manifest, Tally};
use device::store::TrustStore;
use proptest::prelude::*;

use crate::keys::{sign, store};
use crate::update::update;

static STORE: LazyLock<TrustStore<'static>> = LazyLock::new(|| store(1));
static MANIFEST: LazyLock<Vec<u8>> = LazyLock::new(|| update().manifest_bytes());
static IMAGE: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let mut application = update().application;
    application.code = 512;
    application.image()
});

/// Whether an image that comes in portions of `chunk` bytes is one.
fn is_image(bytes: &[u8], length: u32, chunk: usize) -> bool {
    let mut reader = ImageReader::new(length);
    let taken = bytes.chunks(chunk).try_for_each(|chunk| reader.take(chunk));
    taken.is_ok() && reader.facts().is_ok()
}

/// What a manifest of these bytes is, if somebody signs them.
fn read(bytes: &[u8]) -> Result<Manifest, String> {
    let mut tally = Tally::new(bytes, STORE.release_keys()).map_err(|error| error.to_string())?;
    tally
        .count(sign(0, bytes).as_bytes())
        .map_err(|error| error.to_string())?;
    let signed = tally.finish().map_err(|error| error.to_string())?;
    Manifest::read(signed).map_err(|error| error.to_string())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn manifests(bytes in prop::collection::vec(any::<u8>(), 0..512)) {
        prop_assert!(read(&bytes).is_err());
    }

    #[test]
    fn damaged_manifests(at: prop::sample::Index, patch in prop::collection::vec(any::<u8>(), 1..8)) {
        let mut bytes = MANIFEST.clone();
        let at = at.index(bytes.len() - patch.len());
        bytes[at..at + patch.len()].copy_from_slice(&patch);
        if let Err(said) = read(&bytes) {
            prop_assert!(!said.chars().any(char::is_control), "{:?}", said);
        }
    }

    #[test]
    fn signatures(bytes in prop::collection::vec(any::<u8>(), 0..512), lines: [Vec<u8>; 4]) {
        let mut tally = Tally::new(&MANIFEST, STORE.release_keys()).unwrap();
        prop_assert!(tally.count(&bytes).is_err());
        prop_assert!(tally.count(&[&lines.join(&b'\n')[..], b"\n"].concat()).is_err());
        prop_assert!(!tally.is_met());
    }

    #[test]
    fn images(mut bytes in prop::collection::vec(any::<u8>(), 0..1024), chunk in 1..64_usize, length: u32) {
        prop_assert!(!is_image(&bytes, length, chunk));
        if let Some(magic) = bytes.first_mut() {
            *magic = 0xE9;
        }
        prop_assert!(!is_image(&bytes, bytes.len() as u32, chunk));
    }

    #[test]
    fn damaged_images(at: prop::sample::Index, bit in 0..8_u32, chunk in 1..64_usize) {
        let mut bytes = IMAGE.clone();
        let length = bytes.len() as u32;
        prop_assert!(is_image(&bytes, length, chunk));
        prop_assert!(!is_image(&bytes, length + 1, chunk));
        prop_assert!(!is_image(&bytes, length - 1, chunk));
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        prop_assert!(!is_image(&bytes, length, chunk));
    }
}
