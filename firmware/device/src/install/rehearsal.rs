//! What an installation does, without writing anything.

use embedded_storage::nor_flash::ReadNorFlash;

use super::destination::Nowhere;
use super::error::InstallError;
use super::read_back;
use super::receiver::Receiver;
use super::region;
use super::source::Source;
use super::transfer::transfer;
use crate::otadata::Slot;
use crate::platform::Console;
use crate::release::ReleaseImage;

/// Fetches `image` as [`install`](super::install) does, with every check, and keeps nothing of it: who rehearses has one other
/// slot, and in it the only way back. It is asked for in two parts, as after a connection that broke. Where that very image
/// runs from the slot `runs`, it is read from there, too, as after it was written.
///
/// What remains untried is writing to flash.
///
/// # Errors
///
/// See [`InstallError`].
pub async fn rehearse<S: Source, F: ReadNorFlash, C: Console>(
    source: &mut S,
    image: &ReleaseImage,
    flash: &mut F,
    runs: Option<Slot>,
    console: &mut C,
) -> Result<(), InstallError<S::Error>> {
    let edition = image.edition();
    console.line(format_args!(
        "trial: fetching {edition} as an update would be, without writing it"
    ));
    let mut nowhere = Nowhere;
    let mut receiver = Receiver::new(image, &mut nowhere, console, "trial").in_two_parts();
    transfer(source, image, &mut receiver).await?;
    receiver.finish().map_err(InstallError::Content)?;
    console.line(format_args!(
        "trial: {edition} was fetched in two parts, as an update would be"
    ));
    if let Some(slot) = runs {
        let read = read_back::read(region(slot), image, flash).await;
        read.map_err(InstallError::ReadBack)?;
        console.line(format_args!("trial: {slot} holds the same"));
    }
    Ok(())
}
