//! The trial of an update: counting its boots, confirming it, taking it back.

use device::flash_layout::OTADATA;
use device::otadata::{Slot, State};
use device::slots::{self, Boot, Counted, MAX_BOOTS, SlotsError, Why};
use simulated::bootloader::boot;
use simulated::flash::SimulatedFlash;

use crate::support::{confirmed, cut, entry, selecting, settled, start, updated};

const fn trial(boots: u32, failed: u32) -> Boot {
    Boot::Trial(Counted { boots, failed })
}

/// An update that was started `boots` times, and reached the network each time.
fn tried(boots: u32) -> SimulatedFlash {
    let mut flash = updated();
    for _ in 0..boots {
        assert_eq!(start(&mut flash).0, Slot::Ota1);
        slots::reached_network(&mut flash, Slot::Ota1).unwrap();
    }
    flash
}

#[test]
fn three_boots_that_fail_and_the_old_image_is_back() {
    let mut flash = updated();
    for boots in 1..=3 {
        assert_eq!(start(&mut flash), (Slot::Ota1, trial(boots, boots)));
    }
    let rolled_back = Boot::RolledBack(Why::FailedBoots);
    assert_eq!(start(&mut flash), (Slot::Ota1, rolled_back));
    let returned = Some(Counted {
        boots: 3,
        failed: 3,
    });
    for _ in 0..2 {
        let stays = (Slot::Ota0, Boot::Confirmed { returned });
        assert_eq!(start(&mut flash), stays);
    }
}

#[test]
fn resets_in_the_network_phase_do_not_count_until_there_were_24() {
    let mut flash = tried(MAX_BOOTS);
    let rolled_back = Boot::RolledBack(Why::TooManyBoots);
    assert_eq!(start(&mut flash), (Slot::Ota1, rolled_back));
    assert_eq!(start(&mut flash).0, Slot::Ota0);
}

#[test]
fn reaching_the_network_twice_excuses_one_boot_only() {
    let mut flash = updated();
    start(&mut flash);
    start(&mut flash);
    for _ in 0..2 {
        slots::reached_network(&mut flash, Slot::Ota1).unwrap();
    }
    assert_eq!(start(&mut flash), (Slot::Ota1, trial(3, 2)));
}

#[test]
fn counting_cut_everywhere() {
    for boots in [0, 1, 2, 7, MAX_BOOTS - 1] {
        cut(
            "count a boot",
            &tried(boots),
            |flash| slots::at_boot(flash, Slot::Ota1),
            |flash, point| {
                // A cut boot is counted or not, and never as more than one.
                let (slot, came_to) = start(flash);
                assert_eq!(slot, Slot::Ota1);
                let second = point.is_none() || came_to != trial(boots + 1, 1);
                let expected = match second {
                    true if boots + 1 == MAX_BOOTS => Boot::RolledBack(Why::TooManyBoots),
                    true => trial(boots + 2, 2),
                    false => trial(boots + 1, 1),
                };
                assert_eq!(came_to, expected);
            },
        );
    }
}

#[test]
fn reaching_the_network_cut_everywhere() {
    let mut flash = tried(1);
    start(&mut flash);
    cut(
        "reach the network",
        &flash,
        |flash| slots::reached_network(flash, Slot::Ota1),
        |flash, point| {
            let (_, came_to) = start(flash);
            let noted = came_to == trial(3, 1);
            assert!(noted || point.is_some() && came_to == trial(3, 2));
        },
    );
}

#[test]
fn confirming_cut_everywhere() {
    let mut flash = updated();
    start(&mut flash);
    cut(
        "confirm",
        &flash,
        |flash| slots::confirm(flash, Slot::Ota1),
        |flash, _| {
            let (slot, came_to) = start(flash);
            assert_eq!(slot, Slot::Ota1);
            let is_confirmed = Boot::Confirmed { returned: None };
            assert!(came_to == is_confirmed || came_to == trial(2, 2));
            slots::confirm(flash, slot).unwrap();
            assert_eq!(start(flash), (Slot::Ota1, is_confirmed));
        },
    );
}

#[test]
fn a_confirmed_image_is_not_written_to() {
    let mut flash = updated();
    start(&mut flash);
    slots::confirm(&mut flash, Slot::Ota1).unwrap();
    let before = flash.operations();
    slots::confirm(&mut flash, Slot::Ota1).unwrap();
    slots::reached_network(&mut flash, Slot::Ota1).unwrap();
    start(&mut flash);
    assert_eq!(flash.operations(), before);
    let refused = slots::roll_back(&mut flash, Slot::Ota1);
    assert_eq!(refused, Err(SlotsError::Confirmed(Slot::Ota1)));
}

