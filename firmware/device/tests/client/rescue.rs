//! Devices that trust no server any more, and the store that saves them.

use device::client::Next;
use device::flash_layout::TRUST_STORE;
use device::memory::{Memory, RescueFloors};
use device::store::{StoreContents, TrustStore};
use simulated::internet::Manner;

use crate::certificates::{Made, root};
use crate::life::field;
use crate::pki::{PKI, identity};
use crate::rescuers::{self, Person, RESCUERS, signed, unsigned};
use crate::simulated_device::{Device, Session};
use crate::world::{FAILOVER, Firmware, NEW, OLD, PRIMARY, World, endpoint, new, old, store};

/// What a rescue store holds: the anchors of the servers now.
pub(crate) fn payload(sequence: u64, anchors: &[&Made]) -> StoreContents {
    StoreContents {
        anchors: anchors.iter().map(|made| made.anchor()).collect(),
        // Keys of its own, which nobody may ask.
        release_keys: rescuers::keys(1, &[Person(40)]),
        rescue_keys: rescuers::keys(1, &[Person(41)]),
        ..store(sequence)
    }
}

/// An envelope around it that these people signed.
pub(crate) fn envelope(payload: &StoreContents, people: &[Person]) -> Vec<u8> {
    signed(unsigned(payload), people).write().unwrap()
}

/// A fleet whose servers moved to a CA that no device knows.
pub(crate) fn stranded() -> Device {
    let world = World::new(&[old(), new()]);
    world.publish(&new().release(&[0]));
    for host in [PRIMARY, FAILOVER] {
        world.identities.set(host, &identity(&PKI.later, host));
    }
    Device::new(world, &old())
}

/// What the device remembers for the rescue keys of its images.
pub(crate) fn rescue_floor(memory: &Memory) -> u64 {
    memory.rescue_floors.of(&rescue_keys_sha256(&store(1)))
}

fn rescue_keys_sha256(image: &StoreContents) -> [u8; 32] {
    let bytes = image.write().unwrap();
    let image = TrustStore::read_exact(&bytes).unwrap();
    image.rescue_keys().sha256()
}

pub(crate) fn origin(device: &Device) -> String {
    let lines = device.lines.take();
    let line = lines
        .iter()
        .find(|line| line.contains("store: in force is"));
    line.expect("a start says it").clone()
}

/// Each endpoint is refused for its anchors, which the device says.
fn require_stranded(device: &mut Device) {
    let session = device.session(1);
    assert!(!session.succeeded && session.restart.is_none());
    let lines = device.lines.take();
    let refused = lines
        .iter()
        .filter(|line| line.starts_with("client: ") && line.contains("no anchor"));
    assert_eq!(refused.count(), 2, "{lines:#?}");
}

/// Both CAs are left behind at once, as in the stories of Deploy the Fleet and mDash: the file that two of three rescuers signed
/// comes over plain HTTP, and the fleet goes on. The next image has the anchors itself.
#[test]
fn a_fleet_whose_servers_changed_their_ca_is_saved_over_plain_http() {
    let mut device = stranded();
    require_stranded(&mut device);
    let rescue = envelope(&payload(8, &[&PKI.later]), &[RESCUERS[2], RESCUERS[0]]);
    device.world.offer_rescue(FAILOVER, &rescue);
    let next = Firmware::new(NEW, "2026-01-20T00:00:00Z", &payload_of_image());
    device.world.publish(&next.release(&[0]));
    device.world.firmware.insert(NEW.into(), next);

    let mut client = device.start().unwrap();
    let first = device.world.timer.run(client.round());
    assert_eq!(first, Next::Wait(std::time::Duration::ZERO));
    assert_eq!(rescue_floor(client.memory()), 8);
    device.flash = client.board().flash.clone();
    let lines = device.lines.take();
    assert!(lines.contains(&"rescue: the store with sequence 8 is in force".to_owned()));

    let sessions = device.live_until(NEW, 2);
    let versions: Vec<_> = sessions.iter().map(|session| &*session.version).collect();
    assert_eq!(versions, [OLD, NEW]);
    device.world.internet.asked();
    device.lines.take();
    // The new image's own store has a higher sequence.
    assert!(device.session(1).succeeded);
    assert_eq!(
        origin(&device),
        "store: in force is the image's, sequence 9"
    );
    let asked = device.world.internet.asked();
    let said = field(&asked[0], "Perennial-Store").unwrap();
    assert!(said.starts_with("image; 9; "), "{said}");
}

fn payload_of_image() -> StoreContents {
    let mut contents = store(9);
    contents.anchors.push(PKI.later.anchor());
    contents
}

/// Nothing but the root stays: another intermediate is no matter at all.
#[test]
fn another_intermediate_below_a_root_that_is_trusted_needs_no_rescue() {
    let world = World::new(&[old(), new()]);
    world.publish(&new().release(&[0]));
    for host in [PRIMARY, FAILOVER] {
        world.identities.set(host, &identity(&PKI.other, host));
    }
    let mut device = Device::new(world, &old());
    device.live_until(NEW, 1);
    assert_eq!(rescue_floor(&device.memory()), 0);
}

/// One that saves the fleet.
pub(crate) fn right() -> Vec<u8> {
    envelope(&payload(9, &[&PKI.later]), &RESCUERS[..2])
}

