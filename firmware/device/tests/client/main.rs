//! The update client, from one start to the next: on a board whose flash, servers and time are simulated, and whose bootloader,
//! signatures, certificates and images are real.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(
    clippy::print_stdout,
    reason = "how much was tried, and what when a test fails"
)]
// A round within a round of a connection within a limit: types within types.
#![recursion_limit = "256"]

mod attacker;
mod blocked;
mod broken;
mod changes;
mod connections;
mod cuts;
mod cuts_twice;
mod failover;
mod freezing;
mod life;
mod pki;
mod putting_off;
mod real;
mod rehearsal;
mod rescue;
mod rescue_refused;
mod resets;
mod rounds;
mod simulated_device;
mod start_order;
mod start_steps;
mod status;
mod time;
mod tls;
mod transfers;
mod trials;
mod uncounted;
mod wear;
mod world;

#[path = "../signed_release/board.rs"]
#[allow(dead_code, reason = "shared with the tests of releases")]
mod board;
#[path = "../signed_release/broken_images.rs"]
mod broken_images;
#[path = "../signed_release/broken_manifests.rs"]
mod broken_manifests;
#[path = "../signed_release/broken_signatures.rs"]
mod broken_signatures;
#[path = "../verify/support.rs"]
#[allow(dead_code, reason = "shared with the tests of chains")]
mod certificates;
#[path = "../power/drawn.rs"]
mod drawn;
#[path = "../signed_release/for_others.rs"]
mod for_others;
#[path = "../signed_release/keys.rs"]
#[allow(dead_code, reason = "shared with the tests of releases")]
mod keys;
#[path = "../signed_release/recorded.rs"]
#[allow(dead_code, reason = "shared with the tests of releases")]
mod recorded;
#[path = "../rescue/support.rs"]
#[allow(dead_code, reason = "shared with the tests of rescue stores")]
mod rescuers;
#[path = "../signed_release/server.rs"]
#[allow(dead_code, reason = "shared with the tests of releases")]
mod server;
#[path = "../store/support.rs"]
#[allow(dead_code, reason = "shared with the tests of stores")]
mod stores;
#[path = "../signed_release/update.rs"]
#[allow(dead_code, reason = "shared with the tests of releases")]
mod update;
