//! Whatever one endpoint answers, the other one is asked; and when none is of use, later and later.

use std::time::Duration;

use device::client::Restart;
use device::client::backoff::{FIRST_WAIT, LONGEST_WAIT};
use device::flash_layout::{OTA_1, OTADATA, STATE, TRUST_STORE};
use simulated::internet::Manner;

use crate::certificates::leaf_for;
use crate::keys::STRANGER;
use crate::life::field;
use crate::pki::{PKI, identity, identity_of, impostor};
use crate::simulated_device::Device;
use crate::world::{CDN, FAILOVER, Files, Firmware, NEW, PRIMARY, World, new, old, store};

/// What is wrong with the primary: its name, what makes it, what the failover is told of it.
type Row = (&'static str, fn(&World), &'static str);

const DEFECTS: [Row; 16] = [
    (
        "dead",
        |world| world.behave(PRIMARY, Manner::Refuses),
        "connection refused",
    ),
    (
        "silent",
        |world| world.behave(PRIMARY, Manner::Silent),
        "no answer within 60 s",
    ),
    (
        "overloaded",
        |world| world.behave(PRIMARY, Manner::Status(503)),
        "status 503",
    ),
    (
        "unknown CA",
        |world| {
            world
                .identities
                .set(PRIMARY, &identity(&PKI.later, PRIMARY));
        },
        "no anchor",
    ),
    (
        "another name",
        |world| world.identities.set(PRIMARY, &PKI.failover),
        "not for this name",
    ),
    (
        "another key",
        |world| world.identities.set(PRIMARY, &impostor(&PKI.primary)),
        "the handshake is not signed by the key",
    ),
    (
        "expired",
        |world| {
            let mut leaf = leaf_for(&[PRIMARY]);
            leaf.not_after = rcgen::date_time_ymd(2026, 1, 10);
            world.identities.set(PRIMARY, &identity_of(&PKI.one, leaf));
        },
        "2026-01-10",
    ),
    (
        "no files",
        |world| world.publish_on(PRIMARY, &Files::new()),
        "status 404",
    ),
    (
        "unsigned",
        |world| {
            let mut files = new().release(&[0]);
            files.remove("release.json.minisig");
            world.publish_on(PRIMARY, &files);
        },
        "0 of the 1",
    ),
    (
        "signed by a stranger",
        |world| world.publish_on(PRIMARY, &new().release(&[STRANGER])),
        "0 of the 1",
    ),
    (
        "older",
        |world| {
            let older = Firmware::new("1.1.0", "2025-12-01T00:00:00Z", &store(6));
            world.publish_on(PRIMARY, &older.release(&[0]));
        },
        "1.1.0 of 1764547200 is older than 1.2.0",
    ),
    (
        "garbage",
        |world| world.behave(PRIMARY, Manner::Says(b"garbage\r\n\r\n".to_vec())),
        "not HTTP",
    ),
    (
        "a redirect outside the list",
        |world| redirect(world, "https://other.example/a"),
        "the policy does not list",
    ),
    (
        "a redirect to plain HTTP",
        |world| redirect(world, "http://cdn-a.example/a"),
        "a redirect leads to",
    ),
    (
        "a redirect to a host that is not trusted",
        |world| {
            redirect(world, "https://cdn-a.example/a");
            world.identities.set(CDN, &identity(&PKI.later, CDN));
        },
        "no anchor",
    ),
    (
        "an image that is not the release",
        |world| {
            let mut files = new().release(&[0]);
            files.get_mut("application.bin").unwrap()[9000] ^= 1;
            world.publish_on(PRIMARY, &files);
        },
        "its checksum is",
    ),
];

fn redirect(world: &World, to: &str) {
    world.internet.web(PRIMARY, 443, |server| {
        server
            .redirects
            .insert("/fleet/release.json".into(), to.into());
    });
}

fn world() -> World {
    let world = World::new(&[old(), new()]);
    world.publish(&new().release(&[0]));
    world
}

#[test]
fn the_failover_updates_what_the_primary_does_not_and_is_told_why() {
    for (name, defect, says) in DEFECTS {
        println!("{name}");
        let mut device = Device::new(world(), &old());
        defect(&device.world);
        device.live_until(NEW, 2);
        assert_eq!(device.memory().last_error, None);
        let asked = device.world.internet.asked();
        let failover = asked.iter().find(|asked| asked.host == FAILOVER);
        let told = field(failover.unwrap(), "Perennial-Last-Error").unwrap();
        assert!(
            told.starts_with("1 times: ") && told.contains(says),
            "{told}"
        );
    }
}

/// A failed handshake gives nothing away: only who is verified is told anything.
#[test]
fn who_is_not_trusted_is_told_nothing() {
    let mut device = Device::new(world(), &old());
    for host in [PRIMARY, FAILOVER] {
        device
            .world
            .identities
            .set(host, &identity(&PKI.later, host));
    }
    assert!(!device.session(3).succeeded);
    assert_eq!(device.world.internet.asked(), []);
}

#[test]
fn when_no_server_is_of_use_rounds_come_later_and_later() {
    let mut device = Device::new(world(), &old());
    device.world.behave(PRIMARY, Manner::Refuses);
    device.world.behave(FAILOVER, Manner::Status(503));
    let before = device.flash.clone();
    // A day later the board is reset, for what hangs may be on it.
    let session = device.session_until(16, |_| false);
    assert_eq!(session.restart, Some(Restart::Offline));
    let mut expected = FIRST_WAIT;
    for wait in &session.waits {
        let jitter = expected / 4;
        assert!((expected..expected + jitter).contains(wait), "{wait:?}");
        expected = (expected * 2).min(LONGEST_WAIT);
    }
    let (first, last) = (session.waits[0], *session.waits.last().unwrap());
    assert!(first < Duration::from_secs(75) && last >= Duration::from_hours(6));
    let rounds = session.waits.len() + 1;
    // Each round asked both for a rescue store, over plain HTTP.
    let lines = device.lines.take();
    let asked = |host: &str| {
        let line = format!("rescue: asking http://{host}/fleet/rescue.bin");
        lines.iter().filter(|found| **found == line).count()
    };
    assert_eq!((asked(PRIMARY), asked(FAILOVER)), (rounds, rounds));
    // One erase for each round, and none but of what is remembered.
    assert_eq!(device.erases(&STATE) as usize, rounds);
    for partition in [&OTADATA, &OTA_1, &TRUST_STORE] {
        assert_eq!(device.flash.contents(partition), before.contents(partition));
        assert_eq!(device.erases(partition), 0);
    }
    let error = device.memory().last_error.unwrap();
    assert_eq!(
        (error.count, error.text.as_str()),
        (rounds as u32, "the server answers with status 503")
    );
    // And then one is.
    device.world.behave(FAILOVER, Manner::Serves);
    device.live_until(NEW, 2);
}
