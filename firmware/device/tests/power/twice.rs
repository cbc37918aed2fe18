//! Power that is cut again and again, at points that nobody chose.

use device::otadata::Slot;
use device::slots::{self, Boot};
use proptest::prelude::*;
use simulated::bootloader::boot;
use simulated::flash::{Cut, SimulatedFlash};

use crate::life::{self, Life};
use crate::support::{board, settled};

fn cuts() -> impl Strategy<Value = Vec<(u32, Cut)>> {
    let cut = prop_oneof![
        Just(Cut::Before),
        Just(Cut::After),
        any::<u64>().prop_map(Cut::Torn)
    ];
    prop::collection::vec((0..24_u32, cut), 2..6)
}

/// What `act` leaves when the power is cut in it as often as `cuts` says, each time after it came back.
fn battered(
    flash: &mut SimulatedFlash,
    cuts: &[(u32, Cut)],
    mut act: impl FnMut(&mut SimulatedFlash),
) {
    for (n, cut) in cuts {
        flash.cut_at(*n, *cut);
        act(flash);
        flash.power_on();
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn selecting(cuts in cuts()) {
        let mut flash = board();
        battered(&mut flash, &cuts, |flash| {
            let slot = boot(flash).expect("a slot that starts");
            let came_to = slots::at_boot(flash, slot);
            if let Ok(Boot::Confirmed { .. }) = came_to {
                let _ = slots::select(flash, slot, slot.other());
            }
        });
        let fell_back = matches!(settled(&mut flash).1, Boot::FellBack { .. });
        prop_assert!(!fell_back);
    }

    #[test]
    fn a_whole_life(cuts in cuts()) {
        let mut flash = life::new_device();
        battered(&mut flash, &cuts, |flash| life::live(flash, Life::Works));
        life::live(&mut flash, Life::Works);
        prop_assert!(life::is_updated(&mut flash));
    }

    #[test]
    fn a_life_with_an_update_that_fails(cuts in cuts()) {
        let mut flash = life::new_device();
        battered(&mut flash, &cuts, |flash| life::live(flash, Life::Fails));
        life::live(&mut flash, Life::Fails);
        let (slot, came_to) = settled(&mut flash);
        prop_assert_eq!(slot, Slot::Ota0);
        let confirmed = matches!(came_to, Boot::Confirmed { .. });
        prop_assert!(confirmed, "{}", came_to);
    }
}
