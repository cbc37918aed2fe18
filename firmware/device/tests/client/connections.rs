//! How many connections files take; and servers, and ways to them, that are odd and none the less good enough.

use std::time::Duration;

use device::client::Restart;
use simulated::internet::{Lacks, Manner};

use crate::pki::{PKI, identity};
use crate::simulated_device::Device;
use crate::transfers::{IMAGE, MANIFEST, redirect, world};
use crate::world::{CDN, FAILOVER, NEW, PRIMARY, World, new, old};

/// The hosts that were connected to since this was asked last.
fn opened(device: &Device) -> Vec<String> {
    let opened = device.world.internet.opened();
    opened.into_iter().map(|(host, _)| host).collect()
}

/// The files that were asked for since this was asked last.
fn asked(device: &Device) -> Vec<String> {
    let asked = device.world.internet.asked();
    let paths = asked
        .iter()
        .filter_map(|asked| asked.head.split(' ').nth(1));
    let names = paths.filter_map(|path| path.rsplit('/').next());
    names.map(str::to_owned).collect()
}

/// Manifest, signature and image; how many connections they take on a server that keeps them as it says or as it likes.
#[test]
fn files_share_a_connection_where_the_server_keeps_it() {
    let none = Lacks::default();
    for (lacks, connections, rehearsed) in [
        (none, 2, 2),
        (
            Lacks {
                keeping: true,
                ..none
            },
            3,
            4,
        ),
        (
            Lacks {
                patience: Some(1),
                ..none
            },
            3,
            4,
        ),
    ] {
        let world = world();
        world
            .internet
            .web(PRIMARY, 443, |server| server.lacks = lacks);
        let mut device = Device::new(world, &old());
        let session = device.session(1);
        assert_eq!(session.restart, Some(Restart::Updated), "{lacks:?}");
        let files = ["release.json", "release.json.minisig", "application.bin"];
        assert_eq!(asked(&device), files, "{lacks:?}");
        assert_eq!(opened(&device), vec![PRIMARY; connections], "{lacks:?}");
        // On trial, the image comes in two parts: the first one over the connection that is there.
        assert!(device.session(1).succeeded);
        assert_eq!(asked(&device), [&files[..], &files[2..]].concat());
        assert_eq!(opened(&device).len(), rehearsed, "{lacks:?}");
        // Nothing new: a round takes one.
        let session = device.session(1);
        assert!(session.succeeded);
        assert_eq!(asked(&device), files[..2], "{lacks:?}");
        assert_eq!(opened(&device).len(), connections - 1, "{lacks:?}");
    }
}

/// A connection that is new and gives no answer is a failure: it is not opened again and again.
#[test]
fn a_server_that_closes_at_once_is_asked_once() {
    let world = world();
    world.internet.web(PRIMARY, 443, |server| {
        server.lacks.patience = Some(0);
    });
    let mut device = Device::new(world, &old());
    assert_eq!(device.session(1).restart, Some(Restart::Updated));
    assert_eq!(opened(&device), [PRIMARY, FAILOVER, FAILOVER]);
    let said = "client: the connection ended without an answer";
    assert!(device.lines.take().iter().any(|line| line == said));
}

/// A redirect to another server takes a connection of its own, and back again; each is judged.
#[test]
fn each_server_on_the_way_is_connected_to_and_verified() {
    let elsewhere = |world: &World| {
        let manifest = new().release(&[0])["release.json"].clone();
        world.internet.web(CDN, 443, |server| {
            server.files.insert("/r.json".into(), manifest.into());
        });
        for host in [PRIMARY, FAILOVER] {
            world.internet.web(host, 443, |server| {
                let to = "https://cdn-a.example/r.json".to_owned();
                server.redirects.insert(MANIFEST.to_owned(), to);
            });
        }
    };
    let world = world();
    elsewhere(&world);
    let mut device = Device::new(world.copy(), &old());
    assert_eq!(device.session(1).restart, Some(Restart::Updated));
    assert_eq!(opened(&device), [PRIMARY, CDN, PRIMARY, PRIMARY]);

    // Who answers there has the certificate of another host.
    let stranger = identity(&PKI.one, "evil.example");
    world.identities.set(CDN, &stranger);
    let mut device = Device::new(world, &old());
    let session = device.session(1);
    assert!(session.restart.is_none() && !session.succeeded);
    assert_eq!(opened(&device), [PRIMARY, CDN, FAILOVER]);
    assert!(!asked(&device).contains(&"r.json".to_owned()));
}