/// On a device with a rescue store in force already, whose servers moved once more.
pub(crate) fn rescued() -> Device {
    let mut device = stranded();
    device.world.publish(&old().release(&[0]));
    let rescue = envelope(&payload(8, &[&PKI.later]), &RESCUERS[..2]);
    device.world.offer_rescue(PRIMARY, &rescue);
    let session: Session = device.session_until(2, |_| false);
    assert!(session.succeeded);
    let last = root("Root Last");
    for host in [PRIMARY, FAILOVER] {
        device.world.identities.set(host, &identity(&last, host));
    }
    device.lines.take();
    device
}

#[test]
fn a_redirect_is_not_followed_without_tls() {
    let mut device = stranded();
    device.world.offer_rescue("files.example.com", &right());
    for host in [PRIMARY, FAILOVER] {
        device.world.internet.web(host, 80, |server| {
            let to = "http://files.example.com/fleet/rescue.bin";
            server
                .redirects
                .insert("/fleet/rescue.bin".into(), to.into());
        });
    }
    assert!(!device.session(2).succeeded);
    let lines = device.lines.take();
    let says = "rescue: a redirect, which is not followed without TLS";
    assert!(lines.iter().any(|line| line == says));
    assert_eq!(device.erases(&TRUST_STORE), 0);
}

/// A device whose image has no rescue keys cannot be saved, and does not ask.
#[test]
fn without_rescue_keys_nobody_is_asked() {
    let mut contents = store(7);
    contents.rescue_keys = device::store::KeySetContents::NONE;
    let old = Firmware::new(OLD, "2026-01-05T00:00:00Z", &contents);
    let mut device = stranded();
    device.world.firmware.insert(OLD.into(), old);
    device.world.offer_rescue(PRIMARY, &right());
    assert!(!device.session(2).succeeded);
    assert_eq!(device.world.internet.asked(), []);
}

/// Rescuers may err: the store that they signed names hosts that do not exist. The next one is found where the image looks.
#[test]
fn a_rescue_store_with_the_wrong_hosts_is_replaced_by_a_later_one() {
    let mut device = stranded();
    let mut wrong = payload(8, &[&PKI.later]);
    wrong.endpoints = vec![endpoint("primary.exmaple.com", &[])];
    device
        .world
        .offer_rescue(PRIMARY, &envelope(&wrong, &RESCUERS[..2]));
    assert!(!device.session(3).succeeded);
    let later = envelope(&payload(9, &[&PKI.later]), &RESCUERS[1..]);
    device.world.offer_rescue(PRIMARY, &later);
    device.live_until(NEW, 3);
}

/// A copy of the highest rescue store that there was is lost: a lower one must not come in its place, though nobody was told
/// of the higher one but flash.
#[test]
fn a_rescue_store_that_is_in_force_is_remembered_at_the_next_start() {
    let mut device = rescued();
    // The power was cut before it was remembered.
    let mut memory = device.memory();
    memory.rescue_floors = RescueFloors::default();
    memory.store(&mut device.flash).unwrap();
    device.session(1);
    assert_eq!(rescue_floor(&device.memory()), 8);
}

/// Whoever had the rescue keys of an image long ago could use up the numbers of that image. They are none of the next image's,
/// which has other keys, nor of the same keys when another number of them must sign.
#[test]
fn a_floor_that_other_rescue_keys_raised_keeps_no_rescue_store_out() {
    let mut device = stranded();
    let mut memory = device.memory();
    let mut earlier = store(7);
    earlier.rescue_keys.threshold = 1;
    let stolen = rescue_keys_sha256(&earlier);
    memory.rescue_floors.raise(&stolen, u64::MAX);
    memory.store(&mut device.flash).unwrap();
    device.world.offer_rescue(PRIMARY, &right());
    device.live_until(NEW, 2);
    let memory = device.memory();
    assert_eq!(rescue_floor(&memory), 9);
    // An image with the old keys, started again by a rollback, still finds its own.
    assert_eq!(memory.rescue_floors.of(&stolen), u64::MAX);
}

/// The rescuers of an image are those of its own store: whoever leads devices to other servers can install nothing there.
#[test]
fn release_keys_of_a_rescue_store_sign_nothing() {
    let mut device = stranded();
    let mut thief = payload(8, &[&PKI.later]);
    thief.release_keys = crate::world::release_keys(1);
    thief.release_keys.keys = vec![crate::keys::contents(crate::keys::STRANGER)];
    device
        .world
        .offer_rescue(PRIMARY, &envelope(&thief, &RESCUERS[..2]));
    device
        .world
        .publish(&new().release(&[crate::keys::STRANGER]));
    let session = device.session(4);
    assert!(!session.succeeded && session.restart.is_none());
    assert_eq!(device.boots().1, OLD);
}

#[test]
fn servers_that_hang_on_port_80_are_left() {
    let mut device = stranded();
    for manner in [
        Manner::Silent,
        Manner::Cuts(100),
        Manner::Says(b"<html>".to_vec()),
    ] {
        device
            .world
            .internet
            .web(PRIMARY, 80, |server| server.manner = manner.clone());
        device.world.offer_rescue(PRIMARY, &right());
        assert!(!device.session(1).succeeded);
    }
    device.world.offer_rescue(FAILOVER, &right());
    device.live_until(NEW, 2);
}
