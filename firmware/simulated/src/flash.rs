//! NOR flash as the chip has it: 4 KiB sectors, words of 4 bytes, programming that only clears bits, and a power supply that
//! may be cut within any operation.
//!
//! **One operation** is the erase of one sector, or one program command: at most 32 bytes that do not cross a multiple
//! of 32, which is what the ROM of the ESP32-C3 sends at a time.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use device::flash_layout::{FLASH_SIZE, Partition, SECTOR_SIZE};
use embedded_storage::nor_flash::{
    ErrorType, MultiwriteNorFlash, NorFlash, ReadNorFlash, check_erase, check_read, check_write,
};

pub use crate::faults::SimulatedFlashError;
use crate::faults::{Faults, touches};
use crate::tear;

/// Bytes that one program command carries.
pub const COMMAND_SIZE: usize = 32;
const SECTOR: usize = SECTOR_SIZE as usize;

/// Four megabytes of flash. A clone is cheap: sectors are shared until they change.
#[derive(Clone, Debug)]
pub struct SimulatedFlash {
    sectors: Vec<Arc<[u8; SECTOR]>>,
    cut: Option<(u32, Cut)>,
    off: bool,
    faults: Faults,
    operations: u32,
    wear: BTreeMap<u32, Wear>,
}

/// How far an operation comes in which the power is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// It was not begun.
    Before,
    /// Some of its bits are done: which ones follows from the seed.
    Torn(u64),
    /// It was done.
    After,
}

/// What happened to a sector.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wear {
    /// Erases.
    pub erases: u32,
    /// Program commands.
    pub programs: u32,
    /// It cannot be erased any more.
    pub worn: bool,
}

impl Default for SimulatedFlash {
    fn default() -> Self {
        Self::erased()
    }
}

impl SimulatedFlash {
    /// All of it erased, and powered.
    pub fn erased() -> Self {
        let erased = Arc::new([0xFF; SECTOR]);
        Self {
            sectors: vec![erased; FLASH_SIZE as usize / SECTOR],
            cut: None,
            off: false,
            faults: Faults::default(),
            operations: 0,
            wear: BTreeMap::new(),
        }
    }

    /// With `bytes` at `offset`, as a flashing tool leaves it: that is no operation.
    pub fn with(mut self, offset: u32, bytes: &[u8]) -> Self {
        self.put(offset, bytes);
        self
    }

    /// Puts `bytes` at `offset` as a flashing tool does: no operation, and no rule of programming holds.
    pub fn put(&mut self, offset: u32, bytes: &[u8]) {
        for (at, byte) in (offset as usize..).zip(bytes) {
            self.sector_mut(at / SECTOR)[at % SECTOR] = *byte;
        }
    }

    /// What is in a partition, whether there is power or not.
    pub fn contents(&self, partition: &Partition) -> Vec<u8> {
        self.bytes(partition.offset..partition.end())
    }

    /// What is in flash, whether there is power or not.
    pub fn bytes(&self, range: Range<u32>) -> Vec<u8> {
        let (mut at, end) = (range.start as usize, range.end as usize);
        let mut bytes = Vec::with_capacity(range.len());
        while at < end {
            let place = at % SECTOR;
            let length = (SECTOR - place).min(end - at);
            bytes.extend_from_slice(&self.sectors[at / SECTOR][place..place + length]);
            at += length;
        }
        bytes
    }

    /// Cuts the power in the operation number `n` from now on; 0 is the next one. No operation is done after it.
    pub fn cut_at(&mut self, n: u32, cut: Cut) {
        self.cut = Some((n, cut));
    }

    /// Restores the power. No other cut is planned.
    pub fn power_on(&mut self) {
        self.off = false;
        self.cut = None;
    }

    /// Whether the power was cut.
    pub fn is_off(&self) -> bool {
        self.off
    }

    /// Operations that were done so far.
    pub fn operations(&self) -> u32 {
        self.operations
    }

    /// What happened to the sector that holds `offset`.
    pub fn wear(&self, offset: u32) -> Wear {
        let wear = self.wear.get(&(offset / SECTOR_SIZE));
        wear.copied().unwrap_or_default()
    }

    /// The sector that holds `offset` cannot be erased any more. What is programmed there comes out wrong.
    pub fn wear_out(&mut self, offset: u32) {
        self.wear.entry(offset / SECTOR_SIZE).or_default().worn = true;
    }

    /// Makes reads that touch `range` fail; an empty one makes none fail.
    pub fn fail_reads(&mut self, range: Range<u32>) {
        self.faults.reads = range;
    }

    /// Makes erases that touch `range` fail; an empty one makes none fail.
    pub fn fail_erases(&mut self, range: Range<u32>) {
        self.faults.erases = range;
    }

    /// Makes programs that touch `range` fail; an empty one makes none fail.
    pub fn fail_programs(&mut self, range: Range<u32>) {
        self.faults.programs = range;
    }

