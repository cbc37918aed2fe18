//! An image on trial is confirmed when it could fetch the image of a release as an update would, and not before.

use std::rc::Rc;
use std::time::Duration;

use device::client::backoff::REHEARSAL_WAIT;
use device::client::{INSTALL_LIMIT, Restart, TRIAL_LIMIT};
use device::day::Day;
use device::flash_layout::{OTA_0, OTA_1, OTADATA};
use device::memory::RolledBack;
use device::otadata::Slot;
use device::release::{SIGNED_IMAGE, SecureBoot};
use device::verify::Moment;
use simulated::internet::{Asked, Lacks, Manner, WebServer};

use crate::life::field;
use crate::simulated_device::{Device, LONG, PATIENCE};
use crate::transfers::{IMAGE, redirect};
use crate::trials::{installed, until_taken_back};
use crate::update::update;
use crate::world::{FAILOVER, Firmware, NEW, OLD, PRIMARY, World, new, old, store};

const FETCHING: &str =
    "trial: fetching 1.3.0 of 1768867200 as an update would be, without writing it";
const FETCHED: &str = "trial: 1.3.0 of 1768867200 was fetched in two parts, as an update would be";
const HALF: &str =
    "trial: the first part is there; asking for the rest, as if the connection had broken";
const CONFIRMED: &str = "update: 1.3.0 of 1768867200 is confirmed in ota_1";

fn at(device: &Device, line: &str) -> usize {
    let place = device.lines.place(line);
    place.unwrap_or_else(|| panic!("{line}\n{}", device.lines.take().join("\n")))
}

fn images(device: &Device) -> Vec<Asked> {
    let asked = device.world.internet.asked();
    let is_image = |asked: &Asked| asked.head.starts_with("GET /fleet/application");
    asked.into_iter().filter(is_image).collect()
}

fn change_all(world: &World, change: impl Fn(&mut WebServer)) {
    for host in [PRIMARY, FAILOVER] {
        world.internet.web(host, 443, &change);
    }
}

fn change_image(server: &mut WebServer, change: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = server.files[IMAGE].to_vec();
    change(&mut bytes);
    server.files.insert(IMAGE.to_owned(), Rc::from(bytes));
}

fn require_confirmed(device: &mut Device) {
    let session = device.session(1);
    assert_eq!((&*session.version, session.on_trial), (NEW, false));
    assert!(session.succeeded);
}

#[test]
fn it_is_confirmed_after_an_update_was_rehearsed_and_nothing_is_written() {
    let mut device = installed();
    let before = device.flash.clone();
    device.world.internet.asked();
    device.world.internet.opened();
    require_confirmed(&mut device);

    let (fetching, fetched) = (at(&device, FETCHING), at(&device, FETCHED));
    let half = at(&device, HALF);
    assert!(fetching < half && half < fetched && fetched < at(&device, CONFIRMED));
    // The rest is asked for as after a connection that broke: over another one.
    let asked = images(&device);
    let ranges = asked.iter().map(|asked| field(asked, "Range"));
    assert_eq!(ranges.collect::<Vec<_>>(), [None, Some("bytes=11680-")]);
    assert!(field(&asked[1], "If-Range").is_some());
    assert_eq!(device.world.internet.opened().len(), 2);

    for partition in [&OTA_0, &OTA_1] {
        assert!(device.flash.contents(partition) == before.contents(partition));
        let sectors = (partition.offset..partition.end()).step_by(4096);
        for sector in sectors {
            assert_eq!(device.flash.wear(sector), before.wear(sector));
        }
    }
    assert_eq!(device.version(Slot::Ota0).as_deref(), Some(OLD));
}

/// A confirmed image has nothing to show.
#[test]
fn it_is_rehearsed_on_trial_alone() {
    let mut device = installed();
    require_confirmed(&mut device);
    images(&device);
    assert!(device.session(1).succeeded);
    assert_eq!(images(&device), []);
}

