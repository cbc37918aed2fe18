//! Whatever the time is said to be, it does not keep a device from the servers that it trusts.

use device::client::Restart;

use crate::certificates::{day, leaf_for, moment, pin};
use crate::life::field;
use crate::pki::{PKI, identity, identity_of};
use crate::simulated_device::{Device, LONG, NotStarted};
use crate::world::{
    CDN, FAILOVER, Firmware, NEW, OLD, PRIMARY, TIME_SERVERS, World, new, old, store,
};

/// The end of the certificates of the servers.
const DOUBTED: &str = "time: the clock may be wrong, and is not used";

fn world() -> World {
    let world = World::new(&[old(), new()]);
    world.publish(&new().release(&[0]));
    world
}

fn tell(world: &World, time: &str) {
    for server in TIME_SERVERS {
        world
            .internet
            .tell_time(server, moment(time).unix_seconds());
    }
}

#[test]
fn a_clock_that_makes_every_certificate_expire_is_doubted() {
    for time in [
        "2026-04-01T00:00:01Z",
        "2040-01-01T00:00:00Z",
        "2045-12-31T00:00:00Z",
    ] {
        let world = world();
        tell(&world, time);
        let mut device = Device::new(world, &old());
        let session = device.session(1);
        assert_eq!(session.restart, Some(Restart::Updated), "{time}");
        let lines = device.lines.take();
        assert!(lines.iter().any(|line| line == DOUBTED), "{lines:#?}");
        device.live_until(NEW, 1);
        assert_eq!(device.memory().floor, Some(moment("2026-01-20T00:00:00Z")));
    }
}

#[test]
fn a_clock_before_every_certificate_is_doubted() {
    let world = world();
    let mut leaf = leaf_for(&[PRIMARY, FAILOVER]);
    leaf.not_before = rcgen::date_time_ymd(2026, 1, 31);
    for host in [PRIMARY, FAILOVER] {
        world
            .identities
            .set(host, &identity_of(&PKI.one, leaf.clone()));
    }
    tell(&world, "2026-01-10T00:00:00Z");
    let mut device = Device::new(world, &old());
    device.live_until(NEW, 2);
}

/// The pins of the host have expired by that clock, after which the host is to be refused.
#[test]
fn a_clock_that_makes_every_pin_expire_is_doubted() {
    let mut contents = store(7);
    for host in [PRIMARY, FAILOVER] {
        let mut pin = pin(&PKI.one.der);
        pin.host = host.into();
        pin.expires = day(2026, 3, 1);
        pin.after_expiry = device::store::AfterExpiry::Refuse;
        contents.pins.push(pin);
    }
    let old = Firmware::new(OLD, "2026-01-05T00:00:00Z", &contents);
    let world = World::new(&[old.clone(), new()]);
    world.publish(&new().release(&[0]));
    tell(&world, "2026-03-15T00:00:00Z");
    let mut device = Device::new(world, &old);
    assert_eq!(device.session(1).restart, Some(Restart::Updated));
}

/// No anchor leads to the servers, and their pins have expired by that clock.
#[test]
fn a_clock_that_leaves_no_pin_is_doubted() {
    let mut contents = store(7);
    let mut world = World::new(&[new()]);
    for host in [PRIMARY, FAILOVER] {
        let stranger = identity(&PKI.later, host);
        world.identities.set(host, &stranger);
        let mut pin = pin(&stranger.chain[0]);
        pin.host = host.into();
        pin.expires = day(2026, 3, 1);
        contents.pins.push(pin);
    }
    let old = Firmware::new(OLD, "2026-01-05T00:00:00Z", &contents);
    world.firmware.insert(OLD.into(), old.clone());
    world.publish(&new().release(&[0]));
    tell(&world, "2026-03-15T00:00:00Z");
    let mut device = Device::new(world, &old);
    assert_eq!(device.session(1).restart, Some(Restart::Updated));
}

/// The image is on another host, whose certificate alone has expired by that clock.
#[test]
fn a_clock_that_makes_the_certificate_of_a_redirect_target_expire_is_doubted() {
    let world = world();
    let mut leaf = leaf_for(&[CDN]);
    leaf.not_after = rcgen::date_time_ymd(2026, 2, 10);
    world.identities.set(CDN, &identity_of(&PKI.one, leaf));
    let image = new().image;
    world.internet.web(CDN, 443, |server| {
        server.files.insert("/1".into(), image.into());
    });
    for host in [PRIMARY, FAILOVER] {
        world.internet.web(host, 443, |server| {
            let path = "/fleet/application.bin".to_owned();
            server
                .redirects
                .insert(path, "https://cdn-a.example/1".into());
        });
    }
    tell(&world, "2026-02-20T00:00:00Z");
    let mut device = Device::new(world, &old());
    assert_eq!(device.session(1).restart, Some(Restart::Updated));
    // So it is when an update is rehearsed.
    device.live_until(NEW, 1);
}

