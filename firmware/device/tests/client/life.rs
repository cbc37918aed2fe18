//! The life of a device: an update, from the first round to the one in which nothing is newer.

use std::time::Duration;

use device::client::Restart;
use device::client::backoff::INTERVAL;
use device::flash_layout::{OTA_1, OTADATA, STATE, TRUST_STORE};
use device::memory::{Accepted, Memory, ShortText};
use device::otadata::{Slot, selected_in};
use simulated::internet::Asked;

use crate::certificates::moment;
use crate::keys::id;
use crate::simulated_device::Device;
use crate::world::{NEW, NOW, OLD, PRIMARY, World, new, old};

const STORES: [&str; 2] = [
    "store: first copy of a rescue store: no rescue store",
    "store: second copy of a rescue store: no rescue store",
];
const ASKING: [&str; 2] = [
    "time: it is 2026-02-01T12:00:00Z",
    "client: asking \"primary\", https://primary.example.com/fleet/",
];
const NOTHING_NEWER: [&str; 1] = ["update: 1.3.0 of 1768867200 runs already; nothing is newer"];

fn updated() -> Device {
    let (old, new) = (old(), new());
    let world = World::new(&[old.clone(), new.clone()]);
    world.publish(&new.release(&[0]));
    Device::new(world, &old)
}

fn signed() -> String {
    format!("update: release.json is signed by {}", id(0))
}

fn require_lines(device: &Device, expected: &[&[&str]]) {
    assert_eq!(device.lines.take(), expected.concat());
}

#[test]
fn an_update_from_the_first_round_to_the_one_in_which_nothing_is_newer() {
    let mut device = updated();
    let signed = signed();

    let first = device.session(1);
    assert_eq!(first.version, OLD);
    assert_eq!(first.restart, Some(Restart::Updated));
    let installed = [
        "update: 1.3.0 of 1768867200 is newer",
        "update: 10 %, 2920 of 20848 bytes",
        "update: 20 %, 4380 of 20848 bytes",
        "update: 30 %, 7300 of 20848 bytes",
        "update: 40 %, 8760 of 20848 bytes",
        "update: 50 %, 11680 of 20848 bytes",
        "update: 60 %, 13140 of 20848 bytes",
        "update: 70 %, 14600 of 20848 bytes",
        "update: 80 %, 17520 of 20848 bytes",
        "update: 90 %, 18980 of 20848 bytes",
        "update: 100 %, 20848 of 20848 bytes",
        "update: reading ota_1 back",
        "update: 1.3.0 of 1768867200 stands in ota_1",
        "update: ota_1 is selected; restarting",
    ];
    let started = [
        "memory: nothing was remembered yet",
        "boot: ota_0: the image is confirmed",
    ];
    let in_force = ["store: in force is the image's, sequence 7"];
    require_lines(
        &device,
        &[
            &started,
            &STORES,
            &in_force,
            &ASKING,
            &[&signed],
            &installed,
        ],
    );
    let memory = device.memory();
    let failed = memory.failed_release.expect("it is not confirmed yet");
    assert_eq!(failed.attempts, 1);
    assert_eq!(failed.next_try, moment("2026-02-01T13:00:00Z"));
    assert_eq!(memory.release, accepted(OLD, "2026-01-05T00:00:00Z"));

    let second = device.session(1);
    assert_eq!((&*second.version, second.slot), (NEW, Slot::Ota1));
    assert!(second.succeeded && !second.on_trial);
    assert!(second.waits[0] >= INTERVAL);
    let started = [
        "memory: record 1",
        "boot: ota_1: the image is on trial: 1 boots, 1 of them without the network",
    ];
    let in_force = ["store: in force is the image's, sequence 8"];
    let rehearsed = [
        "trial: fetching 1.3.0 of 1768867200 as an update would be, without writing it",
        "trial: 10 %, 2920 of 20848 bytes",
        "trial: 20 %, 4380 of 20848 bytes",
        "trial: 30 %, 7300 of 20848 bytes",
        "trial: 40 %, 8760 of 20848 bytes",
        "trial: 50 %, 11680 of 20848 bytes",
        "trial: the first part is there; asking for the rest, as if the connection had broken",
        "trial: 60 %, 13140 of 20848 bytes",
        "trial: 70 %, 14600 of 20848 bytes",
        "trial: 80 %, 17520 of 20848 bytes",
        "trial: 90 %, 18980 of 20848 bytes",
        "trial: 100 %, 20848 of 20848 bytes",
        "trial: 1.3.0 of 1768867200 was fetched in two parts, as an update would be",
        "trial: ota_1 holds the same",
    ];
    let confirmed = ["update: 1.3.0 of 1768867200 is confirmed in ota_1"];
    require_lines(
        &device,
        &[
            &started,
            &STORES,
            &in_force,
            &ASKING,
            &[&signed],
            &rehearsed,
            &confirmed,
            &NOTHING_NEWER,
        ],
    );

    let third = device.session(1);
    assert_eq!(third.version, NEW);
    let started = ["memory: record 3", "boot: ota_1: the image is confirmed"];
    require_lines(
        &device,
        &[
            &started,
            &STORES,
            &in_force,
            &ASKING,
            &[&signed],
            &NOTHING_NEWER,
        ],
    );
    assert_eq!(
        device.memory(),
        Memory {
            floor: Some(moment("2026-01-20T00:00:00Z")),
            release: accepted(NEW, "2026-01-20T00:00:00Z"),
            successes: 2,
            last_success: Some(moment(NOW)),
            ..Memory::default()
        }
    );
    let otadata = device.flash.contents(&OTADATA);
    assert_eq!(selected_in(&otadata).slot(), Slot::Ota1);
    assert_eq!(device.version(Slot::Ota0).as_deref(), Some(OLD));
}