/// What servers lack, and may.
#[test]
fn servers_without_ranges_tags_or_patience_are_good_enough() {
    let none = Lacks::default();
    let (ranges, tags) = (true, true);
    let rows = [
        Lacks { ranges, ..none },
        Lacks { tags, ..none },
        Lacks {
            ranges,
            tags,
            ..none
        },
        Lacks {
            conditions: true,
            ..none
        },
        Lacks {
            keeping: true,
            ..none
        },
        Lacks {
            patience: Some(1),
            ..none
        },
    ];
    for lacks in rows {
        println!("{lacks:?}");
        let mut device = installed();
        change_all(&device.world, |server| server.lacks = lacks);
        require_confirmed(&mut device);
        at(&device, FETCHED);
    }
}

/// A sector, and the head of the answer, for each connection.
#[test]
fn connections_that_break_are_good_enough() {
    let mut device = installed();
    device.world.behave_all(&Manner::Cuts(4096 + 200));
    images(&device);
    require_confirmed(&mut device);
    assert!(images(&device).len() > 3);
}

#[test]
fn one_endpoint_with_the_image_is_enough() {
    let defects: [fn(&mut WebServer); 3] = [
        |server| drop(server.files.remove(IMAGE)),
        |server| change_image(server, |image| image[12_000] ^= 1),
        |server| server.manner = Manner::Cuts(3000),
    ];
    for defect in defects {
        let mut device = installed();
        device.world.internet.web(PRIMARY, 443, defect);
        images(&device);
        require_confirmed(&mut device);
        let asked = images(&device);
        assert_eq!(asked.first().unwrap().host, PRIMARY);
        assert_eq!(asked.last().unwrap().host, FAILOVER);
    }
}

/// One defect of both servers: its name, what makes it, what the device says, and whether a verified server said it: what is not
/// said by one anybody on the way may have done.
type Row = (&'static str, fn(&mut WebServer), &'static str, bool);

const HOPELESS: [Row; 9] = [
    (
        "no image",
        |server| drop(server.files.remove(IMAGE)),
        "client: no update would come: 0 of 20848 bytes came, then: the server answers with status 404",
        true,
    ),
    (
        "another image",
        |server| change_image(server, |image| image.clone_from(&old().image)),
        "client: no update would come: the version of the image is 1.2.0, the manifest says 1.3.0",
        true,
    ),
    (
        "a flipped bit",
        |server| change_image(server, |image| image[12_000] ^= 1),
        "client: no update would come: the image: its checksum is 0x",
        true,
    ),
    (
        "two flipped bits",
        |server| {
            change_image(server, |image| {
                image[12_000] ^= 1;
                image[13_000] ^= 1;
            });
        },
        "client: no update would come: the image: its digest is ",
        true,
    ),
    (
        "short",
        |server| change_image(server, |image| image.truncate(20_847)),
        "client: no update would come: the server's file has 20847 bytes, the manifest says 20848",
        true,
    ),
    (
        "long",
        |server| change_image(server, |image| image.push(0)),
        "client: no update would come: the server's file has 20849 bytes, the manifest says 20848",
        true,
    ),
    (
        "a redirect outside the list",
        |server| redirect(server, "https://other.example/a"),
        "a redirect leads to a place that the policy does not list",
        true,
    ),
    (
        "cut, each time nearly at once",
        |server| server.manner = Manner::Cuts(3000),
        "then: the connection broke",
        false,
    ),
    (
        "an image that drips, a sector each half an hour",
        |server| {
            server.manner = Manner::Drips {
                path: IMAGE.to_owned(),
                bytes: 46,
            };
        },
        "client: no update would come: no answer within 9000 s",
        false,
    ),
];

