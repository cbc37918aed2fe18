//! A server on which the board is reset, each time it is asked: by an answer that takes all
//! memory, or because nothing comes back from it. Here it is silent, and the board is reset while it waits.

use device::client::backoff::{FIRST_WAIT, LONGEST_WAIT};
use device::client::{Next, Restart};
use simulated::internet::{Manner, WebServer};

use crate::pki::PKI;
use crate::rescue::{envelope, payload, stranded};
use crate::rescuers::RESCUERS;
use crate::simulated_device::Device;
use crate::transfers::IMAGE;
use crate::world::{FAILOVER, NEW, PRIMARY, World, new, old};

const AT_PRIMARY: &str = "client: asking \"primary\"";
const AT_FAILOVER: &str = "client: asking \"failover\"";
const AT_RESCUE: &str = "rescue: asking";

fn device() -> Device {
    let world = World::new(&[old(), new()]);
    world.publish(&new().release(&[0]));
    for host in [PRIMARY, FAILOVER] {
        world.behave(host, Manner::Silent);
        let silent = |server: &mut WebServer| server.manner = Manner::Silent;
        world.internet.web(host, 80, silent);
    }
    Device::new(world, &old())
}

fn first_step(device: &mut Device) -> String {
    let mut client = device.start().unwrap();
    let lines = device.lines.clone();
    device.world.timer.run_unless(client.round(), || false);
    let lines = lines.take();
    let steps = ["client: asking", "rescue: asking"];
    let step = |line: &&String| steps.iter().any(|step| line.starts_with(step));
    lines.iter().find(step).unwrap().clone()
}

#[test]
fn the_next_endpoint_is_asked_first_after_a_reset() {
    let mut device = device();
    device.reset_after(AT_PRIMARY);
    device.world.behave(FAILOVER, Manner::Serves);
    device.live_until(NEW, 1);
}

#[test]
fn behind_the_last_endpoint_comes_rescue_and_then_the_first() {
    let mut device = device();
    device.reset_after(AT_PRIMARY);
    device.reset_after(AT_FAILOVER);
    device.reset_after(AT_RESCUE);
    assert!(first_step(&mut device).starts_with(AT_PRIMARY));
    // That round ended, so the next start is as any.
    assert!(first_step(&mut device).starts_with(AT_PRIMARY));
}

#[test]
fn a_rescue_store_comes_although_each_endpoint_resets_the_board() {
    let mut device = stranded();
    for host in [PRIMARY, FAILOVER] {
        device.world.behave(host, Manner::Silent);
    }
    device.reset_after(AT_PRIMARY);
    device.reset_after(AT_FAILOVER);
    let rescue = envelope(&payload(9, &[&PKI.later]), &RESCUERS);
    device.world.offer_rescue(PRIMARY, &rescue);
    let mut client = device.start().unwrap();
    let next = device.world.timer.run(client.round());
    assert!(
        matches!(next, Next::Wait(wait) if wait.is_zero()),
        "{next:?}"
    );
}

/// A fleet must not come back every few seconds.
#[test]
fn each_reset_in_a_row_is_waited_for_longer() {
    let mut device = device();
    let mut longest = FIRST_WAIT;
    for resets in 1..=12_u32 {
        let step = [AT_PRIMARY, AT_FAILOVER, AT_RESCUE][(resets as usize - 1) % 3];
        device.reset_after(step);
        let mut client = device.start().unwrap();
        let started = device.world.timer.now();
        let lines = device.lines.clone();
        let asked = || lines.take().iter().any(|line| line.contains("asking"));
        device.world.timer.run_unless(client.run(), asked);
        let waited = device.world.timer.now() - started;
        let expected = FIRST_WAIT
            .saturating_mul(2_u32.pow(resets))
            .min(LONGEST_WAIT);
        assert!(waited >= expected, "{resets}: {waited:?}, not {expected:?}");
        longest = longest.max(waited);
    }
    assert!(longest >= LONGEST_WAIT);
}

/// What a time server answers may be what the board does not survive: then it is not asked first again.
#[test]
fn who_tells_the_time_keeps_nobody_from_the_endpoints() {
    let mut device = device();
    device.world.internet.hide_time();
    device.reset_in_network().unwrap();
    device.lines.take();
    let mut client = device.start().unwrap();
    let lines = device.lines.clone();
    let asked = || lines.any(|line| line.contains(AT_PRIMARY));
    device.world.timer.run_unless(client.round(), asked);
    let told = lines.take();
    let told: Vec<_> = told
        .iter()
        .filter(|line| line.starts_with("time: "))
        .collect();
    assert_eq!(
        told,
        ["time: the board was reset while it asked; it goes on without"]
    );
    drop(client);
    // That one was reset at the endpoint: the next one comes first, and the time may be asked for again.
    device.world.behave(FAILOVER, Manner::Serves);
    device.live_until(NEW, 1);
}

/// In the middle of an image that one endpoint has: the other one may have it too, and is asked at once.
#[test]
fn an_image_at_which_the_board_is_reset_comes_from_the_next_endpoint() {
    let mut device = device();
    device.world.behave(FAILOVER, Manner::Serves);
    let (path, bytes) = (IMAGE.to_owned(), 0);
    device.world.behave(PRIMARY, Manner::Drips { path, bytes });
    device.reset_after("is newer");
    device.world.internet.asked();
    let session = device.session(1);
    assert_eq!(session.restart, Some(Restart::Updated));
    let asked = device.world.internet.asked();
    assert!(asked.iter().all(|asked| asked.host != PRIMARY));
    assert_eq!(device.memory().failed_release.unwrap().attempts, 1);
    device.live_until(NEW, 1);
}
