//! Writes an image into a slot, sector by sector, and its beginning last.

use alloc::vec::Vec;

use embedded_storage::nor_flash::NorFlash;

use super::destination::Destination;
use crate::flash::{FlashError, Region};
use crate::flash_layout::SECTOR_SIZE;
use crate::otadata::ERASED;

/// Writes bytes that were looked at.
pub(super) struct SlotWriter<'a, F> {
    region: Region,
    flash: &'a mut F,
    /// Bytes written: whole sectors.
    written: u32,
    /// What came of the sector that is not written yet.
    sector: Vec<u8>,
    /// The first bytes of the image, which are written last.
    beginning: [u8; BEGINNING_LENGTH],
}

/// Bytes that are written last. The magic is the first of them; so many, because flash encryption writes so many at once.
const BEGINNING_LENGTH: usize = 32;

impl<'a, F: NorFlash> SlotWriter<'a, F> {
    /// Nothing is in `region` yet.
    pub(super) fn new(region: Region, flash: &'a mut F) -> Self {
        Self {
            region,
            flash,
            written: 0,
            sector: Vec::with_capacity(SECTOR_SIZE as usize),
            beginning: [ERASED; BEGINNING_LENGTH],
        }
    }

    /// Writes what is left, and the beginning: all was found right.
    pub(super) fn finish(mut self) -> Result<(), FlashError> {
        self.write_sector()?;
        self.region.program(self.flash, 0, &self.beginning)
    }

    /// Writes a sector, filled up with erased bytes, and keeps the beginning of the first one.
    fn write_sector(&mut self) -> Result<(), FlashError> {
        if self.sector.is_empty() {
            return Ok(());
        }
        self.sector.resize(SECTOR_SIZE as usize, ERASED);
        let at = self.written;
        self.region.erase(self.flash, at, SECTOR_SIZE)?;
        let (bytes, from) = match self.sector.split_first_chunk() {
            Some((beginning, rest)) if at == 0 => {
                self.beginning = *beginning;
                (rest, BEGINNING_LENGTH as u32)
            }
            _ => (&*self.sector, at),
        };
        self.region.program(self.flash, from, bytes)?;
        self.written = at.saturating_add(SECTOR_SIZE);
        self.sector.clear();
        Ok(())
    }
}

impl<F: NorFlash> Destination for SlotWriter<'_, F> {
    /// Nothing is erased before the first sector is whole, which has all that the image says of itself.
    fn take(&mut self, bytes: &[u8]) -> Result<(), FlashError> {
        let mut rest = bytes;
        while !rest.is_empty() {
            let room = (SECTOR_SIZE as usize).saturating_sub(self.sector.len());
            let (taken, after) = rest.split_at_checked(room).unwrap_or((rest, &[]));
            self.sector.extend_from_slice(taken);
            if self.sector.len() == SECTOR_SIZE as usize {
                self.write_sector()?;
            }
            rest = after;
        }
        Ok(())
    }

    /// The slot still has no beginning, so what was written of it cannot be started.
    fn start_over(&mut self) {
        self.written = 0;
        self.sector.clear();
    }
}
