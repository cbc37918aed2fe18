//! The power is cut at points that nobody chose, and again while the device comes back.

use proptest::collection::vec;
use proptest::prelude::*;

use crate::cuts::{
    Phase, RESTARTS, act_rescue, act_rollback, installed, offered, offered_again, released,
    require_bootable, require_rescue, require_rollback, require_second_rescue, require_update,
};
use crate::drawn;
use crate::simulated_device::{Device, PATIENCE};
use crate::world::{NEW, OLD};
use simulated::internet::Manner;

/// Pairs of cuts of each kind.
const PAIRS: u32 = 200;
const LIVES: u32 = 96;

/// A cut in `act`, and one in what the device does after that.
fn twice(what: &str, phase: &Phase, act: impl Fn(&mut Device), check: impl Fn(Device)) {
    let mut whole = phase.device(&phase.flash);
    act(&mut whole);
    let operations = whole.flash.operations() - phase.flash.operations();
    let pairs = [drawn::cut(operations), drawn::cut(operations)];
    drawn::each(what, PAIRS, &pairs, |pair, came| {
        let mut flash = phase.flash.clone();
        for (operation, cut) in pair {
            flash.cut_at(operation, cut);
            let mut device = phase.device(&flash);
            act(&mut device);
            flash = device.flash;
            came.power_on(&mut flash);
        }
        check(phase.device(&flash));
    });
}

#[test]
fn in_a_rollback() {
    let phase = installed();
    phase.world.behave_all(&Manner::Silent);
    twice("a rollback", &phase, act_rollback, require_rollback);
}

#[test]
fn in_a_rescue() {
    twice("a rescue", &offered(), act_rescue, require_rescue);
}

#[test]
fn in_a_second_rescue() {
    let phase = offered_again();
    twice("a second rescue", &phase, act_rescue, require_second_rescue);
}

/// Anywhere in the life of a device, and again and again while it recovers.
#[test]
fn in_its_whole_life() {
    let lives = any::<bool>().prop_flat_map(|late| {
        let operations = if late { 60 } else { 900 };
        (Just(late), vec(drawn::cut(operations), 2..5))
    });
    drawn::each("a whole life", LIVES, &lives, |(late, cuts), came| {
        let phase = if late { installed() } else { released() };
        let mut device = phase.device(&phase.flash);
        for (operation, cut) in cuts {
            device.flash.cut_at(operation, cut);
            for _ in 0..RESTARTS {
                if !device.flash.is_off() {
                    device.session(PATIENCE);
                }
            }
            came.power_on(&mut device.flash);
            require_bootable(&mut device, &[OLD, NEW]);
        }
        require_update(&mut device);
    });
}