#[test]
fn an_image_that_can_fetch_no_image_is_taken_back_and_says_so() {
    for (name, defect, says, is_said) in HOPELESS {
        println!("{name}");
        let mut device = installed();
        let world = device.world.copy();
        change_all(&device.world, defect);
        until_taken_back(&mut device);
        let lines = device.lines.take();
        assert!(lines.iter().any(|line| line.contains(says)), "{lines:#?}");
        assert!(!lines.iter().any(|line| line == CONFIRMED));
        let memory = device.memory();
        assert_eq!(memory.rolled_back, Some(RolledBack::NoImage));
        let failed = memory.failed_release.unwrap();
        let by_clock = failed.next_try != Moment::end_of(Day::MAX);
        assert_eq!((failed.attempts, by_clock), (1, is_said));

        // The old one runs, and tells its servers, which are repaired.
        device.world = World {
            timer: device.world.timer.clone(),
            internet: world.internet.copy(&device.world.timer),
            ..world
        };
        device.world.internet.asked();
        let session = device.session(1);
        assert_eq!((&*session.version, session.slot), (OLD, Slot::Ota0));
        assert!(session.succeeded && session.restart.is_none());
        let asked = device.world.internet.asked();
        let said = field(&asked[0], "Perennial-Failed-Release").unwrap();
        let why = "times; taken back: it could not fetch the image of a release";
        assert!(said.ends_with(why), "{said}");
        device.live_until(NEW, 2);
    }
}

/// A newer release, whose image is the one that an update would fetch now.
#[test]
fn a_newer_release_is_rehearsed_as_well() {
    let mut device = installed();
    let newer = Firmware::new("1.4.0", "2026-01-25T00:00:00Z", &store(9));
    device.world.publish(&newer.release(&[1]));
    device.world.firmware.insert("1.4.0".into(), newer.clone());
    change_all(&device.world, |server| {
        change_image(server, |image| image[12_000] ^= 1);
    });
    until_taken_back(&mut device);
    assert_eq!(device.memory().rolled_back, Some(RolledBack::NoImage));
    device.world.publish(&newer.release(&[1]));
    device.live_until("1.4.0", 3);
}

/// It takes longer than a trial may without having begun one.
#[test]
fn a_slow_rehearsal_is_not_cut_off() {
    let mut device = installed();
    device.world.behave_all(&Manner::Drips {
        path: IMAGE.into(),
        bytes: 100,
    });
    let before = device.world.timer.now();
    let session = device.session(1);
    assert!(session.succeeded && !session.on_trial);
    let took = device.world.timer.now() - before;
    assert!(took > TRIAL_LIMIT * 3 && took < INSTALL_LIMIT, "{took:?}");
    assert_eq!(session.promised, INSTALL_LIMIT + Duration::from_mins(5));
}

/// A fleet that fetches an image in vain for 20 minutes must not do so every 30 seconds.
#[test]
fn rehearsals_that_fail_are_few() {
    let mut device = installed();
    change_all(&device.world, |server| {
        change_image(server, |image| image[12_000] ^= 1);
    });
    images(&device);
    let session = device.session(LONG);
    assert_eq!(session.restart, Some(Restart::RolledBack));
    let longest = session.waits.iter().max().unwrap();
    assert_eq!(*longest, REHEARSAL_WAIT);
    let whole = images(&device).len() / 4;
    assert!((5..=8).contains(&whole), "{whole}");
}

/// He lets manifests through and no image. An image that can receive none looks the same, and has the servers asked less and less.
#[test]
fn who_cuts_each_image_makes_no_pause_longer_than_four_hours() {
    const HOUR: Duration = Duration::from_hours(1);
    let mut device = installed();
    for (attempts, hours) in [(1, 1), (2, 2), (3, 4), (3, 4), (3, 4)] {
        device.world.behave_all(&Manner::Cuts(3000));
        until_taken_back(&mut device);
        assert_eq!(device.memory().failed_release.unwrap().attempts, attempts);
        device.world.behave_all(&Manner::Serves);
        let began = device.world.timer.now();
        let session = device.session_until(PATIENCE, |_| false);
        assert_eq!(session.restart, Some(Restart::Updated));
        let pause = device.world.timer.now() - began;
        let least = HOUR * hours;
        assert!(pause >= least && pause < least * 3 / 2, "{pause:?}");
    }
    device.live_until(NEW, 1);
}

