//! What `device::otadata` takes for selected is what the bootloader starts, which the simulation wrote down after ESP-IDF's sources
//! alone.

use device::flash_layout::{OTADATA, SECTOR_SIZE};
use device::otadata::{ENTRY_LENGTH, Entry, Selection, Slot, State, selected};
use device::slots;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed};
use simulated::bootloader::{Choice, choose};
use simulated::flash::SimulatedFlash;

use crate::support::{cut, updated};

type Bytes = [u8; ENTRY_LENGTH];

fn require_one_choice(first: &Bytes, second: &Bytes) {
    let chosen = match choose(first, second) {
        Choice::Sequence(sequence) => sequence,
        Choice::First { .. } => {
            assert_eq!(selected(first, second), Selection::Fallback);
            return;
        }
    };
    let Selection::Entry { slot, sector } = selected(first, second) else {
        panic!("the bootloader goes by {chosen}");
    };
    assert_eq!([first, second][sector][..4], chosen.to_le_bytes());
    let slots = [Slot::Ota0, Slot::Ota1];
    assert_eq!(slot, slots[chosen.wrapping_sub(1) as usize % 2]);
}

fn require_one_choice_in(flash: &SimulatedFlash) {
    let [first, second] = [0, SECTOR_SIZE].map(|at| {
        let at = OTADATA.offset + at;
        Bytes::try_from(flash.bytes(at..at + ENTRY_LENGTH as u32)).unwrap()
    });
    require_one_choice(&first, &second);
}

fn sequence() -> impl Strategy<Value = u32> {
    let zero_crc = 0x9226_F562;
    prop_oneof![
        Just(0),
        1..6_u32,
        Just(zero_crc),
        u32::MAX - 4..=u32::MAX,
        any::<u32>(),
    ]
}

fn state() -> impl Strategy<Value = u32> {
    prop_oneof![0..8_u32, Just(u32::MAX), any::<u32>()]
}

/// An entry, of which some bits may have been cleared, or not have been cleared: a program or an erase that was cut.
fn entry() -> impl Strategy<Value = Bytes> {
    let torn = prop_oneof![
        4 => Just(None),
        1 => (any::<bool>(), any::<Bytes>()).prop_map(Some),
    ];
    (sequence(), state(), torn).prop_map(|(sequence, state, torn)| {
        let label = [0xFF; 20];
        let mut bytes = Entry {
            sequence,
            label,
            state: State::Undefined,
        }
        .encode();
        bytes[24..28].copy_from_slice(&state.to_le_bytes());
        if let Some((cleared, bits)) = torn {
            for (byte, bits) in bytes.iter_mut().zip(bits) {
                *byte = if cleared { *byte & bits } else { *byte | bits };
            }
        }
        bytes
    })
}

proptest! {
    #![proptest_config(Config {
        cases: 20_000,
        rng_seed: RngSeed::Fixed(0x07AD),
        failure_persistence: None,
        ..Config::default()
    })]

    #[test]
    fn of_any_two_entries(first in entry(), second in entry()) {
        require_one_choice(&first, &second);
    }

    #[test]
    fn of_any_bytes(first in any::<Bytes>(), second in any::<Bytes>()) {
        require_one_choice(&first, &second);
    }
}

#[test]
fn of_an_entry_with_any_bit_flipped() {
    let whole = crate::support::confirmed(2).encode();
    let other = crate::support::confirmed(1).encode();
    for bit in 0..ENTRY_LENGTH * 8 {
        let mut flipped = whole;
        flipped[bit / 8] ^= 1 << (bit % 8);
        require_one_choice(&flipped, &other);
        require_one_choice(&other, &flipped);
        require_one_choice(&flipped, &flipped);
    }
}

#[test]
fn of_otadata_that_was_torn_while_it_was_written() {
    let mut flash = updated();
    let takes_back = |flash: &mut SimulatedFlash| slots::roll_back(flash, Slot::Ota1);
    cut("take back", &flash, takes_back, |flash, _| {
        require_one_choice_in(flash);
    });
    takes_back(&mut flash).unwrap();
    let selects = |flash: &mut SimulatedFlash| slots::select(flash, Slot::Ota0, Slot::Ota1);
    cut("select again", &flash, selects, |flash, _| {
        require_one_choice_in(flash);
    });
}
