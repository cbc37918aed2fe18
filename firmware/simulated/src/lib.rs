//! A simulated board, for tests on the host: what `device` runs on when it does not run on the chip.
//!
//! | module | what it is |
//! | --- | --- |
//! | [`application`] | small application images |
//! | [`executor`] | runs a future to its end |
//! | [`clock`] | time that passes: really, or only when nobody has anything else to do |
//! | [`network`] | TCP and UDP of the host, each name an address of loopback |
//! | [`virtual_time`], [`internet`] | time and servers that exist in memory only |
//! | [`flash`] | NOR flash whose power may be cut within any operation |
//! | [`factory`] | flash as a device leaves the factory |
//! | [`scratch`] | a word that outlives a reset |
//! | [`power`] | does something again and again, and cuts the power at each point of it |
//! | [`image`], [`bootloader`] | which images the bundled bootloader starts, and which slot |

pub mod application;
pub mod bootloader;
pub mod clock;
pub mod executor;
pub mod factory;
pub mod flash;
pub mod image;
pub mod internet;
pub mod network;
pub mod power;
pub mod scratch;
pub mod sntp;
pub mod virtual_time;

mod faults;
mod tear;
mod web;
