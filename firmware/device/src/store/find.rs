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
    // Most bytes of an image are no first byte of the magic: the cheap comparison comes first.
    image
        .iter()
        .enumerate()
        .filter(move |(_, byte)| Some(*byte) == magic.first())
        .filter_map(move |(offset, _)| {
            let rest = image.get(offset..)?;
            rest.starts_with(&magic)
                .then(|| (offset, TrustStore::read(rest)))
        })
}
