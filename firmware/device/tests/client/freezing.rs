//! An endpoint that serves an old, signed release for ever, and a board on which something hangs: neither keeps a device where it is.

use std::time::Duration;

use device::client::{OFFLINE_LIMIT, Restart};
use simulated::internet::Manner;

use crate::simulated_device::{Device, LONG};
use crate::world::{FAILOVER, NEW, OLD, PRIMARY, World, new, old};

/// The first endpoint says for ever that nothing is newer.
fn frozen() -> Device {
    let world = World::new(&[old(), new()]);
    world.publish_on(PRIMARY, &old().release(&[0]));
    world.publish_on(FAILOVER, &new().release(&[0]));
    Device::new(world, &old())
}

#[test]
fn an_endpoint_that_replays_an_old_release_holds_a_device_back_for_a_day() {
    let mut device = frozen();
    let session = device.session_until(20, |_| false);
    assert_eq!(session.restart, Some(Restart::Updated));
    let took = device.world.timer.now();
    assert!((Duration::from_hours(18)..Duration::from_hours(24)).contains(&took));
}

/// One that is switched off after each round too.
#[test]
fn an_endpoint_that_replays_an_old_release_holds_no_device_back_for_more_than_three_rounds() {
    let mut device = frozen();
    for _ in 0..3 {
        assert!(device.session(1).succeeded);
    }
    assert_eq!(device.session(1).restart, Some(Restart::Updated));
}

#[test]
fn the_failover_is_asked_first_in_one_round_of_four() {
    let world = World::new(&[old()]);
    world.publish(&old().release(&[0]));
    let mut device = Device::new(world, &old());
    device.session_until(40, |_| false);
    let asked = device.world.internet.asked();
    let manifests = |host| {
        let asked = asked.iter().filter(|asked| asked.host == host);
        asked
            .filter(|asked| asked.head.starts_with("GET /fleet/release.json HTTP"))
            .count()
    };
    assert_eq!((manifests(PRIMARY), manifests(FAILOVER)), (30, 10));
}

/// It is asked, and is of no use: the first one is asked after it, before any rescue store.
#[test]
fn a_failover_that_is_dead_does_no_harm() {
    let world = World::new(&[old()]);
    world.publish(&old().release(&[0]));
    world.behave(FAILOVER, Manner::Refuses);
    let mut device = Device::new(world, &old());
    let session = device.session_until(12, |_| false);
    assert!(session.succeeded && session.waits.len() == 12);
    let lines = device.lines.take();
    assert!(!lines.iter().any(|line| line.starts_with("rescue: ")));
    assert_eq!(device.memory().successes, 12);
}

#[test]
fn a_board_that_finds_no_server_for_a_day_is_reset_and_goes_on() {
    let world = World::new(&[old(), new()]);
    world.publish(&new().release(&[0]));
    let mut device = Device::new(world, &old());
    for _ in 0..3 {
        device.world.behave_all(&Manner::Refuses);
        let before = device.world.timer.now();
        let session = device.session_until(LONG, |_| false);
        assert_eq!(session.restart, Some(Restart::Offline));
        let took = device.world.timer.now() - before;
        assert!(took >= OFFLINE_LIMIT && took < OFFLINE_LIMIT + Duration::from_hours(8));
        assert_eq!(device.boots().1, OLD);
    }
    device.world.behave_all(&Manner::Serves);
    device.live_until(NEW, 1);
}

/// The day begins anew with each server that is of use.
#[test]
fn a_server_that_is_of_use_now_and_then_is_enough() {
    let world = World::new(&[old()]);
    world.publish(&old().release(&[0]));
    let mut device = Device::new(world.clone(), &old());
    let rounds = std::cell::Cell::new(0);
    let session = device.session_until(LONG, |_| {
        rounds.set(rounds.get() + 1);
        let manner = match rounds.get() % 10 {
            0 => Manner::Serves,
            _ => Manner::Refuses,
        };
        world.behave_all(&manner);
        false
    });
    assert_eq!(session.restart, None);
    assert!(device.world.timer.now() > OFFLINE_LIMIT * 2);
}
