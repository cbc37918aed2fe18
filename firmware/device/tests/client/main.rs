//! The update client, from one start to the next: on a board whose flash, servers and time are simulated, and whose bootloader,
//! signatures, certificates and images are real.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod device;
mod life;
mod pki;
mod status;
mod tls;
mod world;

#[path = "../release/board.rs"]
#[allow(dead_code, reason = "shared with the tests of releases")]
mod board;
#[path = "../verify/support.rs"]
#[allow(dead_code, reason = "shared with the tests of chains")]
mod certificates;
#[path = "../release/keys.rs"]
#[allow(dead_code, reason = "shared with the tests of releases")]
mod keys;
#[path = "../rescue/support.rs"]
#[allow(dead_code, reason = "shared with the tests of rescue stores")]
mod rescuers;
#[path = "../release/server.rs"]
#[allow(dead_code, reason = "shared with the tests of releases")]
mod server;
#[path = "../store/support.rs"]
#[allow(dead_code, reason = "shared with the tests of stores")]
mod stores;
#[path = "../release/update.rs"]
#[allow(dead_code, reason = "shared with the tests of releases")]
mod update;

/// What chains are asked is not written down for the target here.
mod recorded {
    pub(crate) fn chain(_: &[u8], _: &[&[u8]], _: &str, _: device::verify::Clock) {}
    pub(crate) fn handshake(_: &[u8], _: &[&[u8]], _: (u16, &[u8], &[u8])) {}
}
