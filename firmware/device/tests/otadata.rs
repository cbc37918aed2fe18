//! The bootloader's choice of a slot, from the outside.

use device::otadata::{
    ENTRY_LENGTH, Entry, EntryError, LABEL_LENGTH, Selection, Slot, State, initial, selected,
    selected_in,
};
use hex_literal::hex;
use vectors::Kind;

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

/// Both sectors, erased behind their entries.
fn partition(first: [u8; ENTRY_LENGTH], second: [u8; ENTRY_LENGTH]) -> Vec<u8> {
    let rest = [0xFF; 0x1000 - ENTRY_LENGTH];
    let partition = [&first[..], &rest, &second, &rest].concat();
    vectors::record(Kind::Otadata, &[&partition]);
    partition
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
        assert_eq!(selected_in(&partition(first, second)), expected);
    }
    assert_eq!(selected_in(&[]), Selection::Fallback);
    assert_eq!(Selection::Fallback.slot(), Slot::Ota0);
}
