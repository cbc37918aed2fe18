//! otadata: two flash sectors that say which application slot the bootloader starts.
//!
//! Follows ESP-IDF: `esp_ota_select_entry_t` in `esp_flash_partitions.h`, and
//! `bootloader_common_get_active_otadata` and `bootloader_utility_get_selected_boot_partition` of its
//! bootloader. Each sector begins with an entry of 32 bytes; all other bytes are erased.
//!
//! | offset | bytes | field |
//! | --- | --- | --- |
//! | 0 | 4 | sequence, little-endian |
//! | 4 | 20 | label; the bootloader does not read it |
//! | 24 | 4 | state, little-endian |
//! | 28 | 4 | CRC-32 of the sequence alone, little-endian |

mod slot;

use core::fmt;

pub use slot::Slot;
pub(crate) use slot::slot_of;

use crate::crc32::crc32_le;
use crate::flash_layout::{OTADATA, SECTOR_SIZE};

/// Bytes of an entry.
pub const ENTRY_LENGTH: usize = 32;
/// Where the label is in an entry.
pub(crate) const LABEL_OFFSET: u32 = 4;
/// Bytes of the label in an entry.
pub const LABEL_LENGTH: usize = 20;
/// Where the state is in an entry.
pub(crate) const STATE_OFFSET: u32 = 24;
/// Where the CRC is in an entry.
pub(crate) const CRC_OFFSET: u32 = 28;
/// Bytes of the partition.
pub const OTADATA_LENGTH: usize = OTADATA.size as usize;
/// What an erased byte of flash reads as.
pub const ERASED: u8 = 0xFF;

/// How far the image in a slot has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// It failed while pending; the bootloader does not start it.
    Aborted,
    /// It was found bad; the bootloader does not start it.
    Invalid,
    /// It was written and never started.
    New,
    /// It was started and has not confirmed itself.
    PendingVerify,
    /// Nothing was said.
    Undefined,
    /// It confirmed itself.
    Valid,
}

/// An entry that can be used: its sequence is set and its CRC is right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Which slot, and which entry is newer: 1 and 3 are slot 0, 2 and 4 are slot 1.
    pub sequence: u32,
    /// Free bytes.
    pub label: [u8; LABEL_LENGTH],
    /// The state of the slot's image.
    pub state: State,
}

/// Why bytes are not an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EntryError {
    /// The CRC is not that of the sequence: a torn write.
    Crc {
        /// The CRC in the entry.
        found: u32,
        /// The CRC of its sequence.
        computed: u32,
    },
    /// The sequence is erased.
    Erased,
    /// The state is none that ESP-IDF has. Its bootloader starts such an entry, so [`selected`] does too.
    State(u32),
    /// There are fewer than [`ENTRY_LENGTH`] bytes.
    Truncated {
        /// Bytes there are.
        available: usize,
    },
}

/// What the bootloader starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Selection {
    /// The slot that the entry in sector 0 or 1 names.
    Entry {
        /// The slot.
        slot: Slot,
        /// The sector, 0 or 1.
        sector: usize,
    },
    /// No entry can be used: the first slot, since there is no factory partition.
    Fallback,
}

impl Entry {
    /// Reads the entry with which `bytes` begin.
    ///
    /// # Errors
    ///
    /// The first problem, in the order length, sequence, CRC, state.
    pub fn decode(bytes: &[u8]) -> Result<Self, EntryError> {
        let raw = Raw::decode(bytes)?;
        let state = State::from_code(raw.state).ok_or(EntryError::State(raw.state))?;
        Ok(Self {
            sequence: raw.sequence,
            label: raw.label,
            state,
        })
    }

    /// The bytes of the entry.
    pub fn encode(&self) -> [u8; ENTRY_LENGTH] {
        let mut bytes = [0; ENTRY_LENGTH];
        let sequence = self.sequence.to_le_bytes();
        let fields = sequence
            .into_iter()
            .chain(self.label)
            .chain(self.state.code().to_le_bytes())
            .chain(crc32_le(sequence).to_le_bytes());
        for (place, byte) in bytes.iter_mut().zip(fields) {
            *place = byte;
        }
        bytes
    }

