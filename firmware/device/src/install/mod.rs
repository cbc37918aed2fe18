//! From a release that may be installed to the spare slot, and nowhere else.
//!
//! ```text
//! Source ─► image checks, SHA-256, as it comes ─► sectors ─► spare slot, without its first bytes
//!        ─► the manifest's SHA-256 ─► the first bytes ─► read back, everything again ─► Installed
//! ```
//!
//! **Cut off anywhere**, the slot cannot be started: an image begins with its magic, which is written last, after all that
//! follows it was found to be what the keys signed. That matters also where otadata selects another slot, which it always
//! does here: a bootloader that finds the running image damaged tries this one. Until the beginning of the new image was
//! found to be for this chip and product, the slot keeps what it held.
//!
//! otadata is never touched. Selecting takes an [`Installed`], which only [`install`] and [`found`] make.
//!
//! An image on trial does the same with [`rehearse`], up to the sectors: one that could not be updated must not be confirmed.
//!
//! Takes one sector of heap. Flash is erased just before it is written, for erasing stops the radio.

mod content;
mod destination;
mod error;
mod read_back;
mod receiver;
mod rehearsal;
mod slot_writer;
mod source;
mod transfer;

pub use content::{ContentError, Mismatch};
pub use error::InstallError;
pub use rehearsal::rehearse;
pub use source::{FetchError, Refused, Sink, Source};
pub use transfer::MAX_FUTILE_FETCHES;

use embedded_storage::nor_flash::{NorFlash, ReadNorFlash};

use self::receiver::Receiver;
use self::slot_writer::SlotWriter;
use self::transfer::transfer;
use crate::flash::Region;
use crate::flash_layout::{OTA_0, OTA_1, SECTOR_SIZE};
use crate::image::Form;
use crate::otadata::Slot;
use crate::platform::Console;
use crate::release::{Candidate, Edition, ReleaseImage};

/// An image that stands in a slot, read back from flash and found to be the release. Only [`install`] and [`found`] make one.
///
/// ```compile_fail
/// fn forged(release: device::install::Installed) -> device::install::Installed {
///     device::install::Installed { slot: device::otadata::Slot::Ota0, ..release }
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Installed {
    slot: Slot,
    edition: Edition,
    store_sequence: u64,
    sha256: [u8; 32],
}

impl Installed {
    /// Where it stands.
    pub const fn slot(&self) -> Slot {
        self.slot
    }

    /// Version and date.
    pub const fn edition(&self) -> &Edition {
        &self.edition
    }

    /// Sequence of the trust store in it.
    pub const fn store_sequence(&self) -> u64 {
        self.store_sequence
    }

    /// SHA-256 of the image, as the manifest says it.
    pub const fn sha256(&self) -> &[u8; 32] {
        &self.sha256
    }
}

/// Fetches `candidate` from `source` into the slot `spare`, which must not be the one that runs.
///
/// A connection that ends early is asked for the rest, [`MAX_FUTILE_FETCHES`] times without progress, with longer and longer
/// pauses. How long a source may take is the source's to say.
///
/// # Errors
///
/// See [`InstallError`]. The slot then cannot be started, or still holds what it held.
pub async fn install<S: Source, F: NorFlash, C: Console>(
    source: &mut S,
    candidate: &Candidate,
    flash: &mut F,
    spare: Slot,
    console: &mut C,
) -> Result<Installed, InstallError<S::Error>> {
    let (image, region) = (candidate.image(), region(spare));
    let mut slot = SlotWriter::new(region, flash);
    let mut receiver = Receiver::new(image, &mut slot, console, "update");
    transfer(source, image, &mut receiver).await?;
    let written = receiver.finish().map_err(InstallError::Content)?;
    let finished = slot.finish().map_err(ContentError::Flash);
    finished.map_err(InstallError::Content)?;

    console.line(format_args!("update: reading {spare} back"));
    let read = read_back::read_back(region, image, &written, flash).await;
    if let Err(error) = read {
        // What cannot be read must not be started. Where erasing fails too, its digest still keeps it from that.
        let _ = region.erase(flash, 0, SECTOR_SIZE);
        return Err(InstallError::ReadBack(error));
    }
    console.line(format_args!(
        "update: {} stands in {spare}",
        image.edition()
    ));
    Ok(Installed::of(image, spare))
}

/// `candidate`, if the slot `spare` holds it already, whole: an image that was taken back is still there. Nothing is written.
///
/// With Secure Boot on it is never found: the manifest has no hash of the signatures, so that wrong ones would stay for ever.
pub async fn found<F: ReadNorFlash, C: Console>(
    candidate: &Candidate,
    flash: &mut F,
    spare: Slot,
    console: &mut C,
) -> Option<Installed> {
    let image = candidate.image();
    if image.form() == Form::Signed {
        return None;
    }
    let read = read_back::read(region(spare), image, flash).await;
    read.ok()?;
    console.line(format_args!(
        "update: {} stands in {spare} already, and is not fetched again",
        image.edition()
    ));
    Some(Installed::of(image, spare))
}

impl Installed {
    fn of(image: &ReleaseImage, slot: Slot) -> Self {
        Self {
            slot,
            edition: image.edition().clone(),
            store_sequence: image.store_sequence(),
            sha256: *image.sha256(),
        }
    }
}

const fn region(slot: Slot) -> Region {
    Region::of(match slot {
        Slot::Ota0 => &OTA_0,
        Slot::Ota1 => &OTA_1,
    })
}