/// A network that has another address for a host is told where nobody, or somebody else, answered there.
#[test]
fn the_network_is_told_of_a_host_that_is_somebody_else() {
    let stranger = identity(&PKI.one, "evil.example");
    for (manner, is_stranger, told) in [
        (Manner::Serves, false, false),
        (Manner::Serves, true, true),
        (Manner::Silent, false, true),
        (
            Manner::Says(b"SSH-2.0-OpenSSH_9.6\r\n".to_vec()),
            false,
            false,
        ),
        // It knows of that itself.
        (Manner::Refuses, false, false),
    ] {
        let world = world();
        world.behave(PRIMARY, manner.clone());
        if is_stranger {
            world.identities.set(PRIMARY, &stranger);
        }
        let mut device = Device::new(world, &old());
        device.session(1);
        let expected = if told { &[PRIMARY][..] } else { &[] };
        assert_eq!(device.world.internet.useless(), expected, "{manner:?}");
    }
}

/// Who cuts each connection off nearly at once is left alone for longer and longer, and then left.
#[test]
fn fetches_that_bring_nothing_are_few_and_far_between() {
    let world = world();
    world.behave_all(&Manner::Cuts(3000));
    let mut device = Device::new(world, &old());
    let session = device.session_until(1, |_| true);
    assert!(session.restart.is_none());
    let images = asked(&device);
    let images = images.iter().filter(|file| *file == "application.bin");
    // Four at each of the two.
    assert_eq!(images.count(), 8);
    let waited = device.world.timer.now();
    assert!(
        waited >= Duration::from_secs(2 * (10 + 20 + 40)),
        "{waited:?}"
    );
}

/// A connection that breaks again and again, but further on each time, is as good as one that does not.
#[test]
fn an_image_comes_over_connections_that_break() {
    let world = world();
    // A sector and the head of the answer.
    world.behave_all(&Manner::Cuts(4096 + 200));
    let mut device = Device::new(world, &old());
    assert_eq!(device.session(1).restart, Some(Restart::Updated));
    let asked = device.world.internet.asked();
    let images = asked.iter().filter(|asked| asked.head.contains(IMAGE));
    let ranges = images
        .clone()
        .filter(|asked| asked.head.contains("Range: bytes="));
    assert_eq!((images.count(), ranges.count()), (5, 4));
    device.live_until(NEW, 1);
}

/// The image on a host that the endpoint may send devices to.
#[test]
fn an_image_comes_from_a_redirect_target() {
    let world = world();
    let image = new().image;
    world.internet.web(CDN, 443, |server| {
        server.files.insert("/images/1".into(), image.into());
    });
    for host in [PRIMARY, FAILOVER] {
        world.internet.web(host, 443, |server| {
            server.files.remove(IMAGE);
            redirect(server, "https://cdn-a.example/images/1");
        });
    }
    let mut device = Device::new(world, &old());
    device.live_until(NEW, 2);
}

/// Servers that answer each path with a page for people: 200, HTML, longer than any signature.
#[test]
fn a_page_for_people_in_place_of_a_signature_that_is_not_there_is_no_matter() {
    let mut old = old();
    let mut contents = crate::world::store(7);
    contents.release_keys = crate::world::release_keys(2);
    old.store = device::store::TrustStore::read_exact(contents.write().unwrap().leak()).unwrap();
    let world = World::new(&[old.clone(), new()]);
    // All three may sign; the file of one of them is such a page.
    let names = device::release::signature_files(&old.store.release_keys());
    for missing in names.skip(1) {
        let world = world.copy();
        let mut files = new().release(&[0, 1, 2]);
        files.insert(missing, b"<html>".repeat(1000));
        world.publish(&files);
        let mut device = Device::new(world, &old);
        device.live_until(NEW, 2);
    }
}