/// What comes in a rehearsal may be what the board does not survive: the next endpoint is asked first after that.
#[test]
fn a_reset_in_a_rehearsal_is_not_the_images_fault() {
    let mut device = installed();
    device.world.behave_all(&Manner::Drips {
        path: IMAGE.into(),
        bytes: 100,
    });
    for _ in 0..10 {
        device.reset_after(FETCHING);
        assert_eq!(device.memory().rolled_back, None);
    }
    device.world.behave(FAILOVER, Manner::Serves);
    device.reset_after(FETCHING);
    images(&device);
    require_confirmed(&mut device);
    assert!(images(&device).iter().all(|asked| asked.host == FAILOVER));
}

/// That of the running image is not read as an update reads what it has written.
#[test]
fn flash_that_cannot_be_read_is_found() {
    let mut device = installed();
    let mut client = device.start().unwrap();
    let flash = &mut client.board().flash;
    flash.fail_reads(OTA_1.offset + 9000..OTA_1.offset + 9001);
    device.world.timer.run(client.round());
    assert!(client.is_on_trial());
    let says = "client: no update would come: read back: the slot: ";
    assert!(device.lines.any(|line| line.starts_with(says)));
    client.board().flash.fail_reads(0..0);
    device.world.timer.run(client.round());
    assert!(!client.is_on_trial());
}

/// Confirming fails, and is tried again in each round.
#[test]
fn what_was_shown_is_not_shown_again() {
    let mut device = installed();
    images(&device);
    let mut client = device.start().unwrap();
    let flash = &mut client.board().flash;
    flash.fail_programs(OTADATA.offset..OTADATA.end());
    for _ in 0..3 {
        device.world.timer.run(client.round());
        assert!(client.is_on_trial());
    }
    assert_eq!(images(&device).len(), 2);
    client.board().flash.fail_programs(0..0);
    device.world.timer.run(client.round());
    assert!(!client.is_on_trial());
    assert_eq!(images(&device), []);
}

/// Two releases that the bootloader of a board with Secure Boot starts.
#[test]
fn with_secure_boot_the_signed_image_is_rehearsed() {
    let signed = |firmware: Firmware| {
        let mut application = update().application;
        application.version = firmware.edition.version().to_string();
        Firmware {
            image: application.signed(),
            secure_boot: SecureBoot::On,
            ..firmware
        }
    };
    let (old, new) = (signed(old()), signed(new()));
    let world = World::new(&[old.clone(), new.clone()]);
    world.publish(&new.release(&[0]));
    let mut device = Device::new(world, &old);
    assert_eq!(device.session(1).restart, Some(Restart::Updated));
    images(&device);
    require_confirmed(&mut device);
    let signed = |asked: &Asked| asked.head.contains(SIGNED_IMAGE);
    let asked = images(&device);
    assert!(asked.len() == 2 && asked.iter().all(signed));

    // Signed is another one.
    let world = device.world.copy();
    let mut device = Device::new(world, &old);
    assert_eq!(device.session(1).restart, Some(Restart::Updated));
    change_all(&device.world, |server| {
        let path = format!("/fleet/{SIGNED_IMAGE}");
        let mut bytes = server.files[&path].to_vec();
        let sector = bytes.len() - 4096;
        bytes[sector + 4] ^= 1;
        server.files.insert(path, bytes.into());
    });
    until_taken_back(&mut device);
    let says = "client: no update would come: the image: its signature sector is for the image ";
    assert!(device.lines.any(|line| line.starts_with(says)));
}
