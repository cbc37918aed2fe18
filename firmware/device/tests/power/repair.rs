//! What is done when the bootloader did not start what otadata selects.

use device::flash_layout::{OTADATA, SECTOR_SIZE};
use device::otadata::{Entry, Slot, State, selected_in};
use device::slots::{self, Boot};
use simulated::bootloader::boot;
use simulated::flash::SimulatedFlash;

use crate::support::{confirmed, cut, damaged, entry, selecting, start, updated};

/// The first start, cut everywhere: `runs` starts each time, and after it has started once it is selected and confirmed.
fn cut_first_start(what: &str, flash: &SimulatedFlash, runs: Slot) {
    cut(
        what,
        flash,
        |flash| slots::at_boot(flash, runs),
        |flash, _| {
            assert_eq!(start(flash).0, runs);
            assert_eq!(selected_in(&flash.contents(&OTADATA)).slot(), runs);
            let (slot, came_to) = start(flash);
            assert_eq!(slot, runs);
            assert!(matches!(came_to, Boot::Confirmed { .. }), "{came_to}");
        },
    );
}

#[test]
fn an_update_that_is_damaged_is_taken_back() {
    let flash = damaged(updated(), Slot::Ota1);
    let from = Slot::Ota1;
    let came_to = start(&mut flash.clone());
    assert_eq!(came_to, (Slot::Ota0, Boot::FellBack { from }));
    cut_first_start("a damaged update", &flash, Slot::Ota0);
}

#[test]
fn whatever_selects_a_damaged_slot() {
    let highest = entry(u32::MAX - 1, State::Valid);
    for (first, second) in [
        // The other image was never selected, is refused, or is selected by an older entry.
        (Some(entry(2, State::Valid)), None),
        (Some(entry(2, State::Undefined)), None),
        (None, Some(confirmed(2))),
        (Some(entry(2, State::Valid)), Some(entry(1, State::Aborted))),
        (Some(entry(2, State::Valid)), Some(entry(3, State::Aborted))),
        (Some(entry(2, State::Valid)), Some(confirmed(1))),
        (Some(confirmed(2)), Some(confirmed(2))),
        (Some(highest), None),
        (Some(highest), Some(confirmed(1))),
        (Some(entry(3, State::Aborted)), Some(highest)),
        // Its CRC is zero.
        (Some(entry(0x9226_F562, State::Valid)), Some(confirmed(1))),
    ] {
        let flash = damaged(selecting(first, second), Slot::Ota1);
        cut_first_start("a damaged slot", &flash, Slot::Ota0);
    }
}

#[test]
fn no_entry_that_can_be_used() {
    let aborted = |sequence| Some(entry(sequence, State::Aborted));
    for (first, second) in [
        (aborted(1), None),
        (aborted(1), aborted(2)),
        (aborted(2), aborted(1)),
        (None, aborted(2)),
        (aborted(2), aborted(4)),
        (Some(entry(1, State::Invalid)), aborted(u32::MAX - 1)),
    ] {
        let flash = selecting(first, second);
        let came_to = start(&mut flash.clone());
        assert_eq!(came_to, (Slot::Ota0, Boot::Repaired));
        cut_first_start("no usable entry", &flash, Slot::Ota0);
        let flash = damaged(flash, Slot::Ota0);
        cut_first_start("no usable entry, and one image", &flash, Slot::Ota1);
    }
}

#[test]
fn an_image_that_was_taken_back_stays_so_when_otadata_is_repaired() {
    for refused in [0, 1] {
        let (mut first, mut second) = (None, Some(entry(2, State::Aborted)));
        if refused == 0 {
            (first, second) = (second, first);
        }
        let mut flash = selecting(first, second);
        let at = OTADATA.offset + refused * SECTOR_SIZE;
        assert_eq!(start(&mut flash), (Slot::Ota0, Boot::Repaired));
        let kept = Entry::decode(&flash.bytes(at..at + 32)).map(|entry| entry.state);
        assert_eq!(kept, Ok(State::Aborted));
    }
}

#[test]
fn erased_otadata_is_written_by_the_bootloader_itself() {
    let mut flash = selecting(None, None);
    let came_to = Boot::Confirmed { returned: None };
    assert_eq!(start(&mut flash), (Slot::Ota0, came_to));
    assert_eq!(flash.operations(), 0);
    let mut flash = damaged(selecting(None, None), Slot::Ota0);
    assert_eq!(start(&mut flash), (Slot::Ota1, came_to));
    assert_eq!(flash.operations(), 0);
}

#[test]
fn otadata_of_garbage() {
    let mut flash = selecting(None, None);
    flash.put(OTADATA.offset, &[0x5A; 2 * SECTOR_SIZE as usize]);
    cut_first_start("garbage", &flash, Slot::Ota0);
}

#[test]
fn the_image_to_go_back_to_is_damaged_too() {
    let mut flash = updated();
    for _ in 0..3 {
        start(&mut flash);
    }
    let mut flash = damaged(flash, Slot::Ota0);
    // It is taken back, the bootloader has nothing else to start, and then it stays.
    assert!(matches!(start(&mut flash).1, Boot::RolledBack(_)));
    cut_first_start("nothing else to start", &flash, Slot::Ota1);
}

#[test]
fn two_damaged_images_are_the_end() {
    let flash = damaged(damaged(updated(), Slot::Ota0), Slot::Ota1);
    assert_eq!(boot(&mut flash.clone()), None);
}
