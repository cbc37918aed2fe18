//! Reads a slot back.

use alloc::vec;

use embassy_futures::yield_now;
use embedded_storage::nor_flash::ReadNorFlash;

use super::content::{ContentError, check_image};
use crate::flash::Region;
use crate::flash_layout::SECTOR_SIZE;
use crate::image::{ImageFacts, ImageReader};
use crate::release::Candidate;

/// Demands that the slot holds the image that `written` is known of: every check again, from flash. The hash over all bytes
/// covers a signature sector too, of which the manifest says nothing.
pub(super) async fn read_back<F: ReadNorFlash>(
    region: Region,
    candidate: &Candidate,
    written: &ImageFacts,
    flash: &mut F,
) -> Result<(), ContentError> {
    let mut reader = ImageReader::new(candidate.length());
    let mut sector = vec![0; SECTOR_SIZE as usize];
    let mut at = 0_u32;
    while at < candidate.length() {
        let left = candidate.length().saturating_sub(at) as usize;
        let length = left.min(sector.len());
        region.read(flash, at, &mut sector)?;
        reader.take(sector.get(..length).unwrap_or_default())?;
        at = at.saturating_add(SECTOR_SIZE);
        // A second or more in all: the network stack must get its turn, and the watchdog be fed.
        yield_now().await;
    }
    let read = reader.facts()?;
    check_image(&read, candidate)?;
    match read == *written {
        true => Ok(()),
        false => Err(ContentError::ReadsOtherwise),
    }
}
