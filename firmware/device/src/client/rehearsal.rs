//! The rehearsal of an update, by which an image on trial shows that it can be updated.
//!
//! That it read a signed manifest is not enough: an image whose installer is broken would be confirmed, and stay for ever. So it
//! fetches the image of that release, be it the one that runs or a newer one, with what an update fetches it with, over
//! the connection that the manifest came over, and writes nothing. An older release is none that an update would fetch: it is
//! refused before.

use super::board::{Image, Platform};
use super::fetch::EndpointFiles;
use super::visit::Result;
use super::visit_error::VisitError;
use crate::install;
use crate::release::{Manifest, ReleaseImage};

/// Fetches the image of the release of `manifest`, which is not older than `image`, the one that runs.
pub(super) async fn rehearse<P: Platform>(
    files: &mut EndpointFiles<'_, P>,
    image: &Image<'_>,
    manifest: &Manifest,
    flash: &mut P::Flash,
    console: &mut P::Console,
) -> Result<(), P> {
    let running = &image.running;
    let release = ReleaseImage::of(manifest, running.secure_boot).map_err(VisitError::Refused)?;
    let runs = (manifest.edition == running.edition).then_some(image.booted);
    let rehearsed = install::rehearse(files, &release, flash, runs, console).await;
    rehearsed.map_err(VisitError::Rehearsal)
}
