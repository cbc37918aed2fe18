//! The life of a device whose servers are as they should be.

use crate::board::Device;
use crate::desk::Desk;
use crate::firmware::{Firmware, store};
use crate::nginx::Nginx;
use crate::openssl::{Openssl, answers};
use crate::pki::{Identity, root, root_with, rsa};
use crate::site::Site;
use crate::world::World;

const HOST: &str = "ota.thermostat.example";
const CA: [&str; 2] = ["Root R1", "An Authority"];
const BELOW: [&str; 2] = ["Issuing CA 7", "An Authority"];
const DECADES: [&str; 2] = ["2020-01-01", "2045-01-01"];
const YEARS: [&str; 2] = ["2025-01-01", "2030-01-01"];
const MONTHS: [&str; 2] = ["2026-01-01", "2026-04-01"];
const NOW: &str = "2026-02-01T12:00:00Z";

/// Two versions with these CAs in their stores.
fn versions(anchors: &[device::store::AnchorContents]) -> [Firmware; 2] {
    let build = |version, built, sequence| {
        Firmware::new(version, built, &store(sequence, anchors, &[HOST]))
    };
    [
        build("1.2.0", "2026-01-05T00:00:00Z", 7),
        build("1.3.0", "2026-01-20T00:00:00Z", 8),
    ]
}

#[test]
fn update_trial_and_confirmation_from_the_desk_with_ecdsa() {
    let top = root(CA, DECADES);
    let issuing = top.issue_ca(BELOW, YEARS);
    let [old, new] = versions(&[top.anchor()]);
    let site = Site::new(&issuing.server(HOST, MONTHS, &[&issuing]));
    site.publish(&new.release());
    let mut desk = Desk::serve(&site);
    let mut world = World::at(NOW);
    world.desk(HOST, &desk);
    let mut device = Device::new(&[&old, &new]);
    device.updates(&world);
    insta::assert_snapshot!("life_update", device.said());
    let line = desk.says("GET /fleet/application.bin");
    assert!(line.contains(&old.identity()), "{line}");
    device.is_current(&world, "1.3.0");
    insta::assert_snapshot!("life_trial", device.said());
    world.clock.set("2026-02-02T12:00:00Z");
    device.is_current(&world, "1.3.0");
    insta::assert_snapshot!("life_confirmed", device.said());
    let line = desk.says("Perennial-Slot: ota_1; confirmed");
    assert!(line.contains(&new.identity()), "{line}");
}

/// nginx's access log tells which device has which store, and how many requests came over each connection.
#[test]
fn the_same_from_nginx_with_rsa() {
    let top = root_with(CA, DECADES, rsa(4096));
    let issuing = top.issue_ca(BELOW, YEARS);
    let [old, new] = versions(&[top.anchor()]);
    let identity: Identity = issuing.server_with(HOST, MONTHS, &[&issuing], &rsa(2048));
    let site = Site::new(&identity);
    site.publish(&new.release());
    let nginx = Nginx::serve(&site, "TLSv1.2 TLSv1.3");
    let mut world = World::at(NOW);
    world.nginx(HOST, &nginx);
    let mut device = Device::new(&[&old, &new]);
    device.updates(&world);
    device.is_current(&world, "1.3.0");
    let asked = |firmware: &Firmware, file: &str, length: usize, number: usize| {
        let (version, identity) = (firmware.version(), firmware.identity());
        format!("/fleet/{file} 200 {length} [-] thermostat/{version} [{identity}] {number}")
    };
    let files = new.release();
    // Manifest and signature over one connection, the image over another.
    let expected = [
        (&old, 2, 1),
        (&old, 1, 2),
        (&old, 0, 1),
        (&new, 2, 1),
        (&new, 1, 2),
    ];
    let expected = expected.map(|(firmware, file, number)| {
        let (name, bytes) = &files[file];
        asked(firmware, name, bytes.len(), number)
    });
    let log = nginx.log(expected.len() + 2);
    let (log, rehearsal) = log.split_at(expected.len());
    assert_eq!(log, expected);
    // On trial, in two parts: the first over the connection that is there. Which of them nginx writes down first is its own matter.
    let part = |begins: &str, contains: &str, ends: &str| {
        let is_it = |line: &&String| {
            line.starts_with(begins) && line.contains(contains) && line.ends_with(ends)
        };
        let parts = rehearsal.iter().filter(is_it);
        assert_eq!(parts.count(), 1, "{rehearsal:#?}");
    };
    part("/fleet/application.bin 200 ", " [-] ", " 3");
    part("/fleet/application.bin 206 ", " [bytes=", " 1");
}

/// It has the second cipher suite alone. The root is the anchor, and is sent.
#[test]
fn the_same_from_openssl_with_the_other_cipher_suite() {
    let top = root(CA, DECADES);
    let issuing = top.issue_ca(BELOW, YEARS);
    let [old, new] = versions(&[top.anchor()]);
    let site = Site::new(&issuing.server(HOST, MONTHS, &[&issuing, &top]));
    site.publish(&answers(&new.release()));
    let server = Openssl::serve(&site, &["-ciphersuites", "TLS_AES_256_GCM_SHA384"]);
    let mut world = World::at(NOW);
    world.openssl(HOST, &server);
    let mut device = Device::new(&[&old, &new]);
    device.updates(&world);
    device.is_current(&world, "1.3.0");
}
