//! Who is on the way can force a device to ask for rescue: he answers nothing on port 443, and whatever he likes on port 80. What
//! he can do is to keep updates back, and to read which store the device has.

use device::flash_layout::{OTA_0, OTA_1, OTADATA, TRUST_STORE};
use simulated::internet::Manner;

use crate::life::field;
use crate::pki::{PKI, identity};
use crate::rescue::{envelope, payload, rescue_floor};
use crate::rescuers::{Person, RESCUERS};
use crate::simulated_device::Device;
use crate::world::{FAILOVER, NEW, PRIMARY, World, new, old};

/// What he answers on port 80, and what on port 443.
type Row = (&'static str, fn() -> Manner, fn(&World));

fn file(bytes: &[u8]) -> Manner {
    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", bytes.len());
    Manner::Says([head.as_bytes(), bytes].concat())
}

const ATTEMPTS: [Row; 12] = [
    ("nothing", || Manner::Refuses, |_| {}),
    (
        "silence",
        || Manner::Silent,
        |world| world.behave_all(&Manner::Silent),
    ),
    ("garbage", || Manner::Says(vec![0xFF; 10_000]), |_| {}),
    (
        "zeros for ever",
        || Manner::Says(b"HTTP/1.1 200 OK\r\nContent-Length: 4294967295\r\n\r\n\0".to_vec()),
        |_| {},
    ),
    (
        "his own rescue store",
        || {
            file(&envelope(
                &payload(1000, &[&PKI.later]),
                &[Person(66), Person(67)],
            ))
        },
        |_| {},
    ),
    (
        "his own, under the names of rescuers",
        || {
            let mut bytes = envelope(&payload(1000, &[&PKI.later]), &[Person(66), Person(67)]);
            for (at, person) in [(66, RESCUERS[0]), (67, RESCUERS[1])] {
                let place = bytes.windows(8).position(|id| id == [at; 8]).unwrap();
                bytes[place..place + 8].copy_from_slice(&person.key().id);
            }
            file(&bytes)
        },
        |_| {},
    ),
    (
        "an old rescue store",
        || file(&envelope(&payload(5, &[&PKI.later]), &RESCUERS)),
        |_| {},
    ),
    (
        "the highest sequence, changed in one that was signed",
        || {
            let mut bytes = envelope(&payload(5, &[&PKI.later]), &RESCUERS);
            bytes[10..18].fill(0xFF);
            file(&bytes)
        },
        |_| {},
    ),
    (
        "a redirect to himself",
        || {
            Manner::Says(b"HTTP/1.1 302 Found\r\nLocation: http://evil.example/\r\nContent-Length: 0\r\n\r\n".to_vec())
        },
        |_| {},
    ),
    (
        "certificates of his own",
        || Manner::Refuses,
        |world| {
            world.behave_all(&Manner::Serves);
            for host in [PRIMARY, FAILOVER] {
                world.identities.set(host, &identity(&PKI.later, host));
            }
        },
    ),
    (
        "the certificate of a host of his own",
        || Manner::Refuses,
        |world| {
            world.behave_all(&Manner::Serves);
            for host in [PRIMARY, FAILOVER] {
                world
                    .identities
                    .set(host, &identity(&PKI.one, "evil.example"));
            }
        },
    ),
    (
        "another time",
        || Manner::Refuses,
        |world| {
            for server in crate::world::TIME_SERVERS {
                world.internet.tell_time(server, 2_500_000_000);
            }
        },
    ),
];

#[test]
fn he_can_delay_and_read_the_identity_of_the_store_and_nothing_else() {
    for (name, answer, change) in ATTEMPTS {
        println!("{name}");
        let world = World::new(&[old(), new()]);
        world.publish(&new().release(&[0]));
        let mut device = Device::new(world.copy(), &old());
        device.world.behave_all(&Manner::Refuses);
        for host in [PRIMARY, FAILOVER] {
            device
                .world
                .internet
                .web(host, 80, |server| server.manner = answer());
        }
        change(&device.world);
        let before = device.flash.clone();
        let session = device.session(10);
        assert!(!session.succeeded && session.restart.is_none());
        for partition in [&OTA_0, &OTA_1, &OTADATA, &TRUST_STORE] {
            assert!(device.flash.contents(partition) == before.contents(partition));
            assert_eq!(device.erases(partition), 0);
        }
        let memory = device.memory();
        assert_eq!(
            (memory.floor, &memory.release, rescue_floor(&memory)),
            (None, &None, 0)
        );
        for asked in device.world.internet.asked() {
            assert_eq!(asked.port, 80);
            require_public(&asked.head);
            assert!(
                field(&asked, "Perennial-Store")
                    .unwrap()
                    .starts_with("image; 7; ")
            );
        }
        // He goes away: nothing is left of him.
        device.world = World {
            timer: device.world.timer.clone(),
            internet: world.internet.copy(&device.world.timer),
            ..world
        };
        device.live_until(NEW, 2);
    }
}

/// All that he reads.
fn require_public(head: &str) {
    let names = head
        .lines()
        .skip(1)
        .filter_map(|line| line.split_once(": "));
    let names: Vec<_> = names.map(|(name, _)| name).collect();
    let expected = [
        "Host",
        "User-Agent",
        "Accept-Encoding",
        "Connection",
        "Perennial-Store",
    ];
    assert_eq!(names, expected);
    assert!(head.contains("\r\nUser-Agent: perennial\r\n"), "{head}");
}
