//! Servers, and ways to them, that are odd and none the less good enough.

use simulated::internet::Manner;

use crate::simulated_device::Device;
use crate::transfers::{IMAGE, redirect, world};
use crate::world::{CDN, FAILOVER, NEW, PRIMARY, World, new, old};

/// A connection that breaks again and again, but further on each time, is as good as one that does not.
#[test]
fn an_image_comes_over_connections_that_break() {
    let world = world();
    // A sector and the head of the answer.
    world.behave_all(&Manner::Cuts(4096 + 200));
    let mut device = Device::new(world, &old());
    device.live_until(NEW, 2);
    let asked = device.world.internet.asked();
    let images = asked.iter().filter(|asked| asked.head.contains(IMAGE));
    let ranges = images
        .clone()
        .filter(|asked| asked.head.contains("Range: bytes="));
    assert_eq!((images.count(), ranges.count()), (5, 4));
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
