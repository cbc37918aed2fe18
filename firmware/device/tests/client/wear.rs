//! Flash that is worn out or cannot be read, and how much of it a device that fails again and again uses up.

use std::time::Duration;

use device::client::Restart;
use device::client::backoff::TRIAL_WAIT;
use device::flash_layout::{
    OTA_1, OTADATA, Partition, SECTOR_SIZE, STATE, TRUST_STORE, TRUST_STORE_COPY_SIZE,
};
use device::otadata::Slot;
use device::platform::Timer as _;
use simulated::internet::Manner;

use crate::pki::PKI;
use crate::rescue::{envelope, payload, rescue_floor, right, stranded};
use crate::rescuers::RESCUERS;
use crate::simulated_device::{Device, PATIENCE};
use crate::trials::{installed, until_taken_back};
use crate::world::{FAILOVER, NEW, OLD, PRIMARY, World, new, old};

fn updated() -> Device {
    let world = World::new(&[old(), new()]);
    world.publish(&new().release(&[0]));
    Device::new(world, &old())
}

fn sectors(partition: &Partition) -> impl Iterator<Item = u32> + use<> {
    (partition.offset..partition.end()).step_by(SECTOR_SIZE as usize)
}

#[test]
fn a_device_that_can_remember_nothing_is_updated_all_the_same() {
    let mut device = updated();
    for at in sectors(&STATE) {
        device.flash.wear_out(at);
        device.flash.put(at, &[0xA5; SECTOR_SIZE as usize]);
    }
    assert_eq!(device.session(1).restart, Some(Restart::Updated));
    let session = device.session(1);
    assert_eq!((&*session.version, session.on_trial), (NEW, false));
    assert!(session.succeeded);
    assert!(
        device
            .lines
            .take()
            .iter()
            .any(|line| line.starts_with("memory: "))
    );
}

#[test]
fn a_device_that_cannot_read_what_it_remembers_is_updated_all_the_same() {
    let mut device = updated();
    device.flash.fail_reads(STATE.offset..STATE.end());
    assert_eq!(device.session(1).restart, Some(Restart::Updated));
    let session = device.session(1);
    assert!(session.succeeded && !session.on_trial && session.version == NEW);
}

#[test]
fn a_device_that_cannot_read_its_rescue_stores_goes_by_its_image() {
    let mut device = updated();
    device
        .flash
        .fail_reads(TRUST_STORE.offset..TRUST_STORE.end());
    device.live_until(NEW, 1);
}

/// A rescue store that cannot be written is not in force, and is told each time.
#[test]
fn a_rescue_store_that_flash_does_not_take_changes_nothing() {
    let mut device = stranded();
    wear_out(&mut device, &TRUST_STORE);
    device.world.offer_rescue(PRIMARY, &right());
    assert!(!device.session(3).succeeded);
    assert_eq!(rescue_floor(&device.memory()), 0);
    let lines = device.lines.take();
    assert!(
        lines
            .iter()
            .any(|line| line.starts_with("rescue: it was not written: "))
    );
    assert_eq!(device.boots().1, OLD);
}

/// The places of the two copies.
const COPIES: [Partition; 2] = [
    Partition {
        size: TRUST_STORE_COPY_SIZE,
        ..TRUST_STORE
    },
    Partition {
        offset: TRUST_STORE.offset + TRUST_STORE_COPY_SIZE,
        size: TRUST_STORE_COPY_SIZE,
        ..TRUST_STORE
    },
];

fn wear_out(device: &mut Device, partition: &Partition) {
    for at in sectors(partition) {
        device.flash.wear_out(at);
        device.flash.put(at, &[0; 16]);
    }
}

