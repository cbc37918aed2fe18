//! An image on trial that does not prove itself is taken back, and its release is tried again: later, and not never.

use std::time::Duration;

use device::client::{Restart, TRIAL_LIMIT};
use device::memory::RolledBack;
use device::otadata::Slot;
use device::slots::{MAX_FAILED_BOOTS, Why};
use simulated::internet::Manner;

use crate::pki::{PKI, identity};
use crate::simulated_device::{Device, LONG, NotStarted, PATIENCE};
use crate::update::update;
use crate::world::{FAILOVER, Files, NEW, OLD, PRIMARY, World, new, old, release_keys, store};
use crate::{keys, world};

const HOUR: Duration = Duration::from_hours(1);

/// A device on which the new image is selected and was not started yet.
pub(crate) fn installed() -> Device {
    let world = World::new(&[old(), new()]);
    world.publish(&new().release(&[0]));
    let mut device = Device::new(world, &old());
    assert_eq!(device.session(1).restart, Some(Restart::Updated));
    device.lines.take();
    device
}

/// Rounds until the image that is on trial is taken back; how long that took.
pub(crate) fn until_taken_back(device: &mut Device) -> Duration {
    let before = device.world.timer.now();
    let session = device.session(LONG);
    assert_eq!(session.version, NEW);
    assert_eq!(session.restart, Some(Restart::RolledBack));
    device.world.timer.now() - before
}

/// The old image runs on, and tries that release again when it is time.
fn require_another_try(device: &mut Device, attempts: u8, pause: Duration) {
    let release = device.memory().failed_release.unwrap();
    assert_eq!(release.attempts, attempts);
    device.world.publish(&new().release(&[0]));
    let began = device.world.timer.now();
    let session = device.session_until(PATIENCE, |_| false);
    assert_eq!((&*session.version, session.slot), (OLD, Slot::Ota0));
    assert_eq!(session.restart, Some(Restart::Updated));
    assert!(!session.on_trial && !session.waits.is_empty());
    let lines = device.lines.take();
    let waits =
        |line: &String| line.contains(" is newer, but it") && line.contains("is tried again");
    assert!(lines.iter().any(waits), "{lines:#?}");
    // The pause began when it was selected.
    let waited = device.world.timer.now() - began;
    assert!(waited + TRIAL_LIMIT * 2 > pause, "{waited:?}");
    assert!(waited < pause * 3 / 2, "{waited:?}");
}

