//! What the tests ask of the verifier, written down for the target: `firmware/on-target`.

use device::verify::{Clock, TimeBasis};
use vectors::Kind;

use super::{HOST, valid};

/// A chain that is judged.
pub(crate) fn chain(store: &[u8], chain: &[&[u8]], name: &str, clock: Clock) {
    let (floor, now) = seconds(clock);
    let question = [store, name.as_bytes(), &floor, &now];
    vectors::record(Kind::Chain, &[&question, chain].concat());
}

/// A handshake: scheme, hash of the transcript, signature. The chain is judged for the tests' host at their usual time.
pub(crate) fn handshake(store: &[u8], chain: &[&[u8]], signed: (u16, &[u8], &[u8])) {
    let parts = handshake_parts(store, signed);
    let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
    vectors::record(Kind::Handshake, &[&parts, chain].concat());
}

/// The parts of a question about a handshake, without its chain.
pub(crate) fn handshake_parts(
    store: &[u8],
    (scheme, transcript, signature): (u16, &[u8], &[u8]),
) -> Vec<Vec<u8>> {
    let (floor, now) = seconds(valid());
    let host = HOST.as_bytes();
    let scheme = scheme.to_be_bytes();
    let parts = [store, host, &floor, &now, &scheme, transcript, signature];
    parts.map(<[u8]>::to_vec).into()
}

/// Floor and time as a vector has them. A clock does not show the floor that it passed: the time stands for it.
pub(crate) fn seconds(clock: Clock) -> (Vec<u8>, Vec<u8>) {
    let bytes = |moment: device::verify::Moment| moment.unix_seconds().to_le_bytes().to_vec();
    match clock.basis() {
        TimeBasis::ClockBehindFloor { now, floor } => (bytes(floor), bytes(now)),
        TimeBasis::Known(now) => (bytes(now), bytes(now)),
        TimeBasis::Unknown { floor } => (bytes(floor), Vec::new()),
    }
}
