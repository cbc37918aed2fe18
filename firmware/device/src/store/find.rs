//! Finds stores in an image.

use crate::store::error::StoreError;
use crate::store::layout::magic;
use crate::store::read::TrustStore;

/// Every offset of `image` where the magic stands, and what reading a store there gives.
///
/// An image that was built as it must be has one, and it reads.
pub fn find_in_image(
    image: &[u8],
) -> impl Iterator<Item = (usize, Result<TrustStore<'_>, StoreError>)> {
    let mut from = 0;
    core::iter::from_fn(move || {
        let (offset, store) = next_store(image, from)?;
        from = offset.checked_add(1)?;
        Some((offset, store))
    })
}

/// The first store that begins at `from` or after it. No part of the iterator above: that is compiled where it is used,
/// as slow as the host's tests are, and each byte of an image is looked at.
fn next_store(image: &[u8], from: usize) -> Option<(usize, Result<TrustStore<'_>, StoreError>)> {
    let magic = magic();
    let mut from = from;
    loop {
        let rest = image.get(from..)?;
        // Most bytes of an image are no first byte of the magic: the cheap comparison comes first.
        let ahead = rest.iter().position(|byte| Some(byte) == magic.first())?;
        let found = rest.get(ahead..)?;
        let offset = from.checked_add(ahead)?;
        if found.starts_with(&magic) {
            return Some((offset, TrustStore::read(found)));
        }
        from = offset.checked_add(1)?;
    }
}
