//! Power that is cut again and again.

use device::otadata::Slot;
use device::slots::{self, Boot};
use proptest::prelude::*;
use simulated::bootloader::boot;
use simulated::flash::{Cut, SimulatedFlash};

use crate::drawn::{self, Came};
use crate::life::{self, Life};
use crate::support::{board, settled};

const LIVES: u32 = 1500;

fn cuts() -> impl Strategy<Value = Vec<(u32, Cut)>> {
    prop::collection::vec(drawn::cut(24), 2..6)
}

/// What `act` leaves when the power is cut in it as often as `cuts` says, each time after it came back.
fn battered(
    flash: &mut SimulatedFlash,
    cuts: &[(u32, Cut)],
    came: &Came,
    mut act: impl FnMut(&mut SimulatedFlash),
) {
    for (n, cut) in cuts {
        flash.cut_at(*n, *cut);
        act(flash);
        came.power_on(flash);
    }
}

/// Starts until there is no power: what is confirmed selects the other image, and that one is taken back.
fn select_and_take_back(flash: &mut SimulatedFlash) {
    for _ in 0..12 {
        if flash.is_off() {
            return;
        }
        let slot = boot(flash).expect("a slot that starts");
        let Ok(came_to) = slots::at_boot(flash, slot) else {
            continue;
        };
        require_way_back(slot, came_to);
        let _ = match came_to {
            Boot::Confirmed { .. } => slots::select(flash, slot, slot.other()),
            _ => slots::roll_back(flash, slot),
        };
    }
}

/// The first image is the confirmed one all the time, and the other one is never started but on trial.
fn require_way_back(slot: Slot, came_to: Boot) {
    let allowed = match slot {
        Slot::Ota0 => matches!(came_to, Boot::Confirmed { .. }),
        Slot::Ota1 => matches!(came_to, Boot::Trial(_) | Boot::RolledBack(_)),
    };
    assert!(allowed, "{slot}: {came_to}");
}

#[test]
fn selecting_and_taking_back() {
    drawn::each("selecting and taking back", LIVES, &cuts(), |cuts, came| {
        let mut flash = board();
        battered(&mut flash, &cuts, came, select_and_take_back);
        let (slot, came_to) = settled(&mut flash);
        require_way_back(slot, came_to);
        if slot == Slot::Ota0 {
            slots::select(&mut flash, Slot::Ota0, Slot::Ota1).unwrap();
            assert_eq!(settled(&mut flash).0, Slot::Ota1);
        }
        slots::roll_back(&mut flash, Slot::Ota1).unwrap();
        let (slot, came_to) = settled(&mut flash);
        assert_eq!(slot, Slot::Ota0);
        assert!(matches!(came_to, Boot::Confirmed { returned: Some(_) }));
    });
}

#[test]
fn a_whole_life() {
    drawn::each("a whole life", LIVES, &cuts(), |cuts, came| {
        let mut flash = life::new_device();
        battered(&mut flash, &cuts, came, |flash| {
            life::live(flash, Life::Works);
        });
        life::live(&mut flash, Life::Works);
        assert!(life::is_updated(&mut flash));
    });
}

#[test]
fn a_life_with_an_update_that_fails() {
    drawn::each("an update that fails", LIVES, &cuts(), |cuts, came| {
        let mut flash = life::new_device();
        battered(&mut flash, &cuts, came, |flash| {
            life::live(flash, Life::Fails);
        });
        life::live(&mut flash, Life::Fails);
        let (slot, came_to) = settled(&mut flash);
        assert_eq!(slot, Slot::Ota0);
        assert!(matches!(came_to, Boot::Confirmed { .. }), "{came_to}");
    });
}
