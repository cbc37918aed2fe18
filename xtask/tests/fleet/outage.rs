//! A day on which nobody serves.

use std::time::Duration;

use device::client::backoff::{FIRST_WAIT, LONGEST_WAIT};
use device::client::{Next, Restart};

use crate::board::Device;
use crate::firmware::{Firmware, store};
use crate::nginx::Nginx;
use crate::pki::root;
use crate::site::Site;
use crate::world::World;

const PRIMARY: &str = "primary.thermostat.example";
/// Nobody has an address for it.
const FAILOVER: &str = "failover.thermostat.example";

#[test]
fn devices_come_back_less_and_less_often_and_update_when_the_server_does() {
    let top = root(["Root R1", "An Authority"], ["2020-01-01", "2045-01-01"]);
    let issuing = top.issue_ca(["Issuing CA", "An Authority"], ["2025-01-01", "2030-01-01"]);
    let build = |version, built, sequence| {
        let store = store(sequence, &[top.anchor()], &[PRIMARY, FAILOVER]);
        Firmware::new(version, built, &store)
    };
    let old = build("1.2.0", "2026-01-05T00:00:00Z", 7);
    let new = build("1.3.0", "2026-01-20T00:00:00Z", 8);
    let site = Site::new(&issuing.server(PRIMARY, ["2026-01-01", "2026-04-01"], &[&issuing]));
    site.publish(&new.release());
    let nginx = Nginx::serve(&site, "TLSv1.3");
    let mut world = World::at("2026-02-01T12:00:00Z");
    world.nginx(PRIMARY, &nginx);
    let mut device = Device::new(&[&old, &new]);

    nginx.relay.close(true);
    let mut session = device.start(&world);
    let mut waits = Vec::new();
    while waits.iter().sum::<Duration>() < Duration::from_hours(24) {
        match session.round(&world) {
            Next::Wait(wait) => waits.push(wait),
            Next::Restart(restart) => panic!("{restart:?}"),
        }
    }
    let doubled = (0..).map(|round| (FIRST_WAIT * 2_u32.pow(round)).min(LONGEST_WAIT));
    for (wait, least) in waits.iter().zip(doubled) {
        assert!((least..least + least / 4).contains(wait), "{waits:?}");
    }
    assert!((10..14).contains(&waits.len()), "{waits:?}");

    nginx.relay.close(false);
    assert_eq!(session.round(&world), Next::Restart(Restart::Updated));
    drop(session);
    let said = device.said();
    let rounds = said.matches("client: asking \"primary\"").count();
    assert_eq!(rounds, waits.len() + 1, "{said}");
    let (first, _) = said.split_once("client: asking \"failover\"").unwrap();
    insta::assert_snapshot!("outage_first_round", first);
    device.is_current(&world, "1.3.0");
    // Before the update, and after it.
    let log = nginx.log(5);
    assert!(
        log[0].contains(&old.identity()) && log[4].contains(&new.identity()),
        "{log:#?}"
    );
}