fn accepted(version: &str, date: &str) -> Option<Accepted> {
    Some(Accepted {
        epoch: moment(date).unix_seconds(),
        version: ShortText::of(version),
    })
}

/// All that a server is told, in each request.
#[test]
fn each_request_says_which_store_the_device_has_and_how_it_fares() {
    let mut device = updated();
    device.live_until(NEW, 2);
    let firmware = device.world.firmware.clone();
    let store = |version: &str| {
        let store = &firmware[version].store;
        let identity = device::hex::Hex(store.sha256()).to_string();
        format!("image; {}; {identity}", store.sequence())
    };
    let asked = device.world.internet.asked();
    let targets: Vec<_> = asked.iter().map(target).collect();
    let manifest = ["/fleet/release.json", "/fleet/release.json.minisig"];
    let image = ["/fleet/application.bin"];
    let rehearsal = [image, image].concat();
    assert_eq!(
        targets,
        [&manifest[..], &image, &manifest, &rehearsal].concat()
    );
    for (number, asked) in asked.iter().enumerate() {
        assert_eq!((&*asked.host, asked.port), (PRIMARY, 443));
        let (version, slot) = match number {
            0..3 => (OLD, "ota_0; confirmed"),
            _ => (NEW, "ota_1; on trial"),
        };
        let floor = match number {
            0..3 => "2026-01-05T00:00:00Z",
            _ => "2026-01-20T00:00:00Z",
        };
        let expected = [
            ("User-Agent", format!("reference/{version}")),
            ("Perennial-Store", store(version)),
            ("Perennial-Slot", slot.into()),
            ("Perennial-Last-Success", "never".into()),
            ("Perennial-Last-Error", "none".into()),
            ("Perennial-Failed-Release", "none".into()),
            ("Perennial-Time-Floor", floor.into()),
        ];
        for (name, value) in expected {
            assert_eq!(field(asked, name), Some(&*value), "{number}");
        }
    }
}

fn target(asked: &Asked) -> &str {
    asked.head.split(' ').nth(1).unwrap()
}

/// A field of a request.
pub(crate) fn field<'a>(asked: &'a Asked, name: &str) -> Option<&'a str> {
    let mut lines = asked.head.lines();
    lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
}

/// Flash is good for 100,000 erases of a sector.
#[test]
fn a_year_without_news_wears_nothing_out() {
    let mut device = updated();
    device.live_until(NEW, 2);
    let before = erases(&device);
    let session = device.session_until(4 * 365, |_| false);
    assert_eq!(session.waits.len(), 4 * 365);
    let limit = INTERVAL + INTERVAL / 4;
    assert!(
        session
            .waits
            .iter()
            .all(|wait| (INTERVAL..limit).contains(wait))
    );
    let [state, others] = [0, 1].map(|at| erases(&device)[at] - before[at]);
    assert!(state <= 4 * 365 && others == 0, "{state}, {others}");
    assert!(device.world.timer.now() > Duration::from_hours(365 * 24));
}

/// Those of what is remembered, and all others.
fn erases(device: &Device) -> [u32; 2] {
    let others = [&OTADATA, Slot::Ota0.partition(), &OTA_1, &TRUST_STORE];
    let others = others.map(|partition| device.erases(partition));
    [device.erases(&STATE), others.iter().sum()]
}
