//! What the partition table in flash says itself, whatever this layout is.
//!
//! An image may have been built for another layout than that of the board which it came to: an update changes no partition
//! table. The bootloader goes by the table in flash (`bootloader_utility_load_partition_table`), and so does who counts the
//! starts of such an image and takes it back.

use core::fmt;

use embedded_storage::nor_flash::ReadNorFlash;

use super::{
    ENTRY_LENGTH, ENTRY_MAGIC, OTA_0, OTADATA, PARTITION_TABLE_OFFSET, PARTITION_TABLE_SIZE,
    SECTOR_SIZE, TYPE_APP, TYPE_DATA,
};
use crate::flash::{FlashError, Region};
use crate::otadata::Slot;

/// Where the table in flash has otadata and the two slots. Only [`OwnTable::read`] makes one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OwnTable {
    otadata: u32,
    slots: [Place; 2],
}

/// Why nothing is done by the table in flash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OwnTableError {
    /// It cannot be read.
    Flash(FlashError),
    /// It has not one partition for otadata, but so many.
    Otadata(usize),
    /// Its otadata is not two whole sectors behind the table.
    OtadataPlace {
        /// First byte.
        offset: u32,
        /// Bytes.
        size: u32,
    },
    /// It has not `ota_0` and `ota_1`, but so many slots, or others.
    Slots(usize),
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Place {
    offset: u32,
    size: u32,
}

/// What is found, entry by entry.
#[derive(Default)]
struct Found {
    otadata: Place,
    otadata_count: usize,
    slots: [Option<Place>; 2],
    slot_count: usize,
}

/// The subtypes of slots: `ota_0` is the first of sixteen.
const SLOT_SUBTYPES: core::ops::Range<u8> = OTA_0.subtype..OTA_0.subtype + 16;

impl OwnTable {
    /// Reads the table in flash, entry by entry, without the heap. Its MD5 is not compared: a bootloader that finds it wrong
    /// starts nothing.
    ///
    /// # Errors
    ///
    /// See [`OwnTableError`].
    pub fn read<F: ReadNorFlash>(flash: &mut F) -> Result<Self, OwnTableError> {
        let mut found = Found::default();
        for at in (0..PARTITION_TABLE_SIZE).step_by(ENTRY_LENGTH) {
            let mut entry = [0; ENTRY_LENGTH];
            Region::TABLE
                .read(flash, at, &mut entry)
                .map_err(OwnTableError::Flash)?;
            if !entry.starts_with(&ENTRY_MAGIC) {
                break;
            }
            found.take(&entry);
        }
        found.judge()
    }

    /// The slot that the byte at this offset in flash belongs to.
    pub fn slot_at(&self, offset: u32) -> Option<Slot> {
        let [first, second] = &self.slots;
        if first.holds(offset) {
            Some(Slot::Ota0)
        } else {
            second.holds(offset).then_some(Slot::Ota1)
        }
    }

    /// The first byte of otadata.
    pub const fn otadata(&self) -> u32 {
        self.otadata
    }
}

impl Found {
    fn take(&mut self, entry: &[u8; ENTRY_LENGTH]) {
        let [_, _, kind, subtype, a, b, c, d, e, f, g, h, ..] = *entry;
        let place = Place {
            offset: u32::from_le_bytes([a, b, c, d]),
            size: u32::from_le_bytes([e, f, g, h]),
        };
        if (kind, subtype) == (TYPE_DATA, OTADATA.subtype) {
            self.otadata = place;
            self.otadata_count = self.otadata_count.saturating_add(1);
        }
        if kind == TYPE_APP && SLOT_SUBTYPES.contains(&subtype) {
            self.slot_count = self.slot_count.saturating_add(1);
            let index = usize::from(subtype.saturating_sub(OTA_0.subtype));
            if let Some(slot) = self.slots.get_mut(index) {
                *slot = Some(place);
            }
        }
    }

    /// With another number of slots, the sequence of an entry would mean others.
    fn judge(self) -> Result<OwnTable, OwnTableError> {
        if self.otadata_count != 1 {
            return Err(OwnTableError::Otadata(self.otadata_count));
        }
        let Place { offset, size } = self.otadata;
        let behind_table = offset >= PARTITION_TABLE_OFFSET.saturating_add(SECTOR_SIZE);
        if !behind_table || !offset.is_multiple_of(SECTOR_SIZE) || size < OTADATA.size {
            return Err(OwnTableError::OtadataPlace { offset, size });
        }
        match self.slots {
            [Some(first), Some(second)] if self.slot_count == 2 => Ok(OwnTable {
                otadata: offset,
                slots: [first, second],
            }),
            _ => Err(OwnTableError::Slots(self.slot_count)),
        }
    }
}

impl Place {
    fn holds(&self, offset: u32) -> bool {
        let within = offset.checked_sub(self.offset);
        within.is_some_and(|within| within < self.size)
    }
}

impl core::error::Error for OwnTableError {}

impl fmt::Display for OwnTableError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flash(error) => write!(formatter, "the partition table: {error}"),
            Self::Otadata(count) => write!(
                formatter,
                "the partition table has {count} partitions for otadata, 1 is expected"
            ),
            Self::OtadataPlace { offset, size } => write!(
                formatter,
                "the partition table has otadata at {offset:#x} with {size:#x} bytes, not in two whole sectors"
            ),
            Self::Slots(count) => write!(
                formatter,
                "the partition table has {count} slots, not \"ota_0\" and \"ota_1\" alone"
            ),
        }
    }
}