    /// The slot that the entry names.
    pub const fn slot(&self) -> Slot {
        slot_of(self.sequence)
    }
}

/// The partition as the full flash image has it: `ota_0` selected and valid; the second sector is erased.
pub fn initial() -> [u8; OTADATA_LENGTH] {
    let entry = Entry {
        sequence: 1,
        label: [ERASED; LABEL_LENGTH],
        state: State::Valid,
    };
    let mut partition = [ERASED; OTADATA_LENGTH];
    for (place, byte) in partition.iter_mut().zip(entry.encode()) {
        *place = byte;
    }
    partition
}

/// What the bootloader starts when the two sectors begin with these bytes.
///
/// An entry counts when its sequence is set, its CRC is right, and its state is neither invalid nor aborted.
/// Of two, the one with the higher sequence counts; the first when they are equal.
pub fn selected(first: &[u8], second: &[u8]) -> Selection {
    let usable = |bytes| Raw::decode(bytes).ok().filter(Raw::can_start);
    let (raw, sector) = match (usable(first), usable(second)) {
        (Some(first), Some(second)) if second.sequence > first.sequence => (second, 1),
        (Some(first), _) => (first, 0),
        (None, Some(second)) => (second, 1),
        (None, None) => return Selection::Fallback,
    };
    Selection::Entry {
        slot: slot_of(raw.sequence),
        sector,
    }
}

/// What the bootloader starts when the partition holds these bytes.
pub fn selected_in(partition: &[u8]) -> Selection {
    let mut sectors = partition.chunks(SECTOR_SIZE as usize);
    let first = sectors.next().unwrap_or_default();
    selected(first, sectors.next().unwrap_or_default())
}

impl Selection {
    /// The slot.
    pub const fn slot(self) -> Slot {
        match self {
            Self::Entry { slot, .. } => slot,
            Self::Fallback => Slot::Ota0,
        }
    }
}

impl State {
    pub(crate) const fn code(self) -> u32 {
        match self {
            Self::New => 0,
            Self::PendingVerify => 1,
            Self::Valid => 2,
            Self::Invalid => 3,
            Self::Aborted => 4,
            Self::Undefined => u32::MAX,
        }
    }

    pub(crate) fn from_code(code: u32) -> Option<Self> {
        let all = [
            Self::New,
            Self::PendingVerify,
            Self::Valid,
            Self::Invalid,
            Self::Aborted,
            Self::Undefined,
        ];
        all.into_iter().find(|state| state.code() == code)
    }
}

/// An entry with a right CRC, before its state is understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Raw {
    pub(crate) sequence: u32,
    pub(crate) label: [u8; LABEL_LENGTH],
    pub(crate) state: u32,
}

impl Raw {
    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, EntryError> {
        let truncated = EntryError::Truncated {
            available: bytes.len(),
        };
        let (sequence, rest) = bytes.split_first_chunk().ok_or(truncated)?;
        let (label, rest) = rest.split_first_chunk().ok_or(truncated)?;
        let (state, rest) = rest.split_first_chunk().ok_or(truncated)?;
        let found = u32::from_le_bytes(*rest.first_chunk().ok_or(truncated)?);
        let computed = crc32_le(*sequence);
        let raw = Self {
            sequence: u32::from_le_bytes(*sequence),
            label: *label,
            state: u32::from_le_bytes(*state),
        };
        if raw.sequence == u32::MAX {
            return Err(EntryError::Erased);
        }
        if found != computed {
            return Err(EntryError::Crc { found, computed });
        }
        Ok(raw)
    }

    pub(crate) fn can_start(&self) -> bool {
        self.state != State::Invalid.code() && self.state != State::Aborted.code()
    }
}

impl core::error::Error for EntryError {}

impl fmt::Display for EntryError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Crc { found, computed } => {
                write!(
                    formatter,
                    "the entry's CRC is {found:08x}, its sequence has {computed:08x}"
                )
            }
            Self::Erased => formatter.write_str("the entry's sequence is erased"),
            Self::State(found) => write!(formatter, "the entry's state {found} does not exist"),
            Self::Truncated { available } => {
                write!(
                    formatter,
                    "an entry has {ENTRY_LENGTH} bytes, {available} are there"
                )
            }
        }
    }
}
