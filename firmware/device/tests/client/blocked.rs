//! Who can keep a device from its servers while an image is on trial has it taken back, and gains no more by it.

use std::time::Duration;

use device::client::{MANIFEST_LIMIT, Restart};
use device::flash_layout::OTA_1;
use device::memory::RolledBack;
use device::slots::{MAX_FAILED_BOOTS, Why};
use simulated::internet::{Asked, Manner};

use crate::life::field;
use crate::pki::{PKI, identity};
use crate::simulated_device::{Device, LONG, NotStarted, PATIENCE};
use crate::transfers::IMAGE;
use crate::trials::{installed, until_taken_back};
use crate::world::{FAILOVER, NEW, PRIMARY};

const HOUR: Duration = Duration::from_hours(1);

#[test]
fn who_blocks_each_trial_makes_no_pause_longer_and_wears_nothing_out() {
    let mut device = installed();
    let erases = device.erases(&OTA_1);
    device.world.internet.asked();
    for round in 0..12 {
        let manner = [Manner::Refuses, Manner::Silent, Manner::Cuts(0)][round % 3].clone();
        device.world.behave_all(&manner);
        until_taken_back(&mut device);
        let memory = device.memory();
        assert_eq!(memory.rolled_back, Some(RolledBack::NoServer));
        assert_eq!(memory.failed_release.unwrap().attempts, 0);
        device.world.behave_all(&Manner::Serves);
        let began = device.world.timer.now();
        let session = device.session_until(PATIENCE, |_| false);
        assert_eq!(session.restart, Some(Restart::Updated));
        let pause = device.world.timer.now() - began;
        assert!(pause >= HOUR && pause < HOUR * 3 / 2, "{pause:?}");
    }
    device.live_until(NEW, 1);
    // The image stood in its slot all the time.
    assert_eq!(device.erases(&OTA_1), erases);
    let asked = device.world.internet.asked();
    let images = asked.iter().filter(|asked| asked.head.contains(IMAGE));
    // But for the rehearsal of the trial that was not blocked.
    let slots = images.map(|asked| field(asked, "Perennial-Slot"));
    assert_eq!(slots.collect::<Vec<_>>(), [Some("ota_1; on trial"); 2]);
}

/// He has verified servers answered, and cuts what they say.
#[test]
fn who_lets_a_handshake_through_and_no_answer_makes_no_pause_longer() {
    let mut device = installed();
    device.world.behave_all(&Manner::Drips {
        path: "/fleet/release.json".into(),
        bytes: 0,
    });
    until_taken_back(&mut device);
    assert_eq!(device.memory().failed_release.unwrap().attempts, 0);
}

/// The image that stood in its slot was damaged there.
#[test]
fn an_image_that_does_not_stand_there_any_more_is_fetched_again() {
    let mut device = installed();
    device.world.behave_all(&Manner::Refuses);
    until_taken_back(&mut device);
    device.flash.put(OTA_1.offset + 9000, &[0; 4]);
    device.world.behave_all(&Manner::Serves);
    device.world.internet.asked();
    device.live_until(NEW, 3);
    let asked = device.world.internet.asked();
    let by_the_old_one =
        |asked: &&Asked| field(asked, "Perennial-Slot") == Some("ota_0; confirmed");
    let mut asked = asked.iter().filter(by_the_old_one);
    assert!(asked.any(|asked| asked.head.contains(IMAGE)));
}

/// Neither by a clock, nor by a network that is not there at all: the radio driver crashes when the time is asked for, and the
/// start after that, where it is not, reaches nobody.
#[test]
fn an_image_that_is_reset_before_it_reaches_anybody_is_taken_back_at_its_fourth_start() {
    let mut device = installed();
    device.world.internet.hide_time();
    device.world.behave_all(&Manner::Refuses);
    for boot in 0..MAX_FAILED_BOOTS {
        match boot % 2 {
            0 => device.reset_in_network().unwrap(),
            _ => assert!(device.session(1).on_trial),
        }
    }
    require_taken_back_for_failed_boots(&mut device);
}

/// Nobody accepts a connection.
#[test]
fn an_image_that_is_refused_by_all_and_switched_off_is_taken_back_at_its_fourth_start() {
    let mut device = installed();
    device.world.internet.hide_time();
    device.world.behave_all(&Manner::Refuses);
    for _ in 0..MAX_FAILED_BOOTS {
        assert!(device.session(1).on_trial);
    }
    require_taken_back_for_failed_boots(&mut device);
}

fn require_taken_back_for_failed_boots(device: &mut Device) {
    assert_eq!(device.start().err(), Some(NotStarted::TakenBack));
    let failed = RolledBack::Trial(Why::FailedBoots);
    assert_eq!(device.memory().rolled_back, Some(failed));
    assert_eq!(device.memory().failed_release.unwrap().attempts, 1);
}

/// The connection is noted before anybody there can say a word, where the time is not told.
#[test]
fn the_first_connection_is_as_good_as_the_time() {
    let mut device = installed();
    device.world.internet.hide_time();
    device.world.behave_all(&Manner::Silent);
    for _ in 0..10 {
        device.reset_after("client: asking");
    }
    device.world.behave_all(&Manner::Serves);
    let session = device.session(1);
    assert_eq!((&*session.version, session.on_trial), (NEW, false));
}

/// A visit that hangs is ended by the watchdog long before an install would have to be.
#[test]
fn the_watchdog_is_promised_no_more_than_a_manifest_takes_while_an_image_is_on_trial() {
    for silent in [true, false] {
        let mut device = installed();
        match silent {
            true => device.world.behave_all(&Manner::Silent),
            false => {
                for host in [PRIMARY, FAILOVER] {
                    device
                        .world
                        .identities
                        .set(host, &identity(&PKI.later, host));
                }
            }
        }
        let session = device.session(LONG);
        assert_eq!(session.restart, Some(Restart::RolledBack));
        assert!(session.promised <= MANIFEST_LIMIT + Duration::from_mins(5));
    }
}
