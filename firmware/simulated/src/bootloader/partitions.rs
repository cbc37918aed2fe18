//! The partition table in flash, as the bootloader reads it.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::flash::SimulatedFlash;

const TABLE: u32 = 0x8000;
const LENGTH: u32 = 0xC00;
const ENTRY: usize = 32;
const MAGIC: [u8; 2] = [0xAA, 0x50];
const SECTOR: u32 = 4096;

/// What the bootloader takes from the table: no factory partition is simulated.
pub(super) struct Partitions {
    pub(super) otadata: Option<Place>,
    /// By subtype.
    pub(super) slots: Vec<Place>,
}

#[derive(Clone, Copy)]
pub(super) struct Place {
    pub(super) offset: u32,
    size: u32,
}

impl Partitions {
    pub(super) fn read(flash: &SimulatedFlash) -> Self {
        let table = flash.bytes(TABLE..TABLE + LENGTH);
        let entries = table.chunks(ENTRY);
        let (mut otadata, mut slots) = (None, BTreeMap::new());
        for entry in entries.take_while(|entry| entry.starts_with(&MAGIC)) {
            let place = Place::new(word(entry, 4), word(entry, 8));
            match (entry[2], entry[3]) {
                (0, subtype @ 0x10..=0x1F) => drop(slots.insert(subtype, place)),
                (1, 0) => otadata = Some(place),
                _ => {}
            }
        }
        Self {
            otadata,
            slots: slots.into_values().collect(),
        }
    }
}

impl Place {
    pub(super) const fn new(offset: u32, size: u32) -> Self {
        Self { offset, size }
    }

    pub(super) const fn range(self) -> Range<u32> {
        self.offset..self.offset + self.size
    }

    /// Where its first two sectors begin.
    pub(super) const fn sectors(self) -> [u32; 2] {
        [self.offset, self.offset + SECTOR]
    }
}

fn word(entry: &[u8], at: usize) -> u32 {
    u32::from_le_bytes([entry[at], entry[at + 1], entry[at + 2], entry[at + 3]])
}
