//! Puts a rescue store into the copy that is not in force.

use core::fmt;

use embedded_storage::nor_flash::NorFlash;

use crate::flash::{FlashError, PROGRAM_SIZE, Region};
use crate::flash_layout::SECTOR_SIZE;
use crate::otadata::ERASED;
use crate::rescue::load::{Copies, StoreCopy};
use crate::rescue::verified::RescueStore;
use crate::store::TrustStore;

/// Why a rescue store was not put in place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum WriteError {
    /// Its sequence is below one that was in force before.
    BelowFloor {
        /// Its sequence.
        found: u64,
        /// The highest that was ever in force.
        floor: u64,
    },
    /// The flash does not do what it is told.
    Flash(FlashError),
    /// Its sequence is not above that of the store in force.
    NotAbove {
        /// Its sequence.
        found: u64,
        /// That of the store in force.
        in_force: u64,
    },
    /// Its sequence is more than [`MAX_STEP`] above all that this device knows.
    TooFarAbove {
        /// Its sequence.
        found: u64,
        /// The highest that it could have.
        maximum: u64,
    },
}

/// How far a sequence may be above that of the store in force, and above the floor.
///
/// Without a limit, whoever once has the rescue keys, or a slip of the pen, could use up the numbers: after the highest comes
/// none. With it, two million rescue stores lead to 2^53, the highest that a policy can say, and flash wears out before; so
/// the owner of the keys can always sign one above. It is a count and no date, because a device has no clock that it trusts
/// then. It is wide, because a device may have missed any number of stores, and so that dates can serve as sequences:
/// 20260131 rises by less in 400,000 years, 202601312359 in 42, seconds in 136.
pub const MAX_STEP: u64 = 1 << 32;

/// Writes `offer` to the spare copy of the partition, reads it back, and makes it the verified one of `copies`. The other
/// copy is not touched: whenever the power is lost, the next boot finds the one or the other whole. Where flash does not take it
/// and no copy is in force, the next attempt is for the other one.
///
/// `floor` is the highest sequence of a rescue store that this device remembers for the rescue keys of `image`, 0 where it
/// remembers none; remember that of `offer` when this returned. A store of exactly that sequence is taken again, where the
/// one in force is below it: its copy was lost.
///
/// # Errors
///
/// See [`WriteError`]. A sequence that is too low or too high is refused before anything is erased.
pub fn write<F: NorFlash>(
    flash: &mut F,
    copies: &mut Copies,
    image: &TrustStore<'_>,
    offer: RescueStore,
    floor: u64,
) -> Result<StoreCopy, WriteError> {
    let in_force = copies.in_force(image).sequence();
    check_sequence(offer.sequence(), in_force, floor)?;
    let copy = copies.spare();
    if let Err(error) = store(flash, copy.region(), offer.as_bytes()) {
        copies.failed(copy);
        return Err(WriteError::Flash(error));
    }
    copies.wrote(copy, offer);
    Ok(copy)
}

/// Whether a rescue store of sequence `found` may follow: `in_force` is the sequence of the store in force, `floor` as for
/// [`write()`].
///
/// # Errors
///
/// Every [`WriteError`] but that of the flash.
pub fn check_sequence(found: u64, in_force: u64, floor: u64) -> Result<(), WriteError> {
    if found <= in_force {
        return Err(WriteError::NotAbove { found, in_force });
    }
    if found < floor {
        return Err(WriteError::BelowFloor { found, floor });
    }
    let maximum = in_force.max(floor).saturating_add(MAX_STEP);
    if found > maximum {
        return Err(WriteError::TooFarAbove { found, maximum });
    }
    Ok(())
}

/// Bytes that are programmed or compared at once.
const CHUNK: usize = 256;
/// Bytes that are programmed last. The magic is among them: until then the copy holds no rescue store. Flash encryption
/// works in blocks of so many.
const LAST: usize = 16;

fn store<F: NorFlash>(flash: &mut F, region: Region, bytes: &[u8]) -> Result<(), FlashError> {
    // The first sector first: a copy that is half erased has no magic.
    for at in (0..u32::try_from(bytes.len()).unwrap_or(u32::MAX)).step_by(SECTOR_SIZE as usize) {
        region.erase(flash, at, SECTOR_SIZE)?;
    }
    let (last, body) = bytes.split_at(bytes.len().min(LAST));
    for (at, chunk) in chunks(LAST, body) {
        program(flash, region, at, chunk)?;
    }
    program(flash, region, 0, last)?;
    chunks(0, bytes).try_for_each(|(at, chunk)| compare(flash, region, at, chunk))
}

/// The chunks of `bytes`, which begin at `start` of the region, with their places.
fn chunks(start: usize, bytes: &[u8]) -> impl Iterator<Item = (u32, &[u8])> {
    let places = (start..).step_by(CHUNK);
    let places = places.map(|at| u32::try_from(at).unwrap_or(u32::MAX));
    places.zip(bytes.chunks(CHUNK))
}

fn program<F: NorFlash>(
    flash: &mut F,
    region: Region,
    at: u32,
    bytes: &[u8],
) -> Result<(), FlashError> {
    let mut words = [ERASED; CHUNK];
    for (word, byte) in words.iter_mut().zip(bytes) {
        *word = *byte;
    }
    region.program(flash, at, whole_words(&mut words, bytes.len()))
}

fn compare<F: NorFlash>(
    flash: &mut F,
    region: Region,
    at: u32,
    bytes: &[u8],
) -> Result<(), FlashError> {
    let mut words = [0; CHUNK];
    let words = whole_words(&mut words, bytes.len());
    region.read(flash, at, words)?;
    if words.starts_with(bytes) {
        Ok(())
    } else {
        Err(FlashError::ReadBack { at })
    }
}

/// The beginning of `words` that `length` bytes are in.
fn whole_words(words: &mut [u8; CHUNK], length: usize) -> &mut [u8] {
    let length = length.next_multiple_of(PROGRAM_SIZE as usize);
    words.get_mut(..length).unwrap_or_default()
}

impl core::error::Error for WriteError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Flash(error) => Some(error),
            Self::BelowFloor { .. } | Self::NotAbove { .. } | Self::TooFarAbove { .. } => None,
        }
    }
}

impl fmt::Display for WriteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BelowFloor { found, floor } => {
                write!(
                    f,
                    "its sequence {found} is below {floor}, which was in force before"
                )
            }
            Self::Flash(error) => write!(f, "it was not written: {error}"),
            Self::NotAbove { found, in_force } => {
                write!(
                    f,
                    "its sequence {found} is not above {in_force}, which is in force"
                )
            }
            Self::TooFarAbove { found, maximum } => {
                write!(
                    f,
                    "its sequence {found} is above {maximum}, the highest that can follow"
                )
            }
        }
    }
}
