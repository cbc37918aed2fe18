//! Finding the store in an image.

use device::store::layout::magic;
use device::store::{StoreError, TrustStore, find_in_image};

use crate::support::sample_bytes;

fn found(image: &[u8]) -> Vec<(usize, Result<TrustStore<'_>, StoreError>)> {
    find_in_image(image).collect()
}

#[test]
fn one_store_at_any_offset() {
    let store = sample_bytes();
    for offset in [0, 1, 4095, 4096] {
        let mut image = vec![0xA5; offset];
        image.extend(&store);
        image.extend([0xFF; 100]);
        let whole = TrustStore::read_exact(&store).expect("the sample is a store");
        assert_eq!(found(&image), [(offset, Ok(whole))]);
    }
}

#[test]
fn every_place_of_the_magic_is_reported() {
    let store = sample_bytes();
    let mut broken = store.clone();
    broken[100] ^= 1;
    let image = [&broken[..], &store, &magic()].concat();
    let found = found(&image);
    let offsets: Vec<usize> = found.iter().map(|(offset, _)| *offset).collect();
    assert_eq!(offsets, [0, store.len(), 2 * store.len()]);
    let results: Vec<_> = found.into_iter().map(|(_, result)| result).collect();
    assert!(matches!(results[0], Err(StoreError::Digest { .. })));
    assert!(results[1].is_ok());
    assert!(matches!(results[2], Err(StoreError::Truncated { .. })));
}

#[test]
fn no_store_where_there_is_none() {
    assert_eq!(found(&[]), []);
    assert_eq!(found(&[0; 4096]), []);
    assert_eq!(found(&magic()[..15]), []);
}

/// The magic must stand in an image only where the store is. This test is code that reads stores; so its
/// own executable must not hold the magic.
#[test]
fn code_that_reads_stores_does_not_hold_the_magic() {
    let path = std::env::current_exe().expect("a test has a file");
    let code = std::fs::read(path).expect("which can be read");
    assert_eq!(found(&code), []);
}

#[test]
fn the_magic_is_what_the_format_says() {
    // printf '%s' 'Perennial trust store' | sha256sum | cut -c1-32
    let shown = device::hex::Hex(&magic()).to_string();
    assert_eq!(shown, include_str!("magic.hex").trim_end());
}
