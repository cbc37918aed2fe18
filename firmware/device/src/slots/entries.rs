//! The two entries of otadata, and how they are changed so that power may be cut at any time.

use embedded_storage::nor_flash::MultiwriteNorFlash;

use super::SlotsError;
use super::trial::{self, Counted, Label};
use crate::flash::{FlashError, Region};
use crate::flash_layout::{OTADATA, SECTOR_SIZE};
use crate::otadata::{
    CRC_OFFSET, ENTRY_LENGTH, Entry, LABEL_OFFSET, Raw, STATE_OFFSET, Selection, Slot, State,
    selected, slot_of,
};

/// Both entries, as they were read.
pub(super) struct Entries {
    sectors: [[u8; ENTRY_LENGTH]; 2],
}

/// An entry with a right CRC.
#[derive(Clone, Copy)]
pub(super) struct Used {
    sector: usize,
    raw: Raw,
}

impl Entries {
    pub(super) fn read<F: MultiwriteNorFlash>(flash: &mut F) -> Result<Self, FlashError> {
        Ok(Self {
            sectors: [read(flash, 0)?, read(flash, 1)?],
        })
    }

    /// The entry that the bootloader goes by.
    pub(super) fn selected(&self) -> Option<Used> {
        let [first, second] = &self.sectors;
        match selected(first, second) {
            Selection::Entry { sector, .. } => self.used(sector),
            Selection::Fallback => None,
        }
    }

    /// Whether another slot is selected when `running` is retired.
    pub(super) fn has_way_back(&self, running: &Used) -> bool {
        let other = self.used(other(running.sector));
        other.is_some_and(|other| other.raw.can_start() && other.slot() != running.slot())
    }

    /// The trial of the image that was taken back for `running`.
    pub(super) fn returned_to(&self, running: &Used) -> Option<Counted> {
        let other = self.used(other(running.sector))?;
        let newer = other.raw.sequence > running.raw.sequence && other.slot() != running.slot();
        let aborted = other.raw.state == State::Aborted.code();
        (newer && aborted).then(|| Counted::of(&other.label()))
    }

    /// Has an entry that names `booted` selected, and gives it.
    pub(super) fn settle<F: MultiwriteNorFlash>(
        &self,
        flash: &mut F,
        booted: Slot,
    ) -> Result<Used, SlotsError> {
        match self.selected() {
            Some(used) if used.slot() == booted => Ok(used),
            Some(damaged) => self.replace(flash, &damaged, booted),
            None => write_confirmed(flash, self.least_telling(booted), first(booted)),
        }
    }

    /// In place of `damaged`, which names a slot that could not be started and so harms nobody until then.
    fn replace<F: MultiwriteNorFlash>(
        &self,
        flash: &mut F,
        damaged: &Used,
        booted: Slot,
    ) -> Result<Used, SlotsError> {
        let other = self.used(other(damaged.sector));
        if let Some(used) = other.filter(|used| used.raw.can_start() && used.slot() == booted) {
            retire(flash, damaged)?;
            return Ok(used);
        }
        match after(damaged.raw.sequence, booted) {
            Some(sequence) => write_confirmed(flash, damaged.other_sector(), sequence),
            None => restart(flash, damaged, booted),
        }
    }

    /// Where no entry can be used: the sector to overwrite. Not one that holds an image of the other slot back.
    fn least_telling(&self, booted: Slot) -> usize {
        let holds_back = |used: Used| used.slot() != booted;
        usize::from(self.used(0).is_some_and(holds_back))
    }

    fn used(&self, sector: usize) -> Option<Used> {
        let raw = Raw::decode(self.sectors.get(sector)?).ok()?;
        Some(Used { sector, raw })
    }
}

impl Used {
    pub(super) const fn slot(&self) -> Slot {
        slot_of(self.raw.sequence)
    }

    pub(super) const fn label(&self) -> Label {
        self.raw.label
    }

    pub(super) fn is_confirmed(&self) -> bool {
        self.raw.state == State::Valid.code() || trial::is_confirmed(&self.raw.label)
    }

    /// [`retire`] was cut: no state is left that anybody writes.
    pub(super) fn is_being_retired(&self) -> bool {
        State::from_code(self.raw.state).is_none()
    }

    const fn other_sector(&self) -> usize {
        other(self.sector)
    }
}

/// Writes an entry for `new`, with a fresh trial, that is selected instead of `running`.
pub(super) fn write_after<F: MultiwriteNorFlash>(
    flash: &mut F,
    running: &Used,
    new: Slot,
) -> Result<(), SlotsError> {
    if let Some(sequence) = after(running.raw.sequence, new) {
        return write(flash, running.other_sector(), sequence, trial::fresh()).map(drop);
    }
    let running = restart(flash, running, running.slot())?;
    let sequence = after(running.raw.sequence, new).unwrap_or(first(new));
    write(flash, running.other_sector(), sequence, trial::fresh()).map(drop)
}

