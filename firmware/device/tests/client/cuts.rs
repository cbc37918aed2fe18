//! The power is cut at each erase and each program command of all that a device does in its life. Whenever it comes back, a whole
//! image starts that is not older than the confirmed one, and the update is completed.

use device::client::Restart;
use device::otadata::Slot;
use device::rescue::{self, Origin};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed};
use simulated::flash::{Cut, SimulatedFlash};
use simulated::internet::Manner;
use simulated::power::{Cuts, Point, every_cut};

use crate::pki::PKI;
use crate::rescue::{envelope, payload, rescue_floor, stranded};
use crate::rescuers::RESCUERS;
use crate::simulated_device::{Device, LONG, PATIENCE};
use crate::world::{NEW, OLD, PRIMARY, World, new, old};

/// Ways to tear each operation.
const TEARS: u64 = 2;
/// Restarts within which the new image must run and find that nothing is newer.
const RESTARTS: usize = 6;

/// Where a phase of a device's life begins.
struct Phase {
    world: World,
    flash: SimulatedFlash,
}

impl Phase {
    fn of(device: Device) -> Self {
        Self {
            world: device.world,
            flash: device.flash,
        }
    }

    /// The same board and world, from the beginning of time.
    fn device(&self, flash: &SimulatedFlash) -> Device {
        Device::with(self.world.copy(), flash.clone())
    }

    /// Cuts the power at each point of `act`, and lets `check` look at the device that wakes up.
    fn cut(&self, act: impl Fn(&mut Device), check: impl Fn(Device, Option<Point>)) -> Cuts {
        let operation = |flash: &mut SimulatedFlash| {
            let mut device = self.device(flash);
            act(&mut device);
            *flash = device.flash;
        };
        let look = |flash: &mut SimulatedFlash, point| check(self.device(flash), point);
        every_cut(&self.flash, TEARS, operation, look)
    }
}

/// The old image runs and is confirmed; a newer one is released.
fn released() -> Phase {
    let world = World::new(&[old(), new()]);
    world.publish(&new().release(&[0]));
    Phase::of(Device::new(world, &old()))
}

/// The new image is selected, and was not started yet.
fn installed() -> Phase {
    let Phase { world, flash } = released();
    let mut device = Device::with(world.copy(), flash);
    assert_eq!(device.session(1).restart, Some(Restart::Updated));
    Phase {
        world,
        flash: device.flash,
    }
}

/// A slot with a whole image starts; with the one that runs goes at least one whole image.
fn require_bootable(device: &mut Device, versions: &[&str]) {
    let (_, version) = device.boots();
    assert!(versions.contains(&&*version), "{version} starts");
}

/// Life goes on: at last the new image runs.
fn require_update(device: &mut Device) {
    device.live_until(NEW, RESTARTS);
    assert_eq!(device.version(Slot::Ota0).as_deref(), Some(OLD));
    let memory = device.memory();
    assert_eq!((memory.failed_release, memory.rolled_back), (None, None));
    let release = memory.release.expect("it is confirmed");
    assert_eq!(release.version.as_str(), NEW);
}

#[test]
fn of_an_update() {
    let phase = released();
    let cuts = phase.cut(
        |device| drop(device.session(1)),
        |mut device, point| {
            require_bootable(&mut device, &[OLD, NEW]);
            // The slot that runs is not written.
            assert_eq!(device.version(Slot::Ota0).as_deref(), Some(OLD));
            if point.is_none() {
                assert_eq!(device.boots().1, NEW);
            }
            require_update(&mut device);
        },
    );
    println!("an update: {cuts}");
    assert!(cuts.operations > 600);
}

#[test]
fn of_the_first_start_of_an_image() {
    let phase = installed();
    let cuts = phase.cut(
        |device| drop(device.session(1)),
        |mut device, _| {
            require_bootable(&mut device, &[NEW]);
            require_update(&mut device);
        },
    );
    println!("the first start and confirming: {cuts}");
}