    /// The byte at `offset` reads with its lowest bit flipped, whatever it is.
    pub fn lie_at(&mut self, offset: u32) {
        self.faults.lies_at = Some(offset);
    }

    /// The next operation: whether it is to be done whole, or how it is cut.
    fn begin(&mut self) -> Result<Option<Cut>, SimulatedFlashError> {
        if self.off {
            return Err(SimulatedFlashError::Off);
        }
        match &mut self.cut {
            Some((0, cut)) => {
                self.off = true;
                return Ok(Some(*cut));
            }
            Some((n, _)) => *n -= 1,
            None => {}
        }
        self.operations += 1;
        Ok(None)
    }

    fn erase_sector(&mut self, sector: usize) -> Result<(), SimulatedFlashError> {
        let cut = self.begin()?;
        let wear = self.wear_mut(sector);
        wear.erases += 1;
        if wear.worn {
            return done(cut);
        }
        match cut {
            Some(Cut::Before) => {}
            Some(Cut::Torn(seed)) => tear::erase(self.sector_mut(sector), seed),
            Some(Cut::After) | None => *self.sector_mut(sector) = [0xFF; SECTOR],
        }
        done(cut)
    }

    fn program_command(&mut self, offset: usize, bytes: &[u8]) -> Result<(), SimulatedFlashError> {
        let cut = self.begin()?;
        let wear = self.wear_mut(offset / SECTOR);
        wear.programs += 1;
        let worn = wear.worn;
        let at = offset % SECTOR;
        let place = &mut self.sector_mut(offset / SECTOR)[at..at + bytes.len()];
        let new: Vec<u8> = place
            .iter()
            .zip(bytes)
            .map(|(old, new)| old & new)
            .collect();
        assert!(
            worn || new == bytes,
            "programming {bytes:02x?} at {offset:#x} over {place:02x?} would set bits"
        );
        match cut {
            Some(Cut::Before) => {}
            Some(Cut::Torn(seed)) => tear::program(place, &new, seed),
            Some(Cut::After) | None => place.copy_from_slice(&new),
        }
        done(cut)
    }

    fn sector_mut(&mut self, sector: usize) -> &mut [u8; SECTOR] {
        Arc::make_mut(&mut self.sectors[sector])
    }

    fn wear_mut(&mut self, sector: usize) -> &mut Wear {
        let sector = u32::try_from(sector).unwrap_or(u32::MAX);
        self.wear.entry(sector).or_default()
    }
}

const fn done(cut: Option<Cut>) -> Result<(), SimulatedFlashError> {
    match cut {
        Some(_) => Err(SimulatedFlashError::Off),
        None => Ok(()),
    }
}

impl ErrorType for SimulatedFlash {
    type Error = SimulatedFlashError;
}

impl ReadNorFlash for SimulatedFlash {
    const READ_SIZE: usize = 4;

    fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), SimulatedFlashError> {
        check_read(self, offset, bytes.len()).map_err(SimulatedFlashError::Rules)?;
        if self.off {
            return Err(SimulatedFlashError::Off);
        }
        if touches(&self.faults.reads, offset, bytes.len()) {
            return Err(SimulatedFlashError::Faulty);
        }
        let end = offset + u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        bytes.copy_from_slice(&self.bytes(offset..end));
        self.faults.lie(offset, bytes);
        Ok(())
    }

    fn capacity(&self) -> usize {
        self.sectors.len() * SECTOR
    }
}

impl NorFlash for SimulatedFlash {
    const WRITE_SIZE: usize = 4;
    const ERASE_SIZE: usize = SECTOR;

    fn erase(&mut self, from: u32, to: u32) -> Result<(), SimulatedFlashError> {
        check_erase(self, from, to).map_err(SimulatedFlashError::Rules)?;
        if touches(&self.faults.erases, from, (to - from) as usize) {
            return Err(SimulatedFlashError::Faulty);
        }
        let sectors = from as usize / SECTOR..to as usize / SECTOR;
        sectors
            .into_iter()
            .try_for_each(|sector| self.erase_sector(sector))
    }

    fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), SimulatedFlashError> {
        check_write(self, offset, bytes.len()).map_err(SimulatedFlashError::Rules)?;
        if touches(&self.faults.programs, offset, bytes.len()) {
            return Err(SimulatedFlashError::Faulty);
        }
        let mut offset = offset as usize;
        let mut rest = bytes;
        while !rest.is_empty() {
            let room = COMMAND_SIZE - offset % COMMAND_SIZE;
            let (command, later) = rest.split_at(room.min(rest.len()));
            self.program_command(offset, command)?;
            offset += command.len();
            rest = later;
        }
        Ok(())
    }
}

impl MultiwriteNorFlash for SimulatedFlash {}
