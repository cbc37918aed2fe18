//! Which slot is started next: trial boots, confirming, rolling back, selecting an update.
//!
//! The bundled bootloader knows no trial. It starts what [`crate::otadata`] selects if the hash that the image carries is
//! right, and the other slot otherwise. So the image itself counts its boots, and takes its own selection back.
//!
//! What is counted stands in the label of the entry, which no bootloader reads. Bits are cleared there in place and
//! nothing is erased:
//!
//! | offset in the label | bytes | meaning |
//! | --- | --- | --- |
//! | 0 | 4 | trial boots: the lowest bit that is set is cleared by each |
//! | 4 | 4 | the same bit is cleared when that boot reached the network |
//! | 8 | 4 | confirmed, when all of it is zero |
//! | 12 | 8 | erased |
//!
//! The state of a new entry stays erased (undefined), so that a bootloader that has a rollback starts it as it is.
//! Confirming does not write the state: on the way from all ones to 2 (valid) lies 3 (invalid). On the way to 4 (aborted) no
//! state lies that a bootloader refuses or that means "valid": each has the bit of 4, and 0 to 3 do not.
//!
//! **Power may be cut at any time.** The entry that the running slot was started by is never erased. Whatever is
//! erased or half written, the bootloader finds that entry, or one whose slot holds a whole image.
//!
//! Programming in place does not work on encrypted flash: this layout is for chips without flash encryption.

mod entries;
mod error;
mod trial;

use core::fmt;

use embedded_storage::nor_flash::MultiwriteNorFlash;

pub use error::SlotsError;
pub use trial::{Counted, MAX_BOOTS, MAX_FAILED_BOOTS};

use crate::otadata::Slot;
use entries::{Entries, Used};

/// What the start of an image came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Boot {
    /// The image is the confirmed one.
    Confirmed {
        /// How far the image in the other slot came, if it was selected after this one and taken back.
        returned: Option<Counted>,
    },
    /// The bootloader could not start the slot that was selected: its image is damaged. What runs is selected now.
    FellBack {
        /// The slot that was selected.
        from: Slot,
    },
    /// No entry could be used. What runs is selected now, as confirmed.
    Repaired,
    /// The image was on trial and its selection is taken back. *Reset now*: the other image is started.
    RolledBack(Why),
    /// The image is on trial. This boot is counted.
    Trial(Counted),
}

/// Why an image that was on trial is not started again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// [`MAX_FAILED_BOOTS`] of its boots ended before they reached the network.
    FailedBoots,
    /// Its selection was being taken back when the power was cut.
    Interrupted,
    /// It was started [`MAX_BOOTS`] times and did not confirm itself.
    TooManyBoots,
    /// Its boots cannot be counted: that is not programmed any more.
    Uncounted,
}

/// To be called first of all at each start. Counts this boot when the image is on trial, and takes its selection back
/// when it failed too often *and* there is another image to go back to.
///
/// `booted` is the slot that runs, as the hardware says it; otadata does not know.
///
/// # Errors
///
/// See [`SlotsError`]. Go on with the image that runs: it may be the only one.
pub fn at_boot<F: MultiwriteNorFlash>(flash: &mut F, booted: Slot) -> Result<Boot, SlotsError> {
    let entries = Entries::read(flash)?;
    match entries.selected() {
        Some(running) if running.slot() == booted => start(flash, &entries, &running),
        Some(damaged) => {
            entries.settle(flash, booted)?;
            Ok(Boot::FellBack {
                from: damaged.slot(),
            })
        }
        None => {
            entries.settle(flash, booted)?;
            Ok(Boot::Repaired)
        }
    }
}

/// Says that this boot reached the network: a reset after that is not counted as failed. May be said more than once.
///
/// # Errors
///
/// See [`SlotsError`].
pub fn reached_network<F: MultiwriteNorFlash>(
    flash: &mut F,
    booted: Slot,
) -> Result<(), SlotsError> {
    let running = running(&Entries::read(flash)?, booted)?;
    if running.is_confirmed() {
        return Ok(());
    }
    entries::program_label(flash, &running, trial::reached(&running.label()))
}

/// Ends the trial: what runs is the image to go back to from now on.
///
/// # Errors
///
/// See [`SlotsError`].
pub fn confirm<F: MultiwriteNorFlash>(flash: &mut F, booted: Slot) -> Result<(), SlotsError> {
    let running = running(&Entries::read(flash)?, booted)?;
    if running.is_confirmed() {
        return Ok(());
    }
    entries::program_label(flash, &running, trial::confirmed(&running.label()))
}

/// Takes the selection of the image on trial back. *Reset* after it: the other image is started.
///
/// # Errors
///
/// See [`SlotsError`]; nothing is taken back where there is nothing to go back to.
pub fn roll_back<F: MultiwriteNorFlash>(flash: &mut F, booted: Slot) -> Result<(), SlotsError> {
    let entries = Entries::read(flash)?;
    let running = running(&entries, booted)?;
    if running.is_confirmed() {
        return Err(SlotsError::Confirmed(booted));
    }
    if !entries.has_way_back(&running) {
        return Err(SlotsError::NoWayBack(booted));
    }
    entries::retire(flash, &running)
}

