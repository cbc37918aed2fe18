//! A simulated board, for tests on the host: what `device` runs on when it does not run on the chip.
//!
//! | module | what it is |
//! | --- | --- |
//! | [`application`] | small application images |
//! | [`executor`] | runs a future to its end |
//! | [`clock`] | time that passes: really, or only when nobody has anything else to do |
//! | [`network`] | TCP and UDP of the host, each name an address of loopback |

pub mod application;
pub mod clock;
pub mod executor;
pub mod network;
