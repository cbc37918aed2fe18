//! An entry of otadata as the bootloader reads it: `esp_ota_select_entry_t`.

/// Bytes of an entry: `u32 ota_seq`, `u8 seq_label[20]`, `u32 ota_state`, `u32 crc`, all little-endian.
pub(super) const ENTRY: usize = 32;

const STATE_VALID: u32 = 2;
const STATE_INVALID: u32 = 3;
const STATE_ABORTED: u32 = 4;

/// What the bootloader goes by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// An entry with this sequence.
    Sequence(u32),
    /// No entry: the first slot, as there is no factory partition.
    First {
        /// Whether it writes an entry for what it starts.
        is_initial: bool,
    },
}

pub(super) struct Entry {
    sequence: u32,
    state: u32,
    crc: u32,
}

/// What the bootloader goes by when the two sectors begin with these bytes.
pub fn choose(first: &[u8; ENTRY], second: &[u8; ENTRY]) -> Choice {
    let entries = [first, second].map(Entry::read);
    if entries.iter().all(Entry::is_invalid) {
        let is_initial = entries.iter().all(|entry| !entry.has_sequence());
        return Choice::First { is_initial };
    }
    let valid = entries.iter().filter(|entry| entry.is_valid());
    match valid.map(|entry| entry.sequence).max() {
        Some(sequence) => Choice::Sequence(sequence),
        None => Choice::First { is_initial: false },
    }
}

impl Entry {
    fn read(bytes: &[u8; ENTRY]) -> Self {
        let word = |at: usize| {
            let bytes = [bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]];
            u32::from_le_bytes(bytes)
        };
        Self {
            sequence: word(0),
            state: word(24),
            crc: word(28),
        }
    }

    /// The bytes of an entry that is valid, with an erased label.
    pub(super) fn valid(sequence: u32) -> [u8; ENTRY] {
        let mut bytes = [0xFF; ENTRY];
        bytes[..4].copy_from_slice(&sequence.to_le_bytes());
        bytes[24..28].copy_from_slice(&STATE_VALID.to_le_bytes());
        bytes[28..].copy_from_slice(&crc(sequence).to_le_bytes());
        bytes
    }

    /// `bootloader_common_ota_select_invalid`. It does not ask for the CRC.
    const fn is_invalid(&self) -> bool {
        self.sequence == u32::MAX || matches!(self.state, STATE_INVALID | STATE_ABORTED)
    }

    /// `bootloader_common_ota_select_valid`.
    fn is_valid(&self) -> bool {
        !self.is_invalid() && self.has_sequence()
    }

    fn has_sequence(&self) -> bool {
        self.sequence != u32::MAX && self.crc == crc(self.sequence)
    }
}

/// `esp_rom_crc32_le(UINT32_MAX, ..)` over the sequence: the polynomial of CRC-32, from 0, inverted at its end.
fn crc(sequence: u32) -> u32 {
    let mut crc = sequence;
    for _ in 0..u32::BITS {
        let carry = crc & 1;
        crc = (crc >> 1) ^ (carry * 0xEDB8_8320);
    }
    !crc
}

#[cfg(test)]
mod tests {
    use super::{Choice, Entry, choose, crc};

    #[test]
    fn the_crc_of_one() {
        assert_eq!(crc(1).to_le_bytes(), [0x9A, 0x98, 0x43, 0x47]);
    }

    #[test]
    fn the_higher_of_two_sequences() {
        let (one, two) = (Entry::valid(1), Entry::valid(2));
        for (first, second) in [(&one, &two), (&two, &one), (&two, &two)] {
            assert_eq!(choose(first, second), Choice::Sequence(2));
        }
        let mut torn = two;
        torn[28] ^= 1;
        assert_eq!(choose(&one, &torn), Choice::Sequence(1));
        assert_eq!(choose(&torn, &torn), Choice::First { is_initial: false });
        let erased = [0xFF; 32];
        assert_eq!(choose(&erased, &erased), Choice::First { is_initial: true });
    }
}
