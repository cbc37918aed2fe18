//! What the bootloader does, as its source says it.

use device::flash_layout::{OTADATA, SECTOR_SIZE};
use device::otadata::{ENTRY_LENGTH, Entry, LABEL_LENGTH, Slot, State, initial};
use simulated::application::Application;
use simulated::bootloader::{boot, starts};
use simulated::factory;
use simulated::flash::SimulatedFlash;

fn entry(sequence: u32, state: State) -> [u8; ENTRY_LENGTH] {
    let label = [0xFF; LABEL_LENGTH];
    let entry = Entry {
        sequence,
        label,
        state,
    };
    entry.encode()
}

/// With an image in each of `slots`.
fn holding(slots: &[Slot]) -> SimulatedFlash {
    let mut flash = factory::empty();
    for slot in slots {
        flash.put(
            slot.partition().offset,
            &Application::small("1.0.0").image(),
        );
    }
    flash
}

#[test]
fn starts_what_is_selected_or_the_other_slot_or_nothing() {
    let (both, first, second) = ([Slot::Ota0, Slot::Ota1], [Slot::Ota0], [Slot::Ota1]);
    for (sequence, slots, started) in [
        (1, &both[..], Some(Slot::Ota0)),
        (2, &both[..], Some(Slot::Ota1)),
        (1, &second[..], Some(Slot::Ota1)),
        (2, &first[..], Some(Slot::Ota0)),
        (1, &[], None),
    ] {
        let mut flash = holding(slots).with(OTADATA.offset, &entry(sequence, State::Valid));
        let before = flash.contents(&OTADATA);
        assert_eq!(boot(&mut flash), started);
        assert_eq!(flash.contents(&OTADATA), before);
    }
}

#[test]
fn writes_the_first_entry_where_there_is_none() {
    let mut flash = holding(&[Slot::Ota0, Slot::Ota1]);
    assert_eq!(boot(&mut flash), Some(Slot::Ota0));
    assert_eq!(flash.contents(&OTADATA), initial());
    let mut flash = holding(&[Slot::Ota1]);
    assert_eq!(boot(&mut flash), Some(Slot::Ota1));
    let written = flash.bytes(OTADATA.offset..OTADATA.offset + 32);
    assert_eq!(written, entry(2, State::Valid));
}

#[test]
fn writes_nothing_where_an_entry_was_refused_or_torn() {
    let mut torn = entry(1, State::Undefined);
    torn[31] ^= 1;
    for (first, second) in [
        (entry(1, State::Aborted), [0xFF; ENTRY_LENGTH]),
        (torn, entry(2, State::Aborted)),
        (torn, [0xFF; ENTRY_LENGTH]),
    ] {
        let mut flash = holding(&[Slot::Ota0, Slot::Ota1]).with(OTADATA.offset, &first);
        flash.put(OTADATA.offset + SECTOR_SIZE, &second);
        let before = flash.contents(&OTADATA);
        assert_eq!(boot(&mut flash), Some(Slot::Ota0));
        assert_eq!(flash.contents(&OTADATA), before);
    }
}

#[test]
fn an_image_may_be_longer_than_a_sector() {
    let slot = Slot::Ota1;
    let image = Application::new("reference", "1.0.0").image();
    let mut flash = SimulatedFlash::erased().with(slot.partition().offset, &image);
    assert!(starts(&flash, slot));
    flash.put(slot.partition().offset + 9_000, &[8]);
    assert!(!starts(&flash, slot));
}
