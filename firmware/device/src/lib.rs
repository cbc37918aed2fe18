//! What a Perennial device decides, and nothing else.
//!
//! This crate runs on the ESP32-C3 and is linked by the host tools, so "what will the device accept?" is
//! answered by the device's own code. It has no clock and no network of its own and no allocator when reading; every
//! reader takes a byte slice, returns borrowed data, and never panics on what the slice holds. Verifying a chain
//! allocates, no more than [`verify`] says.
//!
//! | module | what it is |
//! | --- | --- |
//! | [`startup`] | from the first instruction to the network: in which order, and what follows when a step fails |
//! | [`client`] | the update client: all of the below, from one start to the next |
//! | [`store`] | the one binary form of the trust store |
//! | [`verify`] | whether a chain that a server sent is trusted, for a name and a time |
//! | [`tls`] | TLS 1.3 with a server that has proven who it is |
//! | [`provision`] | the provisioning partition: which network to join. Decides no trust |
//! | [`fixed_hosts`] | addresses of the provisioning, and when the name servers are asked all the same |
//! | [`flash_layout`] | the partition table, one source for host and device |
//! | [`platform`], [`flash`] | what the update client needs of a board |
//! | [`rescue`] | store updates that are accepted without TLS, and the store in force |
//! | [`otadata`] | which application slot the bootloader starts |
//! | [`slots`] | trial boots, confirming, rolling back, selecting an update |
//! | [`memory`] | what the device remembers |
//! | [`http`] | fetching a file from a server, bounded in all it says |
//! | [`time`] | what time it is: a floor that is sure, a clock that two servers agree on |
//! | [`release`] | which files of a server are a release, whom they are from, and whether this device takes them |
//! | [`image`] | application images, read piece by piece |
//! | [`install`] | from a release to the spare slot |
//! | [`day`], [`hex`], [`text`], [`host`], [`url`] | whole UTC days, hexadecimal output, text that may be shown, host names, HTTPS URLs |

#![no_std]
#![forbid(unsafe_code)]
#![warn(missing_docs)]
// A device that panics on what it reads from flash or the network is a device that needs a visit.
#![cfg_attr(
    not(test),
    deny(
        clippy::arithmetic_side_effects,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::unreachable,
        clippy::unwrap_used
    )
)]

extern crate alloc;
#[cfg(test)]
extern crate std;

pub mod client;
pub mod day;
pub mod fixed_hosts;
pub mod flash;
pub mod flash_layout;
pub mod hex;
pub mod host;
pub mod http;
pub mod image;
pub mod install;
pub mod memory;
pub mod otadata;
pub mod platform;
pub mod provision;
pub mod release;
pub mod rescue;
pub mod slots;
pub mod startup;
pub mod store;
pub mod text;
pub mod time;
pub mod tls;
pub mod url;
pub mod verify;

mod crc32;
mod cursor;
mod der;