/// What an image on trial may find, so that it never reaches a signed manifest that is not older than itself; what that says of
/// the image.
type Row = (&'static str, fn(&World), RolledBack);

const HOPELESS: [Row; 9] = [
    (
        "the servers are gone",
        |world| world.behave_all(&Manner::Refuses),
        RolledBack::NoServer,
    ),
    (
        "the servers are silent",
        |world| world.behave_all(&Manner::Silent),
        RolledBack::NoServer,
    ),
    (
        "the servers are overloaded",
        |world| world.behave_all(&Manner::Status(503)),
        RolledBack::NoServer,
    ),
    (
        "the network is not there",
        |world| {
            world.behave_all(&Manner::Refuses);
            world.internet.hide_time();
        },
        RolledBack::NoServer,
    ),
    (
        "the servers have other certificates",
        |world| {
            for host in [PRIMARY, FAILOVER] {
                world.identities.set(host, &identity(&PKI.later, host));
            }
        },
        RolledBack::NoServer,
    ),
    (
        "a stranger signed",
        |world| world.publish(&new().release(&[keys::STRANGER])),
        RolledBack::NoManifest,
    ),
    (
        "another product",
        |world| world.publish(&other_product()),
        RolledBack::NoManifest,
    ),
    (
        "an older release",
        |world| world.publish(&old().release(&[0])),
        RolledBack::NoManifest,
    ),
    (
        "no release",
        |world| world.publish(&Files::new()),
        RolledBack::NoManifest,
    ),
];

fn other_product() -> Files {
    let mut update = update();
    update.manifest["product"] = "doorbell".into();
    update.publish();
    update.server.files
}

#[test]
fn an_image_that_reaches_no_signed_manifest_is_taken_back_and_tried_again() {
    for (name, change, why) in HOPELESS {
        println!("{name}");
        let mut device = installed();
        let world = device.world.copy();
        change(&device.world);
        let took = until_taken_back(&mut device);
        assert!(took >= TRIAL_LIMIT && took < TRIAL_LIMIT * 2, "{took:?}");
        let rolled_back = device.memory().rolled_back;
        assert_eq!(rolled_back, Some(why));
        let attempts = u8::from(why == RolledBack::NoManifest);
        // Its servers are as they were.
        device.world = World {
            timer: device.world.timer.clone(),
            internet: world.internet.copy(&device.world.timer),
            ..world
        };
        require_another_try(&mut device, attempts, HOUR);
        device.live_until(NEW, 1);
        assert_eq!(device.memory().failed_release, None);
        assert_eq!(device.memory().rolled_back, None);
    }
}

#[test]
fn each_pause_is_twice_as_long_until_it_is_a_day() {
    let mut device = installed();
    let mut pauses = Vec::new();
    for _ in 0..8 {
        device.world.publish(&Files::new());
        until_taken_back(&mut device);
        device.world.publish(&new().release(&[0]));
        let began = device.world.timer.now();
        let session = device.session_until(100, |_| false);
        assert_eq!(session.restart, Some(Restart::Updated));
        let pause = device.world.timer.now() - began;
        pauses.push(pause.as_secs() as f64 / 3600.0);
    }
    // A round comes when it is over, or after six hours or so.
    for (pause, expected) in pauses.iter().zip([1, 2, 4, 8, 16, 24, 24, 24]) {
        let expected = f64::from(expected);
        assert!(
            (expected - 1.0..expected * 1.25 + 2.0).contains(pause),
            "{pauses:?}"
        );
    }
    device.live_until(NEW, 1);
}

#[test]
fn an_image_that_crashes_before_the_network_is_taken_back_at_its_fourth_start() {
    let mut device = installed();
    for boot in 0..MAX_FAILED_BOOTS {
        assert_eq!(device.boots(), (Slot::Ota1, NEW.to_owned()), "{boot}");
        // It ends before its client is asked for a round.
        assert!(device.start().is_ok());
    }
    assert_eq!(device.start().err(), Some(NotStarted::TakenBack));
    let memory = device.memory();
    assert_eq!(
        memory.rolled_back,
        Some(RolledBack::Trial(Why::FailedBoots))
    );
    device.lines.take();
    assert_eq!(device.boots(), (Slot::Ota0, OLD.to_owned()));
    require_another_try(&mut device, 1, HOUR);
}

#[test]
fn resets_in_a_hostile_network_are_not_the_images_fault() {
    let mut device = installed();
    device.world.behave_all(&Manner::Silent);
    for _ in 0..10 {
        device.reset_in_network().unwrap();
    }
    device.world.behave_all(&Manner::Serves);
    let session = device.session(1);
    assert_eq!((&*session.version, session.on_trial), (NEW, false));
}

#[test]
fn an_image_that_resets_in_each_network_comes_to_an_end_too() {
    let mut device = installed();
    device.world.behave_all(&Manner::Silent);
    let boots = (0..).take_while(|_| device.reset_in_network().is_ok());
    assert_eq!(boots.count(), 24);
    let memory = device.memory();
    assert_eq!(
        memory.rolled_back,
        Some(RolledBack::Trial(Why::TooManyBoots))
    );
    assert_eq!(device.boots(), (Slot::Ota0, OLD.to_owned()));
}

/// The trial is about reaching a signed manifest of this product that is not older: a newer one will do.
#[test]
fn a_newer_release_confirms_and_is_installed_in_the_same_round() {
    let mut device = installed();
    let newer = world::Firmware::new("1.4.0", "2026-01-25T00:00:00Z", &store(9));
    device.world.publish(&newer.release(&[1]));
    device.world.firmware.insert("1.4.0".into(), newer);
    let session = device.session(1);
    assert_eq!(session.version, NEW);
    assert_eq!(session.restart, Some(Restart::Updated));
    device.live_until("1.4.0", 1);
    assert_eq!(device.version(Slot::Ota1).as_deref(), Some(NEW));
}

#[test]
fn two_signatures_where_two_are_needed() {
    let mut contents = store(7);
    contents.release_keys = release_keys(2);
    let old = world::Firmware::new(OLD, "2026-01-05T00:00:00Z", &contents);
    contents.sequence = 8;
    let new = world::Firmware::new(NEW, "2026-01-20T00:00:00Z", &contents);
    let world = World::new(&[old.clone(), new.clone()]);
    world.publish(&new.release(&[2]));
    let mut device = Device::new(world, &old);
    let session = device.session(2);
    assert!(!session.succeeded && session.restart.is_none());
    device.world.publish(&new.release(&[2, 0]));
    device.live_until(NEW, 2);
}
