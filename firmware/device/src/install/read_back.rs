//! Reads a slot back.

use alloc::vec;

use embassy_futures::yield_now;
use embedded_storage::nor_flash::ReadNorFlash;

use super::content::{ContentError, check_descriptor, check_image};
use crate::flash::Region;
use crate::flash_layout::SECTOR_SIZE;
use crate::image::{ImageFacts, ImageReader};
use crate::release::ReleaseImage;

/// Demands that the slot holds the image that `written` is known of: every check again, from flash. The hash over all bytes
/// covers a signature sector too, of which the manifest says nothing.
pub(super) async fn read_back<F: ReadNorFlash>(
    region: Region,
    image: &ReleaseImage,
    written: &ImageFacts,
    flash: &mut F,
) -> Result<(), ContentError> {
    let read = read(region, image, flash).await?;
    match read == *written {
        true => Ok(()),
        false => Err(ContentError::ReadsOtherwise),
    }
}

/// What is known of the image in the slot, if it is `image`. Another one is left after its first sector.
pub(super) async fn read<F: ReadNorFlash>(
    region: Region,
    image: &ReleaseImage,
    flash: &mut F,
) -> Result<ImageFacts, ContentError> {
    let mut reader = ImageReader::new(image.length());
    let mut sector = vec![0; SECTOR_SIZE as usize];
    let mut at = 0_u32;
    while at < image.length() {
        let left = image.length().saturating_sub(at) as usize;
        let length = left.min(sector.len());
        region.read(flash, at, &mut sector)?;
        reader.take(sector.get(..length).unwrap_or_default())?;
        if let (0, Some(descriptor)) = (at, reader.descriptor()) {
            check_descriptor(descriptor, image)?;
        }
        at = at.saturating_add(SECTOR_SIZE);
        // A second or more in all: the network stack must get its turn, and the watchdog be fed.
        yield_now().await;
    }
    let facts = reader.facts()?;
    check_image(&facts, image)?;
    Ok(facts)
}