/// Each host that is asked gives it once more, and it goes to the other copy then.
#[test]
fn a_rescue_store_that_one_copy_does_not_take_goes_to_the_other() {
    for worn in &COPIES {
        let mut device = stranded();
        wear_out(&mut device, worn);
        for host in [PRIMARY, FAILOVER] {
            device.world.offer_rescue(host, &right());
        }
        device.session(1);
        assert_eq!(rescue_floor(&device.memory()), 9);
        device.live_until(NEW, 2);
    }
}

/// Whatever is offered while the copy beside it is worn out.
#[test]
fn a_rescue_store_in_force_is_not_overwritten_where_the_other_copy_takes_nothing() {
    for (worn, whole) in [(0, 1), (1, 0)] {
        let mut device = stranded();
        wear_out(&mut device, &COPIES[worn]);
        let wrong = envelope(&payload(9, &[&PKI.other]), &RESCUERS[..2]);
        let later = envelope(&payload(10, &[&PKI.later]), &RESCUERS[..2]);
        for host in [PRIMARY, FAILOVER] {
            device.world.offer_rescue(host, &wrong);
        }
        device.session(1);
        let in_force = device.flash.contents(&COPIES[whole]);
        for host in [PRIMARY, FAILOVER] {
            device.world.offer_rescue(host, &later);
        }
        for _ in 0..3 {
            assert!(!device.session(2).succeeded);
        }
        assert_eq!(device.flash.contents(&COPIES[whole]), in_force);
        assert_eq!(rescue_floor(&device.memory()), 9);
    }
}

#[test]
fn a_spare_slot_that_is_worn_out_leaves_the_old_image_running() {
    let mut device = updated();
    let at = OTA_1.offset + 2 * SECTOR_SIZE;
    device.flash.wear_out(at);
    device.flash.put(at, &[0; 64]);
    let session = device.session(1);
    assert!(!session.succeeded && session.restart.is_none());
    assert_eq!(device.boots(), (Slot::Ota0, OLD.to_owned()));
    assert_eq!(device.version(Slot::Ota1), None);
    // The servers are as they should be: from then on rounds succeed, and the release is put off.
    let erases = device.erases(&OTA_1);
    assert!(device.session(3).succeeded);
    assert_eq!(device.erases(&OTA_1), erases);
    assert_eq!(device.memory().failed_release.unwrap().attempts, 1);
}

/// Nothing is remembered any more, and the new image was taken back.
fn forgetful() -> Device {
    let mut device = installed();
    device.flash.fail_erases(STATE.offset..STATE.end());
    device.flash.fail_programs(STATE.offset..STATE.end());
    let state = vec![0xFF; STATE.size as usize];
    device.flash.put(STATE.offset, &state);
    device.world.behave_all(&Manner::Refuses);
    until_taken_back(&mut device);
    device.world.behave_all(&Manner::Serves);
    assert_eq!(device.memory().failed_release, None);
    device
}

#[test]
fn a_device_that_can_remember_nothing_waits_after_an_image_was_taken_back() {
    const HOUR: Duration = Duration::from_hours(1);
    let mut device = forgetful();
    let began = device.world.timer.now();
    let session = device.session_until(PATIENCE, |_| false);
    assert_eq!(session.restart, Some(Restart::Updated));
    let waited = device.world.timer.now() - began;
    assert!(waited >= HOUR && waited < HOUR * 3 / 2, "{waited:?}");
    device.live_until(NEW, 1);
}

/// Whether a start waits is left to chance, so that one of them does not.
#[test]
fn a_device_that_can_remember_nothing_and_is_always_switched_off_soon_tries_again() {
    let mut device = forgetful();
    let mut starts = 1;
    while device.session(1).restart != Some(Restart::Updated) {
        device.world.timer.run(device.world.timer.sleep(TRIAL_WAIT));
        starts += 1;
        assert!(starts < 200);
    }
    println!("tried at start {starts}");
    device.live_until(NEW, 1);
}

/// Erases of the sector of a partition that has most.
fn most_erases(device: &Device, partition: &Partition) -> u32 {
    let erases = sectors(partition).map(|at| device.flash.wear(at).erases);
    erases.max().unwrap_or(0)
}

