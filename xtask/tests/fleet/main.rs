//! Stories of fleets: the device's update client on a simulated board, over real TLS, against real servers. Two of them stranded
//! real fleets; here they end well.
//!
//! | module | what it is |
//! | --- | --- |
//! | `life`, `failover`, `deploy_the_fleet`, `mdash`, `outage` | the stories |
//! | `board` | a device, and what it says |
//! | `firmware`, `keys`, `rescuers` | images, stores and releases; who signs them; rescue stores |
//! | `pki` | CAs, and servers below them |
//! | `world` | which name leads where, and what time it is (`clock`) |
//! | `site` | what is served |
//! | `desk`, `nginx`, `openssl` | who serves it: `cargo xtask serve`, and others |
//! | `relay` | the way to a server, which can be cut |

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod board;
mod clock;
mod deploy_the_fleet;
mod desk;
mod failover;
mod firmware;
mod keys;
mod life;
mod mdash;
mod nginx;
mod openssl;
mod outage;
mod pki;
mod relay;
mod rescuers;
mod site;
mod world;

#[path = "../../../firmware/device/tests/trusted_time/support.rs"]
#[allow(dead_code, reason = "shared with the tests of time")]
mod time_servers;

use std::path::{Path, PathBuf};

/// A stock program: where `cargo xtask test` says it is, else found as that finds it.
fn peer(name: &str, find: fn(&Path) -> xtask::failure::Result<PathBuf>) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let named = std::env::var_os(name).map(PathBuf::from);
    named.unwrap_or_else(|| find(root).unwrap())
}