/// Only a clock is doubted: a certificate that had expired when the image was built has expired.
#[test]
fn a_certificate_that_has_surely_expired_is_refused_by_any_clock() {
    let world = world();
    let mut leaf = leaf_for(&[PRIMARY, FAILOVER]);
    leaf.not_after = rcgen::date_time_ymd(2026, 1, 4);
    for host in [PRIMARY, FAILOVER] {
        world
            .identities
            .set(host, &identity_of(&PKI.one, leaf.clone()));
    }
    let mut device = Device::new(world, &old());
    assert!(!device.session(3).succeeded);
    assert_eq!(device.world.internet.asked(), []);
}

#[test]
fn without_a_clock_the_floor_is_enough() {
    let world = world();
    world.internet.hide_time();
    let mut device = Device::new(world, &old());
    device.live_until(NEW, 1);
    let lines = device.lines.take();
    let says = "time: 0 servers told the time, 2 must agree; another did not: no answer within 2 s; \
                it is at least 2026-01-05T00:00:00Z";
    assert!(lines.iter().any(|line| line == says), "{lines:#?}");
}

#[test]
fn two_servers_that_do_not_agree_are_not_believed() {
    let world = world();
    let now = moment("2030-01-01T00:00:00Z").unix_seconds();
    world.internet.tell_time(TIME_SERVERS[0], now);
    let mut device = Device::new(world, &old());
    device.live_until(NEW, 1);
    let lines = device.lines.take();
    assert!(
        lines
            .iter()
            .any(|line| line.contains("no two servers agree"))
    );
    assert!(!lines.iter().any(|line| line == DOUBTED));
}

/// A manifest that is dated far ahead must not make the certificates of today look expired, or none would be left.
#[test]
fn a_release_of_2099_does_not_lock_the_device_out() {
    let future = Firmware::new(NEW, "2099-01-01T00:00:00Z", &store(8));
    let world = World::new(&[old(), future.clone()]);
    world.publish(&future.release(&[0]));
    world.internet.hide_time();
    let mut device = Device::new(world, &old());
    assert_eq!(device.session(1).restart, Some(Restart::Updated));
    assert_eq!(device.memory().floor, Some(moment("2026-01-05T00:00:00Z")));
    // The image itself believes that it was built then, and trusts nobody: it is taken back.
    let session = device.session(LONG);
    assert_eq!(session.restart, Some(Restart::RolledBack));
    // The old one goes on, through certificates of today and of tomorrow.
    assert!(!device.session(1).on_trial);
    let later = Firmware::new("1.4.0", "2026-02-01T00:00:00Z", &store(9));
    device.world.publish(&later.release(&[0]));
    device.world.firmware.insert("1.4.0".into(), later);
    device.live_until("1.4.0", 2);
}

/// The date of an image that reached no server is forgotten with it; that of one that did is not.
#[test]
fn the_floor_is_the_date_of_a_confirmed_image() {
    let mut device = Device::new(world(), &old());
    assert_eq!(device.session(1).restart, Some(Restart::Updated));
    for _ in 0..3 {
        assert!(device.start().is_ok());
    }
    assert_eq!(device.start().err(), Some(NotStarted::TakenBack));
    device.world.internet.asked();
    assert_eq!(device.session(1).version, OLD);
    let asked = device.world.internet.asked();
    let floor = field(&asked[0], "Perennial-Time-Floor");
    assert_eq!(floor, Some("2026-01-05T00:00:00Z"));

    let mut confirmed = Device::new(world(), &old());
    confirmed.live_until(NEW, 1);
    let confirmed = confirmed.memory().floor;
    assert_eq!(confirmed, Some(moment("2026-01-20T00:00:00Z")));
}

/// Certificates are renewed each three months.
#[test]
fn years_of_renewals_pass() {
    let mut device = Device::new(world(), &old());
    device.world.publish(&old().release(&[0]));
    for year in 2026..2036 {
        for (month, end) in [(1, 4), (3, 7), (6, 10), (9, 12)] {
            let mut leaf = leaf_for(&[PRIMARY, FAILOVER]);
            leaf.not_before = rcgen::date_time_ymd(year, month, 1);
            leaf.not_after = rcgen::date_time_ymd(year, end, 28);
            let renewed = identity_of(&PKI.other, leaf);
            for host in [PRIMARY, FAILOVER] {
                device.world.identities.set(host, &renewed);
            }
            let begins = format!("{year}-{month:02}-15T00:00:00Z");
            tell(&device.world, &begins);
            assert!(device.session(2).succeeded, "{begins}");
        }
    }
}
