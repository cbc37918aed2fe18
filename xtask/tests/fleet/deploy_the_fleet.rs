//! Deploy the Fleet, 2024-07-24: the library's variable `rootCACertificate` held R3, an intermediate. On that day the
//! server's certificate was renewed, and Let's Encrypt had issued nothing by R3 since June. The users flashed by hand.
//!
//! Here the devices have rescue keys, and are back on the same day.

use std::time::Duration;

use device::client::Next;

use crate::board::Device;
use crate::desk::Desk;
use crate::firmware::{Firmware, store};
use crate::pki::{Authority, root};
use crate::rescuers;
use crate::site::Site;
use crate::world::World;

const HOST: &str = "otto.deploythefleet.example";
const FALLBACK: &str = "ota.deploythefleet.example";
const HOSTS: [&str; 2] = [HOST, FALLBACK];
/// After a round in which a rescue store came into force.
const TAKEN: Next = Next::Wait(Duration::ZERO);
/// As the real ones: the organisation of a root, of the others.
const X1: [&str; 2] = ["ISRG Root X1", "Internet Security Research Group"];
const R3: [&str; 2] = ["R3", "Let's Encrypt"];
const R10: [&str; 2] = ["R10", "Let's Encrypt"];

/// What the CA did: the root, and what issued before and after June 2024.
struct LetsEncrypt {
    x1: Authority,
    r3: Authority,
    r10: Authority,
}

impl LetsEncrypt {
    fn new() -> Self {
        let x1 = root(X1, ["2015-06-04", "2035-06-04"]);
        Self {
            r3: x1.issue_ca(R3, ["2020-09-04", "2025-09-15"]),
            r10: x1.issue_ca(R10, ["2024-03-13", "2027-03-12"]),
            x1,
        }
    }
}

#[test]
fn every_endpoint_is_refused_and_a_rescue_store_brings_the_fleet_back() {
    let ca = LetsEncrypt::new();
    let pinned = store(4, &[ca.r3.anchor()], &HOSTS);
    let rooted = store(6, &[ca.x1.anchor()], &HOSTS);
    let old = Firmware::new("1.0.4", "2024-03-19T00:00:00Z", &pinned);
    let new = Firmware::new("1.0.5", "2024-07-26T00:00:00Z", &rooted);
    let sites = HOSTS.map(|host| {
        let before = ca.r3.server(host, ["2024-05-25", "2024-08-23"], &[&ca.r3]);
        Site::new(&before)
    });
    let mut device = Device::new(&[&old, &new]);

    let mut world = World::at("2024-07-23T12:00:00Z");
    for site in &sites {
        site.publish(&old.release());
    }
    let _before = serve(&mut world, &sites);
    device.is_current(&world, "1.0.4");
    drop(device.said());

    // The day of the outage.
    world.clock.set("2024-07-24T12:00:00Z");
    for (host, site) in HOSTS.into_iter().zip(&sites) {
        site.renew(
            &ca.r10
                .server(host, ["2024-07-24", "2024-10-22"], &[&ca.r10]),
        );
    }
    let mut after = serve(&mut world, &sites);
    assert!(matches!(device.start(&world).round(&world), Next::Wait(_)));
    insta::assert_snapshot!("deploy_the_fleet_outage", device.said());
    assert!(
        after[0]
            .says("GET /fleet/rescue.bin")
            .contains(&old.identity())
    );

    // The operators sign a store with the root on the same day, and release a version with it later.
    let rescue = store(5, &[ca.x1.anchor()], &HOSTS);
    rescuers::publish(&sites[1], &rescue, "2024-07-24T15:00:00Z", 1);
    world.clock.set("2024-07-24T15:30:00Z");
    assert_ne!(device.start(&world).round(&world), TAKEN);
    let said = device.said();
    insta::assert_snapshot!(
        "deploy_the_fleet_one_signature",
        said.lines().last().unwrap()
    );
    rescuers::publish(&sites[1], &rescue, "2024-07-24T15:00:00Z", 2);
    world.clock.set("2024-07-24T18:00:00Z");
    let mut session = device.start(&world);
    assert_eq!(session.round(&world), TAKEN);
    assert!(matches!(session.round(&world), Next::Wait(_)));
    assert!(session.is_current());
    drop(session);
    insta::assert_snapshot!("deploy_the_fleet_rescue", device.said());

    for site in &sites {
        site.publish(&new.release());
    }
    world.clock.set("2024-07-26T12:00:00Z");
    device.updates(&world);
    insta::assert_snapshot!("deploy_the_fleet_update", device.said());
    device.is_current(&world, "1.0.5");
    insta::assert_snapshot!("deploy_the_fleet_confirmed", device.said());
    after[0].says(&new.identity());
}

/// Both hosts, as their sites are now.
fn serve(world: &mut World, sites: &[Site; 2]) -> [Desk; 2] {
    let servers = sites.each_ref().map(Desk::serve);
    for (host, server) in HOSTS.into_iter().zip(&servers) {
        world.desk(host, server);
    }
    servers
}
