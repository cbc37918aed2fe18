//! The power is cut at each erase and each program command of all that a device does in its life. Whenever it comes back, a whole
//! image starts that is not older than the confirmed one, and the update is completed.

use std::cell::Cell;

use device::client::{Restart, TRIAL_LIMIT};
use device::otadata::Slot;
use device::rescue::{self, Origin};
use device::slots::MAX_BOOTS;
use simulated::flash::{Cut, SimulatedFlash};
use simulated::internet::Manner;
use simulated::power::{Cuts, Point, every_cut};

use crate::pki::PKI;
use crate::rescue::{envelope, payload, rescue_floor, stranded};
use crate::rescuers::RESCUERS;
use crate::simulated_device::{Device, LONG};
use crate::world::{NEW, OLD, PRIMARY, World, new, old};

/// Ways to tear each operation.
const TEARS: u64 = 2;
/// Restarts within which the new image must run and find that nothing is newer.
pub(crate) const RESTARTS: usize = 6;

/// Where a phase of a device's life begins.
pub(crate) struct Phase {
    pub(crate) world: World,
    pub(crate) flash: SimulatedFlash,
}

impl Phase {
    pub(crate) fn of(device: Device) -> Self {
        Self {
            world: device.world,
            flash: device.flash,
        }
    }

    /// The same board and world, from the beginning of time.
    pub(crate) fn device(&self, flash: &SimulatedFlash) -> Device {
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
pub(crate) fn released() -> Phase {
    let world = World::new(&[old(), new()]);
    world.publish(&new().release(&[0]));
    Phase::of(Device::new(world, &old()))
}

/// The new image is selected, and was not started yet.
pub(crate) fn installed() -> Phase {
    let Phase { world, flash } = released();
    let mut device = Device::with(world.copy(), flash);
    assert_eq!(device.session(1).restart, Some(Restart::Updated));
    Phase {
        world,
        flash: device.flash,
    }
}

/// A slot with a whole image starts; with the one that runs goes at least one whole image.
pub(crate) fn require_bootable(device: &mut Device, versions: &[&str]) {
    let (_, version) = device.boots();
    assert!(versions.contains(&&*version), "{version} starts");
}

/// Life goes on: at last the new image runs.
pub(crate) fn require_update(device: &mut Device) {
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
    let cuts = phase.cut(act_rollback, |mut device, point| {
        if point.is_none() {
            assert_eq!(device.boots().1, OLD);
        }
        require_rollback(device);
    });
    println!("a trial that is over: {cuts}");
}

/// A trial that no server ends, and a round of the image before it.
pub(crate) fn act_rollback(device: &mut Device) {
    let session = device.session(LONG);
    if session.restart.is_some() && !device.flash.is_off() {
        device.session(1);
    }
}

/// When the servers are there again, the release is tried again.
pub(crate) fn require_rollback(mut device: Device) {
    require_bootable(&mut device, &[OLD, NEW]);
    device.world.behave_all(&Manner::Serves);
    require_update(&mut device);
}

/// Why a trial ends is remembered before the image is taken back. After a cut in between the trial is repeated, and ends alike.
#[test]
fn of_the_end_of_a_trial() {
    let phase = installed();
    phase.world.behave_all(&Manner::Silent);
    let ended = Cell::new(false);
    let [repeated, taken_back] = [Cell::new(0), Cell::new(0)];
    let act = |device: &mut Device| {
        device.session(LONG);
        ended.set(device.world.timer.now() >= TRIAL_LIMIT);
    };
    phase.cut(act, |mut device, point| {
        if point.is_none() || !ended.get() {
            return;
        }
        let came_to = [&taken_back, &repeated][usize::from(device.boots().1 == NEW)];
        came_to.set(came_to.get() + 1);
        while device.boots().1 == NEW {
            let session = device.session(LONG);
            assert_eq!(session.restart, Some(Restart::RolledBack));
        }
        let memory = device.memory();
        assert!(memory.rolled_back.is_some() && memory.failed_release.is_some());
        require_rollback(device);
    });
    let [repeated, taken_back] = [repeated.get(), taken_back.get()];
    println!("the end of a trial: {repeated} cuts and it is repeated, {taken_back} and it is over");
    assert!(repeated > 20 && taken_back > 0);
}

/// Whoever cuts the power each time before the image is taken back: its starts are counted.
#[test]
fn of_the_end_of_each_trial() {
    let Phase { world, flash } = installed();
    world.behave_all(&Manner::Silent);
    let mut device = Device::with(world, flash);
    let mut trials = 0;
    while device.boots().1 == NEW {
        let mut whole = Device::with(device.world.copy(), device.flash.clone());
        assert_eq!(whole.session(LONG).restart, Some(Restart::RolledBack));
        let operations = whole.flash.operations() - device.flash.operations();
        device.flash.cut_at(operations - 1, Cut::Before);
        device.session(LONG);
        assert!(device.flash.is_off());
        device.flash.power_on();
        trials += 1;
    }
    // In the last one the image was taken back as it started, before that was remembered.
    assert_eq!(trials, MAX_BOOTS + 1);
    assert_eq!(device.boots().1, OLD);
    assert!(device.memory().failed_release.is_some());
    require_rollback(device);
}

#[test]
fn of_writing_a_rescue_store() {
    let cuts = offered().cut(act_rescue, |device, _| require_rescue(device));
    println!("a rescue store: {cuts}");
}

/// No server is trusted, and a rescue store is there.
pub(crate) fn offered() -> Phase {
    let device = stranded();
    let first = envelope(&payload(9, &[&PKI.later]), &RESCUERS[..2]);
    device.world.offer_rescue(PRIMARY, &first);
    Phase::of(device)
}

#[test]
fn of_writing_a_second_rescue_store() {
    let cuts = offered_again().cut(act_rescue, |device, _| require_second_rescue(device));
    println!("a second rescue store: {cuts}");
}

/// One is in force already, in the other copy.
pub(crate) fn offered_again() -> Phase {
    let mut device = stranded();
    let wrong = payload(9, &[&PKI.other]);
    device
        .world
        .offer_rescue(PRIMARY, &envelope(&wrong, &RESCUERS[..2]));
    assert!(!device.session(2).succeeded);
    let second = envelope(&payload(10, &[&PKI.later]), &RESCUERS[..2]);
    device.world.offer_rescue(PRIMARY, &second);
    Phase::of(device)
}

/// The one that was in force still is, or the second.
pub(crate) fn require_second_rescue(mut device: Device) {
    let image = old().store;
    let copies = rescue::load(&mut device.flash, &image);
    let in_force = copies.in_force(&image);
    assert_eq!(in_force.origin(), Origin::Rescue);
    assert!(matches!(in_force.sequence(), 9 | 10));
    assert!(matches!(rescue_floor(&device.memory()), 9 | 10));
    require_rescue(device);
}

/// A round that ends with a rescue store, and the update after it.
pub(crate) fn act_rescue(device: &mut Device) {
    device.session_until(1, |_| true);
}

pub(crate) fn require_rescue(mut device: Device) {
    require_bootable(&mut device, &[OLD]);
    device.live_until(NEW, RESTARTS);
}