/// Whether the image that runs may select another. To be asked before anything is written over the spare slot: until the image
/// is confirmed, the one there is the only way back.
///
/// What runs is selected first, where it is not.
///
/// # Errors
///
/// See [`SlotsError`]. An image that is on trial itself selects no other.
pub fn may_select<F: MultiwriteNorFlash>(flash: &mut F, booted: Slot) -> Result<(), SlotsError> {
    confirmed(flash, booted).map(drop)
}

/// Selects the image in the spare slot, which must be whole and verified. It is on trial from its first boot on.
///
/// # Errors
///
/// See [`SlotsError`]. An image that is on trial itself selects no other.
pub fn select<F: MultiwriteNorFlash>(
    flash: &mut F,
    booted: Slot,
    new: Slot,
) -> Result<(), SlotsError> {
    if new == booted {
        return Err(SlotsError::Running(new));
    }
    let running = confirmed(flash, booted)?;
    entries::write_after(flash, &running, new)
}

/// The slot that the bootloader goes by; `None` where no entry can be used.
///
/// # Errors
///
/// See [`SlotsError`].
pub fn selected<F: MultiwriteNorFlash>(flash: &mut F) -> Result<Option<Slot>, SlotsError> {
    let selected = Entries::read(flash)?.selected();
    Ok(selected.map(|used| used.slot()))
}

/// The slot that does not run.
pub const fn spare(booted: Slot) -> Slot {
    booted.other()
}

/// What the image does that the selected entry has started.
fn start<F: MultiwriteNorFlash>(
    flash: &mut F,
    entries: &Entries,
    running: &Used,
) -> Result<Boot, SlotsError> {
    if running.is_confirmed() {
        let returned = entries.returned_to(running);
        return Ok(Boot::Confirmed { returned });
    }
    let why = if running.is_being_retired() {
        Some(Why::Interrupted)
    } else {
        trial::verdict(&running.label())
    };
    if let Some(why) = why
        && entries.has_way_back(running)
    {
        entries::retire(flash, running)?;
        return Ok(Boot::RolledBack(why));
    }
    let label = trial::booted(&running.label());
    match entries::program_label(flash, running, label) {
        Ok(()) => Ok(Boot::Trial(Counted::of(&label))),
        // Nothing would ever end its trial.
        Err(_) if entries.has_way_back(running) => {
            entries::retire(flash, running)?;
            Ok(Boot::RolledBack(Why::Uncounted))
        }
        Err(error) => Err(error),
    }
}

/// The entry that what runs is selected by, if it is confirmed.
fn confirmed<F: MultiwriteNorFlash>(flash: &mut F, booted: Slot) -> Result<Used, SlotsError> {
    let running = Entries::read(flash)?.settle(flash, booted)?;
    if !running.is_confirmed() {
        return Err(SlotsError::OnTrial(booted));
    }
    Ok(running)
}

/// The entry that what runs was started by.
fn running(entries: &Entries, booted: Slot) -> Result<Used, SlotsError> {
    let selected = entries.selected();
    selected
        .filter(|used| used.slot() == booted)
        .ok_or(SlotsError::NotSelected(booted))
}

impl Boot {
    /// Whether the image in the other slot was selected after this one, and does not run: it was taken back, or is damaged.
    pub(crate) const fn is_return(&self) -> bool {
        matches!(
            self,
            Self::Confirmed { returned: Some(_) } | Self::FellBack { .. }
        )
    }
}

impl fmt::Display for Boot {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Confirmed { returned: None } => formatter.write_str("the image is confirmed"),
            Self::Confirmed {
                returned: Some(counted),
            } => write!(
                formatter,
                "the image is confirmed; the one in the other slot was taken back: {counted}"
            ),
            Self::FellBack { from } => write!(
                formatter,
                "the image in {from} is damaged, and the bootloader started this one"
            ),
            Self::Repaired => {
                formatter.write_str("otadata had no usable entry, and selects this image now")
            }
            Self::RolledBack(why) => write!(formatter, "the image is taken back: {why}"),
            Self::Trial(counted) => write!(formatter, "the image is on trial: {counted}"),
        }
    }
}

impl fmt::Display for Why {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::FailedBoots => write!(
                formatter,
                "{MAX_FAILED_BOOTS} of its boots did not reach the network"
            ),
            Self::Interrupted => formatter.write_str("that was begun, and cut by a loss of power"),
            Self::TooManyBoots => write!(formatter, "{MAX_BOOTS} boots, and it is not confirmed"),
            Self::Uncounted => formatter.write_str("its boots cannot be counted"),
        }
    }
}