#[test]
fn taking_back_cut_everywhere() {
    let mut flash = updated();
    start(&mut flash);
    cut(
        "roll back",
        &flash,
        |flash| slots::roll_back(flash, Slot::Ota1),
        |flash, point| {
            let (slot, came_to) = settled(flash);
            if came_to == trial(2, 2) {
                assert!(point.is_some(), "nothing was taken back");
                slots::roll_back(flash, slot).unwrap();
            }
            let back = Boot::Confirmed {
                returned: Some(Counted {
                    boots: if came_to == trial(2, 2) { 2 } else { 1 },
                    failed: if came_to == trial(2, 2) { 2 } else { 1 },
                }),
            };
            assert_eq!(start(flash), (Slot::Ota0, back));
        },
    );
}

#[test]
fn the_fourth_failed_boot_cut_everywhere() {
    let mut flash = updated();
    for _ in 0..3 {
        start(&mut flash);
    }
    cut(
        "roll back at boot",
        &flash,
        |flash| slots::at_boot(flash, Slot::Ota1),
        |flash, _| {
            let (slot, came_to) = settled(flash);
            assert_eq!(slot, Slot::Ota0);
            assert!(matches!(came_to, Boot::Confirmed { returned: Some(_) }));
        },
    );
}

/// No state on the way from undefined to aborted is one that a bootloader refuses, takes as new or as valid.
#[test]
fn every_torn_aborted_state_is_started_and_taken_back_again() {
    for bits in 0..=u8::MAX {
        let mut flash = selecting(Some(confirmed(1)), Some(entry(2, State::Undefined)));
        // The bits of 4 stay; of all others, those of one byte and those of the rest of the word go.
        let torn = [bits | 4, 0xFF, bits, bits];
        flash.put(OTADATA.offset + 0x1000 + 24, &torn);
        let whole = u32::from_le_bytes(torn);
        assert_eq!(boot(&mut flash), Some(Slot::Ota1));
        let (_, came_to) = start(&mut flash);
        match whole {
            u32::MAX => assert_eq!(came_to, trial(1, 1)),
            _ => assert_eq!(came_to, Boot::RolledBack(Why::Interrupted)),
        }
    }
}

#[test]
fn with_nothing_to_go_back_to_the_image_goes_on() {
    let other_refused = Some(entry(1, State::Aborted));
    for other in [None, other_refused, Some(confirmed(2))] {
        let mut flash = selecting(other, Some(entry(4, State::Undefined)));
        for boots in 1..=40 {
            let counted = boots.min(32);
            assert_eq!(start(&mut flash), (Slot::Ota1, trial(counted, counted)));
        }
        let refused = slots::roll_back(&mut flash, Slot::Ota1);
        assert_eq!(refused, Err(SlotsError::NoWayBack(Slot::Ota1)));
        slots::confirm(&mut flash, Slot::Ota1).unwrap();
        assert!(matches!(start(&mut flash).1, Boot::Confirmed { .. }));
    }
}

#[test]
fn only_what_is_selected_confirms_itself() {
    let mut flash = updated();
    let refused = Err(SlotsError::NotSelected(Slot::Ota0));
    assert_eq!(slots::confirm(&mut flash, Slot::Ota0), refused);
    assert_eq!(slots::reached_network(&mut flash, Slot::Ota0), refused);
    assert_eq!(slots::roll_back(&mut flash, Slot::Ota0), refused);
}

#[test]
fn flash_that_cannot_be_read_is_an_error_and_nothing_is_written() {
    let mut flash = updated();
    let before = flash.operations();
    flash.fail_reads(OTADATA.offset..OTADATA.end());
    let results = [
        slots::at_boot(&mut flash, Slot::Ota1).map(drop),
        slots::reached_network(&mut flash, Slot::Ota1),
        slots::confirm(&mut flash, Slot::Ota1),
        slots::roll_back(&mut flash, Slot::Ota1),
        slots::select(&mut flash, Slot::Ota0, Slot::Ota1),
    ];
    for result in results {
        let error = result.unwrap_err();
        assert_eq!(error.to_string(), "otadata: the flash reports: Other");
    }
    assert_eq!(flash.operations(), before);
}
