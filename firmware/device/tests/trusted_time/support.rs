//! A server of SNTP as RFC 4330, section 6, says, on a UDP socket of the host; and a network of such servers.

use std::cell::Cell;
use std::future::{Future, pending};
use std::net::UdpSocket;
use std::time::Duration;

use device::platform::Timer;
use device::time::sntp::PACKET;
use device::time::{Reading, SntpError, ask};
use device::verify::Moment;
use simulated::executor::block_on;
use simulated::network::{Loopback, Unreached};

/// 2026-07-01T00:00:00Z.
pub(crate) const NOW: i64 = 1_782_864_000;

/// Where the fields of a packet are.
pub(crate) const STRATUM: usize = 1;
pub(crate) const ROOT_DELAY: usize = 4;
pub(crate) const ROOT_DISPERSION: usize = 8;
pub(crate) const REFERENCE: usize = 12;
pub(crate) const ORIGINATE: usize = 24;
pub(crate) const TRANSMIT: usize = 40;

pub(crate) type Packet = [u8; PACKET];

pub(crate) fn moment(seconds: i64) -> Moment {
    Moment::from_unix_seconds(seconds).unwrap()
}

/// What a server whose clock shows `now`, seconds since 1970, answers to `question`.
pub(crate) fn answer(question: &[u8], now: i64) -> Packet {
    let mut packet = [0; PACKET];
    // Leap: none; the version of the question; mode: server.
    packet[0] = question[0] & 0b0011_1000 | 4;
    packet[STRATUM] = 2;
    packet[2] = question[2];
    packet[3] = 0xE9;
    packet[ROOT_DELAY + 3] = 0x80;
    packet[ROOT_DISPERSION + 3] = 0x40;
    packet[REFERENCE..16].copy_from_slice(&[192, 0, 2, 1]);
    packet[16..24].copy_from_slice(&timestamp(now - 100));
    packet[ORIGINATE..32].copy_from_slice(&question[TRANSMIT..48]);
    packet[32..40].copy_from_slice(&timestamp(now));
    packet[TRANSMIT..48].copy_from_slice(&timestamp(now));
    packet
}

/// RFC 4330, section 3: seconds since 1900 modulo 2³², and their fraction.
fn timestamp(seconds: i64) -> [u8; 8] {
    let since_1900 = seconds + 2_208_988_800;
    let mut timestamp = [0x12; 8];
    timestamp[..4].copy_from_slice(&since_1900.to_be_bytes()[4..]);
    timestamp
}

/// A server on a port of its own, that sends back what `make` makes of each question, for as long as the test runs.
pub(crate) fn server(mut make: impl FnMut(&[u8]) -> Vec<u8> + Send + 'static) -> u16 {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let port = socket.local_addr().unwrap().port();
    std::thread::spawn(move || {
        let mut question = [0; 100];
        while let Ok((length, from)) = socket.recv_from(&mut question) {
            socket.send_to(&make(&question[..length]), from).unwrap();
        }
    });
    port
}

/// A server whose clock shows `now`.
pub(crate) fn right(now: i64) -> u16 {
    server(move |question| answer(question, now).to_vec())
}

/// A server that spoils what it would answer.
pub(crate) fn spoilt(mut spoil: impl FnMut(&mut Packet) + Send + 'static) -> u16 {
    server(move |question| {
        let mut packet = answer(question, NOW);
        spoil(&mut packet);
        packet.to_vec()
    })
}

/// A network where the server on each port has a name.
pub(crate) fn network(servers: &[(&str, u16)]) -> Loopback {
    let add = |network: Loopback, (name, port): &(&str, u16)| network.with(name, 123, *port);
    servers.iter().fold(Loopback::default(), add)
}

/// A timer that waits for ever: nothing depends on how fast the host is.
#[derive(Default)]
pub(crate) struct Patient(Cell<Duration>);

impl Timer for Patient {
    /// Each question takes a second.
    fn uptime(&self) -> Duration {
        self.0.set(self.0.get() + Duration::from_secs(1));
        self.0.get()
    }

    fn sleep(&self, _: Duration) -> impl Future<Output = ()> {
        pending()
    }
}

/// Asks all of `servers`, in order, on a device built a year before [`NOW`].
pub(crate) fn asked(
    timer: &impl Timer,
    servers: &[(&str, u16)],
) -> Result<Reading, SntpError<Unreached>> {
    let names: Vec<_> = servers.iter().map(|(name, _)| *name).collect();
    let (mut network, floor) = (network(servers), moment(NOW - 31_557_600));
    block_on(ask(
        &mut network,
        timer,
        &mut rand_core::OsRng,
        &names,
        floor,
    ))
}
