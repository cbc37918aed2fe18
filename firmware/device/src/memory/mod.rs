//! What the device remembers over a loss of power, in the partition `state`.
//!
//! A ring of records, one in each of the 16 sectors ([`ring`]); the newest whole one counts. A change is written into
//! the sector after it, so a write that is cut loses that change and nothing else. A device that lost all of it works
//! as a new one does.
//!
//! **Wear.** Nothing is written when nothing changed. A change every hour erases each sector 548 times a year; flash is good
//! for 100,000 times, which is 182 years. A round that succeeds is a change, four a day.
//!
//! # A record
//!
//! Little-endian. Head and CRC are the same in each version, forever: an older image, started again by a rollback, numbers
//! its records after those of a newer one.
//!
//! | offset | bytes | field |
//! | --- | --- | --- |
//! | 0 | 4 | `PMEM` |
//! | 4 | 2 | version: 1 |
//! | 6 | 2 | length of the payload, a multiple of 4, at most 1024 |
//! | 8 | 4 | number: one more than that of the record before; not 0xFFFFFFFF |
//! | 12 | length | payload |
//! | 12 + length | 4 | CRC-32 (of zip) of all that is before |
//!
//! The payload of version 1 has 320 bytes. What its flag does not announce is zero.
//!
//! | offset | bytes | flag | field |
//! | --- | --- | --- | --- |
//! | 0 | 1 | | flags |
//! | 1 | 1 | 5 | rolled back: 1 failed boots, 2 interrupted, 3 too many boots, 4 its own check failed, 5 no signed manifest, 6 no server, 7 its boots cannot be counted, 8 no image of a release |
//! | 2 | 1 | 4 | attempts to install the release that failed |
//! | 3 | 1 | 4 | rounds in which it was put off since the last attempt |
//! | 4 | 4 | 3 | how often the last error came in a row |
//! | 8 | 8 | 0 | floor of the time, seconds since 1970 |
//! | 16 | 8 | 1 | epoch of the highest release that was accepted |
//! | 24 | 8 | 2 | last success, seconds since 1970 |
//! | 32 | 40 | | SHA-256 of a set of rescue keys (32), highest rescue sequence that was accepted for it (8); 0 where none was |
//! | 72 | 40 | | the same of another set |
//! | 112 | 8 | 4 | when to try that release again, seconds since 1970 |
//! | 120 | 32 | 4 | SHA-256 of its image |
//! | 152 | 32 | 1 | its version: length, then ASCII |
//! | 184 | 100 | 3 | last error: length, then ASCII, at most 96 bytes |
//! | 284 | 4 | | rounds that succeeded |
//! | 288 | 32 | | 0 |

mod payload;
mod rescue_floors;
pub mod ring;
mod short_text;

use core::fmt;

use embedded_storage::nor_flash::{NorFlash, ReadNorFlash};

pub use rescue_floors::RescueFloors;
pub use short_text::ShortText;

use crate::flash::FlashError;
use crate::slots::Why;
use crate::verify::Moment;
use ring::{RecordError, Ring};

/// Longest version of a release, as in an image's descriptor.
pub const MAX_VERSION: usize = 31;
/// Longest text of the last error.
pub const MAX_ERROR: usize = 96;

/// What the device remembers. It never remembers what time it is, only what time it is at least.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Memory {
    /// The newest time that there is authentic evidence of, other than the image's build date.
    pub floor: Option<Moment>,
    /// The highest release that was accepted. No lower one is.
    pub release: Option<Accepted>,
    /// The highest rescue sequences that were accepted.
    pub rescue_floors: RescueFloors,
    /// How many rounds succeeded; after the highest number comes 0. It says which endpoint is asked first.
    pub successes: u32,
    /// When a round last succeeded.
    pub last_success: Option<Moment>,
    /// Why the last round failed.
    pub last_error: Option<LastError>,
    /// The release whose installation failed, or that was rolled back.
    pub failed_release: Option<FailedRelease>,
    /// Why the last image that was on trial is not started again.
    pub rolled_back: Option<RolledBack>,
}

