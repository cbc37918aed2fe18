//! Counting a start, before anything else that may fail.
//!
//! It takes the flash, and the place in flash that the processor runs from. It goes by the partition table in flash, as the
//! bootloader did, and needs no heap. So each failure after it is a start that was counted, and the trial of an image comes to its
//! end.

use core::fmt;

use embedded_storage::nor_flash::MultiwriteNorFlash;

use super::otadata_window::OtadataWindow;
use crate::flash_layout::{OwnTable, OwnTableError};
use crate::otadata::Slot;
use crate::slots::{self, Boot, SlotsError};

/// A start that was counted, or why it could not be. Only [`count`] makes one.
#[derive(Clone, Copy, Debug)]
pub struct Counted {
    booted: Option<Slot>,
    boot: Result<Boot, CountError>,
    charged: Result<(OwnTable, Slot), CountError>,
}

/// Why a start was not counted. It is not known whether the image is on trial.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CountError {
    /// What runs lies in neither slot, and otadata selects none.
    NoSlot {
        /// Where in flash it runs from.
        runs_from: u32,
    },
    /// Otadata was not read or changed.
    Slots(SlotsError),
    /// The partition table in flash does not say where otadata is.
    Table(OwnTableError),
}

/// Counts this start if the image is on trial, and takes its selection back when it failed too often. To be called first of all,
/// once at each start. `runs_from` is the place in flash of a byte that runs, as the hardware maps it.
///
/// Where that lies in neither slot, the start counts for the slot that otadata selects. That is the one which runs, or its image is
/// damaged: the bootloader starts another only then. Counting for a damaged image harms nobody, and it is never confirmed.
pub fn count<F: MultiwriteNorFlash>(flash: &mut F, runs_from: u32) -> Counted {
    let table = OwnTable::read(flash).map_err(CountError::Table);
    let booted = table.ok().and_then(|table| table.slot_at(runs_from));
    let charged = table.and_then(|table| {
        let slot = match booted {
            Some(slot) => slot,
            None => selected(flash, &table, runs_from)?,
        };
        Ok((table, slot))
    });
    let boot = charged.and_then(|(table, slot)| {
        let boot = slots::at_boot(&mut OtadataWindow::new(flash, &table), slot);
        boot.map_err(CountError::Slots)
    });
    Counted {
        booted,
        boot,
        charged,
    }
}

fn selected<F: MultiwriteNorFlash>(
    flash: &mut F,
    table: &OwnTable,
    runs_from: u32,
) -> Result<Slot, CountError> {
    let selected = slots::selected(&mut OtadataWindow::new(flash, table));
    let selected = selected.map_err(CountError::Slots)?;
    selected.ok_or(CountError::NoSlot { runs_from })
}

impl Counted {
    /// The slot that runs, if it is one of the two.
    pub const fn booted(&self) -> Option<Slot> {
        self.booted
    }

    /// What the start came to.
    ///
    /// # Errors
    ///
    /// See [`CountError`].
    pub const fn boot(&self) -> Result<Boot, CountError> {
        self.boot
    }

    /// Takes the image back, if it is on trial. *Reset* after it: the one before it is started.
    ///
    /// # Errors
    ///
    /// It is not on trial, or there is no image before it, or otadata cannot be written.
    pub fn take_back<F: MultiwriteNorFlash>(&self, flash: &mut F) -> Result<(), CountError> {
        let (table, slot) = self.charged?;
        let taken_back = slots::roll_back(&mut OtadataWindow::new(flash, &table), slot);
        taken_back.map_err(CountError::Slots)
    }
}

impl core::error::Error for CountError {}

impl fmt::Display for CountError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSlot { runs_from } => write!(
                formatter,
                "what runs is at {runs_from:#x}, in neither slot, and otadata selects none"
            ),
            Self::Slots(error) => write!(formatter, "{error}"),
            Self::Table(error) => write!(formatter, "{error}"),
        }
    }
}
