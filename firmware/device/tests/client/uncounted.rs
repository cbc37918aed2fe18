//! A start that could not be counted, because otadata could not be read: whether the image is on trial is not known, and the image
//! in the other slot may be the only way back.

use device::client::{Next, Restart};
use device::flash_layout::{OTA_0, OTA_1, OTADATA, SECTOR_SIZE};
use device::memory::RolledBack;
use device::otadata::Slot;
use device::slots::Why;
use simulated::internet::Manner;

use crate::life::field;
use crate::simulated_device::Device;
use crate::world::{Firmware, NEW, OLD, World, new, old, store};

const UNKNOWN: &str = "it is not known whether the image is on trial: otadata: ";
const STILL: &str =
    "it is still not known whether the image is on trial, and it installs nothing: ";

fn released() -> Device {
    let world = World::new(&[old(), new()]);
    world.publish(&new().release(&[0]));
    Device::new(world, &old())
}

/// On trial is 1.3.0, and 1.4.0 is released.
fn on_trial() -> Device {
    let mut device = released();
    assert_eq!(device.session(1).restart, Some(Restart::Updated));
    let newer = Firmware::new("1.4.0", "2026-01-25T00:00:00Z", &store(9));
    device.world.publish(&newer.release(&[0]));
    device.world.firmware.insert("1.4.0".into(), newer);
    device.lines.take();
    device
}

fn told(lines: &[String], text: &str) -> bool {
    lines.iter().any(|line| line.contains(text))
}

#[test]
fn it_asks_and_installs_nothing() {
    let mut device = released();
    device.flash.fail_reads(OTADATA.offset..OTADATA.end());
    let session = device.session(3);
    assert!(!session.succeeded && session.restart.is_none());
    let lines = device.lines.take();
    for text in [
        UNKNOWN,
        STILL,
        "update: release.json is signed by",
        "client: nothing is installed, for this image may not select another: otadata: ",
    ] {
        assert!(told(&lines, text), "{text}: {lines:#?}");
    }
    for partition in [&OTA_0, &OTA_1, &OTADATA] {
        assert_eq!(device.erases(partition), 0, "{}", partition.label);
    }
    device.flash.fail_reads(0..0);
    device.live_until(NEW, 3);
}

#[test]
fn the_only_way_back_is_not_overwritten() {
    let mut device = on_trial();
    device.flash.fail_reads(OTADATA.offset..OTADATA.end());
    let session = device.session(3);
    assert_eq!((&*session.version, session.restart), (NEW, None));
    assert_eq!(device.erases(&OTA_0), 0);
    assert_eq!(device.version(Slot::Ota0).as_deref(), Some(OLD));
    device.flash.fail_reads(0..0);
    device.live_until("1.4.0", 3);
}

/// It is counted in a later round, and is on trial from then on: confirmed by a server, and the update is installed.
#[test]
fn it_is_counted_as_soon_as_otadata_is_read() {
    let mut device = on_trial();
    device.flash.fail_reads(OTADATA.offset..OTADATA.end());
    let mut client = device.start().unwrap();
    let next = device.world.timer.run(client.round());
    assert!(matches!(next, Next::Wait(_)), "{next:?}");
    assert!(!client.is_on_trial());
    client.board().flash.fail_reads(0..0);
    let next = device.world.timer.run(client.round());
    assert_eq!(next, Next::Restart(Restart::Updated));
    let lines = device.lines.take();
    assert!(told(&lines, "boot: ota_1: the image is on trial: 1 boots"));
    assert!(told(&lines, "is confirmed in ota_1"));
}

/// Three starts failed. The fourth is not counted at once, and takes the image back when it is.
#[test]
fn an_image_that_failed_too_often_is_taken_back_as_soon_as_otadata_is_read() {
    let mut device = on_trial();
    device.world.behave_all(&Manner::Refuses);
    for _ in 0..3 {
        device.start().unwrap();
    }
    device.flash.fail_reads(OTADATA.offset..OTADATA.end());
    let mut client = device.start().unwrap();
    assert!(matches!(
        device.world.timer.run(client.round()),
        Next::Wait(_)
    ));
    client.board().flash.fail_reads(0..0);
    let next = device.world.timer.run(client.round());
    assert_eq!(next, Next::Restart(Restart::RolledBack));
    device.flash = client.board().flash.clone();
    assert_eq!(device.boots(), (Slot::Ota0, OLD.to_owned()));
}

/// What the server is told.
#[test]
fn its_status_says_so() {
    let mut device = released();
    device.flash.fail_reads(OTADATA.offset..OTADATA.end());
    device.session(1);
    let asked = device.world.internet.asked();
    assert_eq!(field(&asked[0], "Perennial-Slot"), Some("ota_0; unknown"));
}

/// A sector of otadata wears out where starts are counted. Nothing else would end such a trial.
#[test]
fn an_image_whose_starts_are_not_counted_any_more_is_taken_back() {
    const LABEL: std::ops::Range<u32> = 4..24;
    let restart = |sector: u32| {
        let mut device = on_trial();
        let entry = OTADATA.offset + sector * SECTOR_SIZE;
        device
            .flash
            .fail_programs(entry + LABEL.start..entry + LABEL.end);
        let restart = device.session(1).restart;
        if restart == Some(Restart::RolledBack) {
            assert_eq!(device.boots(), (Slot::Ota0, OLD.to_owned()));
            let why = RolledBack::Trial(Why::Uncounted);
            assert_eq!(device.memory().rolled_back, Some(why));
        }
        restart
    };
    // The image on trial has one of the two.
    let taken_back = [0, 1].map(restart).into_iter();
    let taken_back = taken_back.filter(|restart| *restart == Some(Restart::RolledBack));
    assert_eq!(taken_back.count(), 1);
}