/// A release that was accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// Orders releases: seconds since 1970.
    pub epoch: i64,
    /// Its version.
    pub version: ShortText<MAX_VERSION>,
}

/// Why rounds fail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastError {
    /// What was said.
    pub text: ShortText<MAX_ERROR>,
    /// How often in a row.
    pub count: u32,
}

/// A release that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FailedRelease {
    /// SHA-256 of its image.
    pub sha256: [u8; 32],
    /// How often it was tried; an attempt that came to its end for want of a network does not count.
    pub attempts: u8,
    /// In how many rounds it was put off since the last attempt.
    pub put_off: u8,
    /// When to try it again.
    pub next_try: Moment,
}

/// Why an image that was on trial is not started again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RolledBack {
    /// It got a signed manifest that it could go by, and never the image of that release: it could not be updated.
    NoImage,
    /// Verified servers answered it, and none of them gave it a signed manifest that it could go by.
    NoManifest,
    /// No verified server answered it in time.
    NoServer,
    /// It found itself unfit.
    OwnCheck,
    /// A reason by this number, which a newer image has written and this one does not know.
    Other(u8),
    /// It did not confirm itself.
    Trial(Why),
}

/// What was found in flash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recalled {
    /// What the device remembers: the defaults where nothing usable was found.
    pub memory: Memory,
    /// Where that is from.
    pub origin: Origin,
}

/// Where a memory is from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Every record is damaged. What the newest sector that is not erased has wrong is said.
    Lost(RecordError),
    /// A newer image than this one has written records of this version; older ones may have been found beside them.
    Newer {
        /// The version of its records.
        version: u16,
        /// The number of the older record that is used, if there is one.
        older: Option<u32>,
    },
    /// The partition is erased: a new device.
    Nothing,
    /// The newest record.
    Record {
        /// Its number.
        number: u32,
    },
}

/// What storing came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stored {
    /// Flash holds it already.
    Unchanged,
    /// A record was written.
    Written {
        /// Its number.
        number: u32,
    },
}

impl Memory {
    /// Recalls what was stored last.
    ///
    /// # Errors
    ///
    /// The flash cannot be read. Damage is no error: [`Recalled::origin`] says it.
    pub fn load<F: ReadNorFlash>(flash: &mut F) -> Result<Recalled, FlashError> {
        Ring::read(flash).map(Ring::recalled)
    }

    /// Stores all of it, if it differs from what is stored.
    ///
    /// # Errors
    ///
    /// No sector of the ring takes a record; what was stored before is kept as far as flash can.
    pub fn store<F: NorFlash>(&self, flash: &mut F) -> Result<Stored, FlashError> {
        Ring::read(flash)?.store(flash, self)
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Lost(error) => write!(formatter, "the memory is lost: {error}"),
            Self::Newer { version, older } => {
                write!(
                    formatter,
                    "the memory was written by a newer image, as version {version}; "
                )?;
                match older {
                    Some(number) => write!(formatter, "record {number} is what this one knows"),
                    None => formatter.write_str("nothing is remembered"),
                }
            }
            Self::Nothing => formatter.write_str("nothing was remembered yet"),
            Self::Record { number } => write!(formatter, "record {number}"),
        }
    }
}

impl fmt::Display for RolledBack {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoImage => formatter.write_str("it could not fetch the image of a release"),
            Self::NoManifest => {
                formatter.write_str("it got no signed manifest that it could go by")
            }
            Self::NoServer => formatter.write_str("no server that it trusts answered it"),
            Self::OwnCheck => formatter.write_str("it found itself unfit"),
            Self::Other(code) => write!(formatter, "reason {code}, which this image does not know"),
            Self::Trial(why) => write!(formatter, "{why}"),
        }
    }
}
