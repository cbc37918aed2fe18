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
    let magic = magic();
    image
        .windows(magic.len())
        .enumerate()
        .filter(move |(_, window)| *window == magic)
        .filter_map(move |(offset, _)| {
            let store = TrustStore::read(image.get(offset..)?);
            Some((offset, store))
        })
}