/// Most erases of a sector on a day, where the pauses between attempts grow. A sector is good for 100,000: at this pace, for more
/// than 30 years of nothing but failures.
const PER_DAY: u32 = 9;
/// The same of otadata, where each hour a trial ends without a server: 15 years.
const PER_DAY_OF_TRIALS: u32 = 18;

fn require_little_wear(device: &mut Device, days: u32, per_day: u32) {
    let end = device.world.timer.now() + Duration::from_hours(u64::from(days) * 24);
    let clock = device.world.timer.clone();
    while device.world.timer.now() < end {
        device.session_until(1000, |_| clock.now() >= end);
    }
    for partition in [&OTA_1, &OTADATA, &STATE, &TRUST_STORE] {
        let most = most_erases(device, partition);
        // At first rounds follow each other quickly.
        assert!(most <= 40 + days * per_day, "{}: {most}", partition.label);
    }
}

#[test]
fn a_release_whose_image_is_broken_wears_nothing_out() {
    let mut device = updated();
    for host in [PRIMARY, FAILOVER] {
        let mut files = new().release(&[0]);
        *files
            .get_mut("application.bin")
            .unwrap()
            .last_mut()
            .unwrap() ^= 1;
        device.world.publish_on(host, &files);
    }
    require_little_wear(&mut device, 60, PER_DAY);
    assert!(device.memory().failed_release.unwrap().attempts >= 8);
}

/// It is selected, finds no server that it trusts, is taken back, and so on: each time the one that stands in the slot.
#[test]
fn a_release_that_never_proves_itself_wears_nothing_out() {
    let mut device = updated();
    let broken = device.world.firmware.get_mut(NEW).unwrap();
    let mut contents = crate::world::store(8);
    contents.anchors = vec![PKI.later.anchor()];
    broken.store = device::store::TrustStore::read_exact(contents.write().unwrap().leak()).unwrap();
    require_little_wear(&mut device, 60, PER_DAY_OF_TRIALS);
    assert!(most_erases(&device, &OTADATA) > 600);
    assert_eq!(most_erases(&device, &OTA_1), 1);
}

/// What it installs crashes, at each start, in a second. What is random differs from one second to another.
fn crash_for(device: &mut Device, days: u64) {
    let clock = device.world.timer.clone();
    let end = clock.now() + Duration::from_hours(days * 24);
    while clock.now() < end {
        if device.boots().1 == OLD {
            device.session_until(1000, |_| clock.now() >= end);
        } else {
            let _ = device.start();
        }
        clock.run(clock.sleep(Duration::from_secs(1)));
        let most = most_erases(device, &OTADATA);
        assert!(u64::from(most) < 20 + days * 30, "{most}");
    }
}

#[test]
fn a_release_that_crashes_wears_nothing_out() {
    let mut device = updated();
    crash_for(&mut device, 60);
    assert!(device.memory().failed_release.unwrap().attempts >= 60);
    let most = most_erases(&device, &OTADATA);
    assert!((60..80).contains(&most), "{most}");
    assert_eq!(most_erases(&device, &OTA_1), 1);
}

/// 26 erases on each day are less than 100,000 in ten years.
#[test]
fn nor_does_it_where_nothing_is_remembered() {
    let mut device = forgetful();
    let before = most_erases(&device, &OTADATA);
    crash_for(&mut device, 20);
    let most = most_erases(&device, &OTADATA) - before;
    println!("{most} erases of otadata in 20 days");
    assert!((20 * 12..20 * 26).contains(&most), "{most}");
    assert_eq!(most_erases(&device, &OTA_1), 1);
}

#[test]
fn servers_that_are_gone_wear_nothing_out() {
    let mut device = updated();
    device.world.behave_all(&Manner::Refuses);
    require_little_wear(&mut device, 60, PER_DAY);
}
