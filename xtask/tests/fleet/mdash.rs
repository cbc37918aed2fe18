//! mDash, 2024-02-08: the library had DST Root CA X3 alone in its store. That it had expired in 2021 did nothing, for the
//! devices did not look at its dates. That Let's Encrypt no longer sent the cross-certificate which led to it did.
//!
//! Here the devices have rescue keys.

use std::time::Duration;

use device::client::Next;
use device::store::DatesChecked;

use crate::board::Device;
use crate::desk::Desk;
use crate::firmware::{Firmware, store};
use crate::pki::root;
use crate::rescuers;
use crate::site::Site;
use crate::world::World;

const HOST: &str = "mdash.example";
const X3: [&str; 2] = ["DST Root CA X3", "Digital Signature Trust Co."];
const X1: [&str; 2] = ["ISRG Root X1", "Internet Security Research Group"];
const R3: [&str; 2] = ["R3", "Let's Encrypt"];

#[test]
fn the_shorter_chain_is_refused_and_a_rescue_store_brings_the_fleet_back() {
    let x3 = root(X3, ["2000-09-30", "2021-09-30"]);
    let x1 = root(X1, ["2015-06-04", "2035-06-04"]);
    let r3 = x1.issue_ca(R3, ["2020-09-04", "2025-09-15"]);
    let x1_by_x3 = x3.cross_sign(&x1, ["2021-01-20", "2024-09-30"]);
    let mut expired = store(14, &[x3.anchor()], &[HOST]);
    expired.dates = DatesChecked {
        anchor: false,
        ..DatesChecked::ALL
    };
    let old = Firmware::new("1.2.14", "2021-05-06T00:00:00Z", &expired);
    let lasting = store(16, &[x1.anchor()], &[HOST]);
    let new = Firmware::new("1.2.17", "2024-02-09T00:00:00Z", &lasting);
    let mut device = Device::new(&[&old, &new]);

    let mut world = World::at("2024-02-07T12:00:00Z");
    let site = Site::new(&r3.server(HOST, ["2024-01-01", "2024-03-31"], &[&r3, &x1_by_x3]));
    site.publish(&old.release());
    let before = Desk::serve(&site);
    world.desk(HOST, &before);
    device.is_current(&world, "1.2.14");
    drop(device.said());

    world.clock.set("2024-02-08T20:00:00Z");
    site.renew(&r3.server(HOST, ["2024-02-08", "2024-05-08"], &[&r3]));
    let mut after = Desk::serve(&site);
    world.desk(HOST, &after);
    assert!(matches!(device.start(&world).round(&world), Next::Wait(_)));
    insta::assert_snapshot!("mdash_outage", device.said());

    let rescue = store(15, &[x1.anchor()], &[HOST]);
    rescuers::publish(&site, &rescue, "2024-02-08T21:00:00Z", 2);
    site.publish(&new.release());
    world.clock.set("2024-02-09T12:00:00Z");
    let mut session = device.start(&world);
    assert_eq!(session.round(&world), Next::Wait(Duration::ZERO));
    assert!(matches!(session.round(&world), Next::Restart(_)));
    drop(session);
    insta::assert_snapshot!("mdash_rescue", device.said());
    device.is_current(&world, "1.2.17");
    insta::assert_snapshot!("mdash_confirmed", device.said());
    after.says(&new.identity());
}
