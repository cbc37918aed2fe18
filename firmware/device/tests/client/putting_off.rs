//! A release that failed is there again: nothing is wrong with its server, and the device waits.

use std::time::Duration;

use device::client::Restart;
use device::flash_layout::OTA_1;
use device::otadata::Slot;
use simulated::internet::Manner;

use crate::life::field;
use crate::simulated_device::{Device, PATIENCE};
use crate::transfers::IMAGE;
use crate::world::{FAILOVER, Files, NEW, OLD, PRIMARY, World, new, old};

/// A device of a fleet whose release is these files.
fn device(files: &Files) -> Device {
    let world = World::new(&[old(), new()]);
    world.publish(files);
    Device::new(world, &old())
}

/// The manifest is right, the image is not.
fn broken() -> Files {
    let mut files = new().release(&[0]);
    let image = files.get_mut("application.bin").unwrap();
    *image.last_mut().unwrap() ^= 1;
    files
}

/// Who was asked for what, but for the manifest and its signature.
fn asked(device: &Device) -> Vec<(String, u16)> {
    let asked = device.world.internet.asked();
    let manifest = |head: &str| head.contains("release.json");
    let others = asked.into_iter().filter(|asked| !manifest(&asked.head));
    others.map(|asked| (asked.host, asked.port)).collect()
}

#[test]
fn a_round_in_which_a_release_is_put_off_has_succeeded_and_says_so() {
    let mut device = device(&broken());
    assert!(!device.session(1).succeeded);
    // The other endpoint might have had the right image.
    assert!(asked(&device).contains(&(FAILOVER.to_owned(), 443)));
    assert_eq!(device.memory().failed_release.unwrap().attempts, 1);
    let erases = device.erases(&OTA_1);
    device.lines.take();

    let session = device.session(1);
    assert!(session.succeeded && session.restart.is_none());
    assert_eq!(asked(&device), []);
    assert_eq!(device.erases(&OTA_1), erases);
    let memory = device.memory();
    assert_eq!((memory.last_error, memory.successes), (None, 1));
    let lines = device.lines.take();
    let told = "update: 1.3.0 of 1768867200 is newer, but it failed once, and is tried again in at most 59 min";
    assert!(lines.iter().any(|line| line == told), "{lines:#?}");
    assert!(!lines.iter().any(|line| line.starts_with("rescue: ")));

    // It is asked for again when the pause is over, and its operator is told until then.
    let wait = session.waits[0];
    assert!((Duration::from_hours(1)..Duration::from_mins(76)).contains(&wait));
    device.session(1);
    let asked = device.world.internet.asked();
    let sha256 = device::hex::Hex(&memory.failed_release.unwrap().sha256[..8]).to_string();
    let said = field(&asked[0], "Perennial-Failed-Release");
    assert_eq!(said, Some(&*format!("{sha256}; 1 times; not installed")));
}

/// Flash must not be worn by a device that is reset in each install.
#[test]
fn an_install_that_the_board_does_not_survive_was_an_attempt() {
    let mut device = device(&new().release(&[0]));
    device.world.behave_all(&Manner::Drips {
        path: IMAGE.into(),
        bytes: 3000,
    });
    device.reset_after("update: 10 %");
    assert_eq!(device.memory().failed_release.unwrap().attempts, 1);
    device.scratch = simulated::scratch::Word::default();
    let erases = device.erases(&OTA_1);
    assert!(erases > 0 && device.session(1).succeeded);
    assert_eq!(device.erases(&OTA_1), erases);
    device.world.behave_all(&Manner::Serves);
    device.live_until(NEW, 3);
}

#[test]
fn an_image_that_does_not_come_was_no_attempt() {
    let mut files = new().release(&[0]);
    files.remove("application.bin");
    let drips = Manner::Drips {
        path: IMAGE.into(),
        bytes: 1,
    };
    for (files, manner) in [(files, Manner::Serves), (new().release(&[0]), drips)] {
        let mut device = device(&files);
        device.world.behave_all(&manner);
        let session = device.session(1);
        assert!(!session.succeeded && session.restart.is_none());
        assert_eq!(device.memory().failed_release, None);
        device.world.behave_all(&Manner::Serves);
        device.world.publish(&new().release(&[0]));
        assert_eq!(device.session(1).restart, Some(Restart::Updated));
    }
}

/// It knows no time, and is switched off every few hours.
#[test]
fn a_device_that_is_always_switched_off_tries_again_within_a_day() {
    let mut device = device(&new().release(&[0]));
    device.world.internet.hide_time();
    for attempts in 1..10 {
        let mut starts = 0;
        while device.session(1).restart != Some(Restart::Updated) {
            starts += 1;
            assert!(starts <= 4, "{attempts}");
        }
        assert_eq!(device.memory().failed_release.unwrap().attempts, attempts);
        // It crashes.
        while device.boots() == (Slot::Ota1, NEW.to_owned()) {
            let _ = device.start();
        }
        assert_eq!(device.boots().1, OLD);
    }
    device.live_until(NEW, PATIENCE);
}

#[test]
fn another_release_is_tried_at_once() {
    let mut device = device(&broken());
    assert!(!device.session(1).succeeded);
    assert!(device.session(1).succeeded);
    let next =
        crate::world::Firmware::new("1.4.0", "2026-01-25T00:00:00Z", &crate::world::store(8));
    for host in [PRIMARY, FAILOVER] {
        device.world.publish_on(host, &next.release(&[0]));
    }
    device.world.firmware.insert("1.4.0".into(), next);
    device.live_until("1.4.0", 1);
}