/// Numbers again from the beginning. No device updates so often, but one whose otadata was damaged must not be locked out.
///
/// Until `highest` is retired it is selected, and after that the new entry is.
fn restart<F: MultiwriteNorFlash>(
    flash: &mut F,
    highest: &Used,
    booted: Slot,
) -> Result<Used, SlotsError> {
    let used = write_confirmed(flash, highest.other_sector(), first(booted))?;
    retire(flash, highest)?;
    Ok(used)
}

/// Has the bootloader pass over an entry, in place.
pub(super) fn retire<F: MultiwriteNorFlash>(flash: &mut F, used: &Used) -> Result<(), SlotsError> {
    let aborted = State::Aborted.code();
    // Bits can only be cleared: what is marked valid cannot become aborted.
    if used.raw.state & aborted == aborted {
        let state = aborted.to_le_bytes();
        program(flash, used.sector, STATE_OFFSET, &state)?;
    } else {
        kill(flash, used.sector)?;
    }
    Ok(())
}

/// Programs the label in place. Its bits may only be cleared.
pub(super) fn program_label<F: MultiwriteNorFlash>(
    flash: &mut F,
    used: &Used,
    label: Label,
) -> Result<(), SlotsError> {
    if label != used.raw.label {
        program(flash, used.sector, LABEL_OFFSET, &label)?;
    }
    Ok(())
}

fn write_confirmed<F: MultiwriteNorFlash>(
    flash: &mut F,
    sector: usize,
    sequence: u32,
) -> Result<Used, SlotsError> {
    let label = trial::confirmed(&trial::fresh());
    write(flash, sector, sequence, label)
}

/// Erases a sector and writes an entry into it, the CRC last: it counts when it is whole, and not before.
fn write<F: MultiwriteNorFlash>(
    flash: &mut F,
    sector: usize,
    sequence: u32,
    label: Label,
) -> Result<Used, SlotsError> {
    // An erase that is cut may raise a state from aborted to what is started.
    if Raw::decode(&read(flash, sector)?).is_ok() {
        kill(flash, sector)?;
    }
    OTADATA_REGION.erase(flash, at(sector, 0), SECTOR_SIZE)?;
    let entry = Entry {
        sequence,
        label,
        state: State::Undefined,
    };
    let bytes = entry.encode();
    let (head, crc) = bytes
        .split_at_checked(CRC_OFFSET as usize)
        .unwrap_or_default();
    program(flash, sector, 0, head)?;
    program(flash, sector, CRC_OFFSET, crc)?;
    let raw = Raw {
        sequence,
        label,
        state: State::Undefined.code(),
    };
    Ok(Used { sector, raw })
}

/// Makes the CRC of an entry wrong, in place.
fn kill<F: MultiwriteNorFlash>(flash: &mut F, sector: usize) -> Result<(), FlashError> {
    program(flash, sector, CRC_OFFSET, &[0; 4])?;
    // For one sequence, 0x9226F562, zero is right. No other sequence on the way from there to 0 has that CRC.
    match Raw::decode(&read(flash, sector)?) {
        Ok(_) => program(flash, sector, 0, &[0; 4]),
        Err(_) => Ok(()),
    }
}

fn program<F: MultiwriteNorFlash>(
    flash: &mut F,
    sector: usize,
    offset: u32,
    bytes: &[u8],
) -> Result<(), FlashError> {
    let at = at(sector, offset);
    OTADATA_REGION.program(flash, at, bytes)?;
    OTADATA_REGION.read_back(flash, at, bytes)
}

fn read<F: MultiwriteNorFlash>(
    flash: &mut F,
    sector: usize,
) -> Result<[u8; ENTRY_LENGTH], FlashError> {
    let mut entry = [0; ENTRY_LENGTH];
    OTADATA_REGION.read(flash, at(sector, 0), &mut entry)?;
    Ok(entry)
}

const OTADATA_REGION: Region = Region::of(&OTADATA);

/// The offset in the partition.
const fn at(sector: usize, offset: u32) -> u32 {
    if sector == 0 {
        offset
    } else {
        SECTOR_SIZE.saturating_add(offset)
    }
}

const fn other(sector: usize) -> usize {
    if sector == 0 { 1 } else { 0 }
}

/// The lowest sequence that names `slot`.
const fn first(slot: Slot) -> u32 {
    match slot {
        Slot::Ota0 => 1,
        Slot::Ota1 => 2,
    }
}

/// The next sequence that names `slot`. All ones would be an erased one.
fn after(sequence: u32, slot: Slot) -> Option<u32> {
    let next = sequence.checked_add(1)?;
    let next = if slot_of(next) == slot {
        next
    } else {
        next.checked_add(1)?
    };
    (next != u32::MAX).then_some(next)
}
