//! Selecting an update.

use device::flash_layout::{OTADATA, SECTOR_SIZE};
use device::otadata::{Slot, State};
use device::slots::{self, Boot, Counted, SlotsError};
use simulated::bootloader::boot;
use simulated::flash::SimulatedFlash;

use crate::support::{board, confirmed, cut, entry, selecting, settled, start, updated};

/// Selecting the other slot from `slot`, cut everywhere: one of two whole images starts, an update never without its trial,
/// and selecting once more completes it.
fn cut_select(what: &str, flash: &SimulatedFlash, running: Slot) {
    let new = running.other();
    cut(
        what,
        flash,
        |flash| slots::select(flash, running, new),
        |flash, _| {
            let (slot, came_to) = start(flash);
            if slot == running {
                assert!(matches!(came_to, Boot::Confirmed { .. }), "{came_to}");
                slots::select(flash, running, new).unwrap();
                assert_eq!(boot(flash), Some(new));
            } else {
                let first = Counted {
                    boots: 1,
                    failed: 1,
                };
                assert_eq!(came_to, Boot::Trial(first));
            }
        },
    );
}

#[test]
fn from_the_factory() {
    cut_select("select, from the factory", &board(), Slot::Ota0);
}

#[test]
fn over_each_entry_that_may_be_in_the_other_sector() {
    let running = Some(confirmed(7));
    let mut tried = entry(8, State::Aborted);
    tried.label[0] = 0xF8;
    let mut found_damaged = confirmed(8);
    found_damaged.state = State::Aborted;
    let mut garbage = entry(0x1234_5678, State::Aborted);
    garbage.label = [0; 20];
    for (what, other) in [
        ("nothing", None),
        ("the image before it", Some(confirmed(6))),
        ("an update that was taken back", Some(tried)),
        ("a confirmed one that was damaged", Some(found_damaged)),
        (
            "one that the bootloader refuses",
            Some(entry(8, State::Invalid)),
        ),
        ("an old one for the same slot", Some(confirmed(5))),
        ("the same", Some(confirmed(7))),
        ("garbage", Some(garbage)),
    ] {
        let what = format!("select over {what}");
        cut_select(&what, &selecting(running, other), Slot::Ota0);
        cut_select(
            &what,
            &selecting(other.filter(|other| other.sequence != 7), running),
            Slot::Ota0,
        );
    }
}

#[test]
fn from_the_second_slot() {
    let flash = selecting(Some(confirmed(1)), Some(confirmed(2)));
    cut_select("select, from the second slot", &flash, Slot::Ota1);
}

#[test]
fn where_the_numbers_end() {
    for (running, slot) in [
        (u32::MAX - 3, Slot::Ota1),
        (u32::MAX - 2, Slot::Ota0),
        (u32::MAX - 1, Slot::Ota1),
    ] {
        for state in [State::Undefined, State::Valid] {
            let mut highest = confirmed(running);
            highest.state = state;
            let flash = selecting(Some(highest), Some(confirmed(running - 1)));
            cut_select("select, where the numbers end", &flash, slot);
        }
    }
}

#[test]
fn an_update_is_one_erase_and_32_bytes() {
    let flash = updated();
    let (kept, written) = (OTADATA.offset, OTADATA.offset + SECTOR_SIZE);
    assert_eq!(flash.wear(kept).erases, 0);
    assert_eq!(flash.wear(written).erases, 1);
    assert_eq!(flash.wear(written).programs, 2);
    let bytes = flash.bytes(written..written + 32);
    assert_eq!(bytes, entry(2, State::Undefined).encode());
}

#[test]
fn an_image_on_trial_selects_nothing_and_nobody_selects_itself() {
    let mut flash = updated();
    assert_eq!(start(&mut flash).0, Slot::Ota1);
    let before = flash.operations();
    let refused = slots::select(&mut flash, Slot::Ota1, Slot::Ota0);
    assert_eq!(refused, Err(SlotsError::OnTrial(Slot::Ota1)));
    let refused = slots::select(&mut flash, Slot::Ota1, Slot::Ota1);
    assert_eq!(refused, Err(SlotsError::Running(Slot::Ota1)));
    assert_eq!(flash.operations(), before);
}

#[test]
fn selected_twice_within_a_boot() {
    let mut flash = updated();
    slots::select(&mut flash, Slot::Ota0, slots::spare(Slot::Ota0)).unwrap();
    let first = Counted {
        boots: 1,
        failed: 1,
    };
    assert_eq!(settled(&mut flash), (Slot::Ota1, Boot::Trial(first)));
}

#[test]
fn a_sector_that_cannot_be_erased_is_found_and_the_running_image_stays() {
    let mut flash = selecting(Some(confirmed(7)), Some(confirmed(6)));
    flash.wear_out(OTADATA.offset + SECTOR_SIZE);
    let refused = slots::select(&mut flash, Slot::Ota0, Slot::Ota1);
    assert!(matches!(refused, Err(SlotsError::Flash(_))), "{refused:?}");
    let (slot, came_to) = start(&mut flash);
    assert_eq!(
        (slot, came_to),
        (Slot::Ota0, Boot::Confirmed { returned: None })
    );
}
