//! Whether a release is one that this device installs.

use alloc::boxed::Box;
use alloc::string::String;
use core::cmp::Ordering;
use core::fmt;

use super::edition::Edition;
use super::manifest::Manifest;
use super::release_image::ReleaseImage;

/// What runs, and on what.
#[derive(Clone, Debug)]
pub struct Running<'a> {
    /// Name of the product.
    pub product: &'a str,
    /// Chip, in the words of the toolchain: `esp32c3`.
    pub chip: &'a str,
    /// Version and date of the running image.
    pub edition: Edition,
    /// Anti-rollback version of the running image.
    pub secure_version: u32,
    /// Sequence of the trust store in the running image.
    pub store_sequence: u64,
    /// Which images the bootloader starts.
    pub secure_boot: SecureBoot,
}

/// Whether the bootloader starts only images that are signed for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecureBoot {
    /// It starts any image that is whole.
    Off,
    /// It starts images with a signature sector.
    On,
}

/// How a release that is for this device stands to the one that runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It is the one that runs: nothing is to be done.
    Current,
    /// It is newer.
    Newer(Candidate),
}

/// A release that may be installed on this device. Only [`judge`] makes one.
///
/// It borrows nothing: the manifest can be dropped before the image is fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate(ReleaseImage);

/// Why a release is not for this device.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// The release has no image with secure padding, and the bootloader starts no other.
    NoPaddedImage,
    /// It is older than what runs: whoever can withhold files could bring old faults back.
    Older(Box<Editions>),
    /// It is older than the newest one that was ever accepted: signed, but of yesterday.
    Replayed(Box<Editions>),
    /// Its anti-rollback version is below that of what runs: the vendor said that older images must never run again.
    SecureVersionLower {
        /// That of the release.
        found: u32,
        /// That of what runs.
        running: u32,
    },
    /// The image is empty or does not fit a slot.
    Size {
        /// Bytes, with a signature sector where there must be one.
        found: u64,
        /// Bytes of a slot.
        maximum: u32,
    },
    /// Its trust store is older than that of what runs: anchors and pins that were given up would be trusted again, and servers
    /// that moved since would not.
    StoreOlder {
        /// Sequence of the release's store.
        found: u64,
        /// That of what runs.
        running: u64,
    },
    /// It differs from what runs in build metadata alone, which has no order.
    Twin(Box<Editions>),
    /// It is for another chip.
    WrongChip(String),
    /// It is of another product. The same keys may sign for many.
    WrongProduct(String),
}

/// Two editions that a refusal compares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Editions {
    /// That of the release.
    pub found: Edition,
    /// That of what runs, or the newest one ever accepted.
    pub against: Edition,
}

/// Judges a signed release: for a device on which `running` runs, and whose newest release that it ever accepted is
/// `newest`, where it remembers one.
///
/// Only what is newer is ever installed. `newest` is no bound for what runs: that may be newer, after it came by cable, and
/// older, after a release did not prove itself; that release is then offered again, and who asks decides when.
///
/// # Errors
///
/// The first reason against it. There is one order of reasons: product and chip, then order, then secure version, then
/// store, then size.
pub fn judge(
    manifest: &Manifest,
    running: &Running<'_>,
    newest: Option<&Edition>,
) -> Result<Standing, Refusal> {
    if manifest.product != running.product {
        return Err(Refusal::WrongProduct(manifest.product.clone()));
    }
    if manifest.chip != running.chip {
        return Err(Refusal::WrongChip(manifest.chip.clone()));
    }
    if manifest.edition == running.edition {
        return Ok(Standing::Current);
    }
    require_newer(&manifest.edition, &running.edition)?;
    require_not_replayed(&manifest.edition, newest)?;
    let (found, lowest) = (manifest.secure_version, running.secure_version);
    if found < lowest {
        return Err(Refusal::SecureVersionLower {
            found,
            running: lowest,
        });
    }
    let (found, lowest) = (manifest.store_sequence, running.store_sequence);
    if found < lowest {
        return Err(Refusal::StoreOlder {
            found,
            running: lowest,
        });
    }
    let image = ReleaseImage::of(manifest, running.secure_boot)?;
    Ok(Standing::Newer(Candidate(image)))
}

impl Candidate {
    /// What its image must be.
    pub const fn image(&self) -> &ReleaseImage {
        &self.0
    }
}

fn require_newer(found: &Edition, running: &Edition) -> Result<(), Refusal> {
    match found.order(running) {
        Ordering::Greater => Ok(()),
        Ordering::Equal => Err(Refusal::Twin(Editions::of(found, running))),
        Ordering::Less => Err(Refusal::Older(Editions::of(found, running))),
    }
}

fn require_not_replayed(found: &Edition, newest: Option<&Edition>) -> Result<(), Refusal> {
    match newest.filter(|newest| found.order(newest) == Ordering::Less) {
        Some(newest) => Err(Refusal::Replayed(Editions::of(found, newest))),
        None => Ok(()),
    }
}

impl Editions {
    fn of(found: &Edition, against: &Edition) -> Box<Self> {
        Box::new(Self {
            found: found.clone(),
            against: against.clone(),
        })
    }
}

impl core::error::Error for Refusal {}

impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoPaddedImage => {
                formatter.write_str("the release has no image that Secure Boot starts")
            }
            Self::Older(editions) => {
                let Editions { found, against } = &**editions;
                write!(formatter, "{found} is older than {against}, which runs")
            }
            Self::Replayed(editions) => {
                let Editions { found, against } = &**editions;
                write!(
                    formatter,
                    "{found} is older than {against}, which was accepted before"
                )
            }
            Self::SecureVersionLower { found, running } => write!(
                formatter,
                "its secure version is {found}, below {running}, which runs"
            ),
            Self::Size { found, maximum } => write!(
                formatter,
                "the image has {found} bytes, a slot takes 1 to {maximum}"
            ),
            Self::StoreOlder { found, running } => write!(
                formatter,
                "its trust store has sequence {found}, below {running}, which runs"
            ),
            Self::Twin(editions) => {
                let Editions { found, against } = &**editions;
                write!(formatter, "{found} is not newer than {against}, which runs")
            }
            Self::WrongChip(found) => write!(formatter, "it is for the chip {found}"),
            Self::WrongProduct(found) => write!(formatter, "it is of the product {found}"),
        }
    }
}