/// Once it is confirmed, no older one ever starts.
#[test]
fn of_the_starts_of_a_confirmed_image() {
    let Phase { world, flash } = installed();
    let mut device = Device::with(world.copy(), flash);
    device.session(1);
    // Something is to be remembered.
    world.behave_all(&Manner::Refuses);
    let phase = Phase {
        world,
        flash: device.flash,
    };
    let cuts = phase.cut(
        |device| drop(device.session_until(3, |_| false)),
        |mut device, _| {
            require_bootable(&mut device, &[NEW]);
            // What keeps old releases and old certificates out is never lost.
            let memory = device.memory();
            let release = memory.release.expect("it is confirmed");
            assert_eq!(release.version.as_str(), NEW);
            assert!(memory.floor.is_some());
            device.world.behave_all(&Manner::Serves);
            require_update(&mut device);
        },
    );
    println!("rounds that fail: {cuts}");
}

#[test]
fn of_taking_an_image_back() {
    let phase = installed();
    // Each round takes longer than with servers that refuse, so there are fewer.
    phase.world.behave_all(&Manner::Silent);
    let cuts = phase.cut(
        |device| {
            let session = device.session(LONG);
            if session.restart.is_some() && !device.flash.is_off() {
                device.session(1);
            }
        },
        |mut device, point| {
            require_bootable(&mut device, &[OLD, NEW]);
            if point.is_none() {
                assert_eq!(device.boots().1, OLD);
            }
            device.world.behave_all(&Manner::Serves);
            require_update(&mut device);
        },
    );
    println!("a trial that is over: {cuts}");
}

#[test]
fn of_writing_a_rescue_store() {
    let device = stranded();
    let first = envelope(&payload(9, &[&PKI.later]), &RESCUERS[..2]);
    device.world.offer_rescue(PRIMARY, &first);
    let cuts = Phase::of(device).cut(act_rescue, require_rescue);
    println!("a rescue store: {cuts}");
}

/// One is in force already, in the other copy.
#[test]
fn of_writing_a_second_rescue_store() {
    let mut device = stranded();
    let wrong = payload(9, &[&PKI.other]);
    device
        .world
        .offer_rescue(PRIMARY, &envelope(&wrong, &RESCUERS[..2]));
    assert!(!device.session(2).succeeded);
    let second = envelope(&payload(10, &[&PKI.later]), &RESCUERS[..2]);
    device.world.offer_rescue(PRIMARY, &second);
    let image = old().store;
    let phase = Phase::of(device);
    let cuts = phase.cut(act_rescue, |mut device, point| {
        let copies = rescue::load(&mut device.flash, &image);
        let in_force = copies.in_force(&image);
        assert_eq!(in_force.origin(), Origin::Rescue);
        assert!(matches!(in_force.sequence(), 9 | 10));
        assert!(matches!(rescue_floor(&device.memory()), 9 | 10));
        require_rescue(device, point);
    });
    println!("a second rescue store: {cuts}");
}

/// A round that ends with a rescue store, and the update after it.
fn act_rescue(device: &mut Device) {
    device.session_until(1, |_| true);
}

fn require_rescue(mut device: Device, _: Option<Point>) {
    require_bootable(&mut device, &[OLD]);
    device.live_until(NEW, RESTARTS);
}

proptest! {
    #![proptest_config(Config {
        cases: 96,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(0x5045_5245),
        ..Config::default()
    })]

    /// The power is cut anywhere in the life of a device, and again and again while it recovers.
    #[test]
    fn again_and_again(cuts in proptest::collection::vec((0_u32..900, any::<u64>()), 2..5), late in any::<bool>()) {
        let phase = if late { installed() } else { released() };
        let mut device = phase.device(&phase.flash);
        for (operation, seed) in cuts {
            let cut = match seed % 6 {
                0 => Cut::Before,
                1 => Cut::After,
                _ => Cut::Torn(seed),
            };
            device.flash.cut_at(operation, cut);
            for _ in 0..RESTARTS {
                if !device.flash.is_off() {
                    device.session(PATIENCE);
                }
            }
            device.flash.power_on();
            let allowed = [OLD, NEW];
            require_bootable(&mut device, &allowed);
        }
        require_update(&mut device);
    }
}
