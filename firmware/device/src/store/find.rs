//! Finds stores in an image. Host tools only: a device knows where its store is.

use memchr::memmem;

use crate::store::error::StoreError;
use crate::store::layout::magic;
use crate::store::read::TrustStore;

/// Every offset of `image` where the magic stands, and what reading a store there gives.
///
/// An image that was built as it must be has one, and it reads.
pub fn find_in_image(
    image: &[u8],
) -> impl Iterator<Item = (usize, Result<TrustStore<'_>, StoreError>)> {
    let mut from = 0_usize;
    core::iter::from_fn(move || {
        let ahead = memmem::find(image.get(from..)?, &magic())?;
        let offset = from.checked_add(ahead)?;
        from = offset.checked_add(1)?;
        Some((offset, TrustStore::read(image.get(offset..)?)))
    })
}
