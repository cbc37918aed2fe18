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

use core::fmt;

use crate::crc32::crc32_le;
use crate::flash_layout::{OTADATA, SECTOR_SIZE};

/// Bytes of an entry.
pub const ENTRY_LENGTH: usize = 32;
/// Bytes of the label in an entry.
pub const LABEL_LENGTH: usize = 20;
/// Bytes of the partition.
pub const OTADATA_LENGTH: usize = OTADATA.size as usize;
/// What an erased byte of flash reads as.
pub const ERASED: u8 = 0xFF;

/// An application slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Slot {
    /// `ota_0`.
    Ota0,
    /// `ota_1`.
    Ota1,
}

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
    const fn code(self) -> u32 {
        match self {
            Self::New => 0,
            Self::PendingVerify => 1,
            Self::Valid => 2,
            Self::Invalid => 3,
            Self::Aborted => 4,
            Self::Undefined => u32::MAX,
        }
    }

    fn from_code(code: u32) -> Option<Self> {
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
struct Raw {
    sequence: u32,
    label: [u8; LABEL_LENGTH],
    state: u32,
}

impl Raw {
    fn decode(bytes: &[u8]) -> Result<Self, EntryError> {
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

    fn can_start(&self) -> bool {
        self.state != State::Invalid.code() && self.state != State::Aborted.code()
    }
}

/// `(sequence - 1) % 2`, in 32 bits, as the bootloader computes it.
const fn slot_of(sequence: u32) -> Slot {
    if sequence.wrapping_sub(1).is_multiple_of(2) {
        Slot::Ota0
    } else {
        Slot::Ota1
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

impl fmt::Display for Slot {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Ota0 => crate::flash_layout::OTA_0.label,
            Self::Ota1 => crate::flash_layout::OTA_1.label,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{
        ENTRY_LENGTH, Entry, EntryError, LABEL_LENGTH, Selection, Slot, State, initial, selected,
        selected_in,
    };
    use hex_literal::hex;

    const ALL_STATES: [State; 6] = [
        State::Aborted,
        State::Invalid,
        State::New,
        State::PendingVerify,
        State::Undefined,
        State::Valid,
    ];
    const ERASED: [u8; ENTRY_LENGTH] = [0xFF; ENTRY_LENGTH];

    fn entry(sequence: u32, state: State) -> [u8; ENTRY_LENGTH] {
        let label = [0xFF; LABEL_LENGTH];
        Entry {
            sequence,
            label,
            state,
        }
        .encode()
    }

    fn chosen(slot: Slot, sector: usize) -> Selection {
        Selection::Entry { slot, sector }
    }

    #[test]
    fn first_entry_byte_for_byte() {
        let expected = hex!("01000000 ffffffffffffffffffffffffffffffffffffffff 02000000 9a984347");
        assert_eq!(entry(1, State::Valid), expected);
    }

    #[test]
    fn entries_come_back() {
        for sequence in [0, 1, 2, 3, 0xFFFF_FFFE] {
            for state in ALL_STATES {
                let entry = Entry {
                    sequence,
                    label: [7; LABEL_LENGTH],
                    state,
                };
                assert_eq!(Entry::decode(&entry.encode()), Ok(entry));
            }
        }
    }

    #[test]
    fn each_problem() {
        let whole = entry(1, State::New);
        for available in 0..ENTRY_LENGTH {
            let error = EntryError::Truncated { available };
            assert_eq!(Entry::decode(&whole[..available]), Err(error));
        }
        assert_eq!(Entry::decode(&ERASED), Err(EntryError::Erased));
        let mut torn = whole;
        torn[31] ^= 1;
        let error = EntryError::Crc {
            found: 0x4643_989A,
            computed: 0x4743_989A,
        };
        assert_eq!(Entry::decode(&torn), Err(error));
        let mut strange = whole;
        strange[24] = 5;
        assert_eq!(Entry::decode(&strange), Err(EntryError::State(5)));
    }

    #[test]
    fn full_image_starts_the_first_slot() {
        let partition = initial();
        assert_eq!(partition.len(), 0x2000);
        assert_eq!(selected_in(&partition), chosen(Slot::Ota0, 0));
        assert!(partition[ENTRY_LENGTH..].iter().all(|byte| *byte == 0xFF));
    }

    #[test]
    fn the_higher_usable_sequence_is_selected() {
        let valid = |sequence| entry(sequence, State::Valid);
        let mut torn = valid(9);
        torn[28] ^= 1;
        let mut strange = valid(4);
        strange[24] = 5;
        for (first, second, expected) in [
            (ERASED, ERASED, Selection::Fallback),
            (valid(1), ERASED, chosen(Slot::Ota0, 0)),
            (ERASED, valid(2), chosen(Slot::Ota1, 1)),
            (valid(1), valid(2), chosen(Slot::Ota1, 1)),
            (valid(3), valid(2), chosen(Slot::Ota0, 0)),
            (valid(2), valid(2), chosen(Slot::Ota1, 0)),
            (valid(1), torn, chosen(Slot::Ota0, 0)),
            (torn, torn, Selection::Fallback),
            (valid(1), strange, chosen(Slot::Ota1, 1)),
            (valid(1), entry(2, State::New), chosen(Slot::Ota1, 1)),
            (
                valid(1),
                entry(2, State::PendingVerify),
                chosen(Slot::Ota1, 1),
            ),
            (valid(1), entry(2, State::Undefined), chosen(Slot::Ota1, 1)),
            (valid(1), entry(2, State::Invalid), chosen(Slot::Ota0, 0)),
            (valid(1), entry(2, State::Aborted), chosen(Slot::Ota0, 0)),
            (
                entry(1, State::Aborted),
                entry(2, State::Invalid),
                Selection::Fallback,
            ),
            (valid(0), ERASED, chosen(Slot::Ota1, 0)),
            (valid(0xFFFF_FFFE), ERASED, chosen(Slot::Ota1, 0)),
        ] {
            assert_eq!(selected(&first, &second), expected);
        }
        assert_eq!(selected_in(&[]), Selection::Fallback);
        assert_eq!(Selection::Fallback.slot(), Slot::Ota0);
    }
}
