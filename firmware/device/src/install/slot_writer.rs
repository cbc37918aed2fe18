//! Writes what comes into a slot, sector by sector, and looks at it before.

use alloc::vec::Vec;
use core::fmt;

use embedded_storage::nor_flash::NorFlash;

use super::content::{ContentError, check_descriptor, check_image};
use super::source::{Refused, Sink};
use crate::flash::Region;
use crate::flash_layout::SECTOR_SIZE;
use crate::image::{ImageFacts, ImageReader};
use crate::otadata::ERASED;
use crate::platform::Console;
use crate::release::Candidate;

/// Takes the bytes of the file, and stops at the first that cannot be right.
pub(super) struct SlotWriter<'a, F, C> {
    candidate: &'a Candidate,
    region: Region,
    flash: &'a mut F,
    console: &'a mut C,
    reader: ImageReader,
    /// Bytes taken.
    received: u32,
    /// Bytes written: whole sectors.
    written: u32,
    /// Whether the image was found to be for this product.
    is_ours: bool,
    /// What came of the sector that is not written yet.
    sector: Vec<u8>,
    /// The first bytes of the image, which are written last.
    beginning: [u8; BEGINNING_LENGTH],
    error: Option<ContentError>,
    told: u32,
}

/// Bytes that are written last. The magic is the first of them; so many, because flash encryption writes so many at once.
const BEGINNING_LENGTH: usize = 32;

/// A line is printed for each so many percent.
const STEP: u32 = 10;

impl<'a, F: NorFlash, C: Console> SlotWriter<'a, F, C> {
    /// Nothing of `candidate` is in `region` yet.
    pub(super) fn new(
        candidate: &'a Candidate,
        region: Region,
        flash: &'a mut F,
        console: &'a mut C,
    ) -> Self {
        Self {
            candidate,
            region,
            flash,
            console,
            reader: ImageReader::new(candidate.length()),
            received: 0,
            written: 0,
            is_ours: false,
            sector: Vec::with_capacity(SECTOR_SIZE as usize),
            beginning: [ERASED; BEGINNING_LENGTH],
            error: None,
            told: 0,
        }
    }

    /// Bytes taken.
    pub(super) const fn received(&self) -> u32 {
        self.received
    }

    /// Why the sink refused.
    pub(super) const fn take_error(&mut self) -> Option<ContentError> {
        self.error.take()
    }

    /// Prints a line.
    pub(super) fn say(&mut self, text: fmt::Arguments<'_>) {
        self.console.line(format_args!("update: {text}"));
    }

    /// Writes what is left, and the beginning once all else was found right.
    pub(super) fn finish(mut self) -> Result<ImageFacts, ContentError> {
        let facts = self.reader.facts()?;
        check_image(&facts, self.candidate)?;
        self.write_sector()?;
        self.region.program(self.flash, 0, &self.beginning)?;
        Ok(facts)
    }

    /// Nothing of what came counts. The slot still has no beginning, so what was written of it cannot be started.
    fn start_over(&mut self) {
        self.reader = ImageReader::new(self.candidate.length());
        (self.received, self.written, self.told) = (0, 0, 0);
        self.is_ours = false;
        self.sector.clear();
    }

    fn refused(&mut self, error: ContentError) -> Refused {
        self.error = Some(error);
        Refused
    }

    fn take_all(&mut self, bytes: &[u8]) -> Result<(), ContentError> {
        self.count(bytes.len())?;
        let mut rest = bytes;
        while !rest.is_empty() {
            let room = (SECTOR_SIZE as usize).saturating_sub(self.sector.len());
            let (taken, after) = rest.split_at_checked(room).unwrap_or((rest, &[]));
            self.look_at(taken)?;
            self.sector.extend_from_slice(taken);
            if self.sector.len() == SECTOR_SIZE as usize {
                self.write_sector()?;
            }
            rest = after;
        }
        Ok(())
    }

    fn count(&mut self, bytes: usize) -> Result<(), ContentError> {
        let expected = self.candidate.length();
        let bytes = u32::try_from(bytes).ok();
        let received = bytes.and_then(|bytes| self.received.checked_add(bytes));
        let within = received.filter(|received| *received <= expected);
        self.received = within.ok_or(ContentError::TooManyBytes { expected })?;
        Ok(())
    }

    /// The image is refused for what its beginning says before anything is erased: both are in the first sector.
    fn look_at(&mut self, bytes: &[u8]) -> Result<(), ContentError> {
        self.reader.take(bytes)?;
        if let (false, Some(descriptor)) = (self.is_ours, self.reader.descriptor()) {
            check_descriptor(descriptor, self.candidate)?;
            self.is_ours = true;
        }
        Ok(())
    }

    /// Writes a sector, filled up with erased bytes, and keeps the beginning of the first one.
    fn write_sector(&mut self) -> Result<(), ContentError> {
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
        self.tell();
        Ok(())
    }

    /// Says how far it is, at each tenth.
    fn tell(&mut self) {
        let expected = self.candidate.length();
        let percent = u64::from(self.received)
            .saturating_mul(100)
            .checked_div(expected.into());
        let percent = u32::try_from(percent.unwrap_or_default()).unwrap_or(100);
        if percent < self.told.saturating_add(STEP) {
            return;
        }
        self.told = percent.saturating_sub(percent.checked_rem(STEP).unwrap_or_default());
        let (told, received) = (self.told, self.received);
        self.say(format_args!("{told} %, {received} of {expected} bytes"));
    }
}

impl<F: NorFlash, C: Console> Sink for SlotWriter<'_, F, C> {
    fn begin(&mut self, total: Option<u32>, first: u32) -> Result<(), Refused> {
        let expected = self.candidate.length();
        if let Some(found) = total.filter(|total| *total != expected) {
            return Err(self.refused(ContentError::Length { found, expected }));
        }
        if first == self.received {
            return Ok(());
        }
        if first != 0 {
            return Err(self.refused(ContentError::Gap {
                found: first,
                expected: self.received,
            }));
        }
        self.say(format_args!("the file comes from its beginning again"));
        self.start_over();
        Ok(())
    }

    fn take(&mut self, bytes: &[u8]) -> Result<(), Refused> {
        // A source that goes on although it was refused must not write behind a gap.
        if self.error.is_some() {
            return Err(Refused);
        }
        self.take_all(bytes).map_err(|error| self.refused(error))
    }
}
