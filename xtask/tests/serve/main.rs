//! `serve` as a program, asked by the device's own client, by OpenSSL, and by hand.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod bounds;
mod chains;
mod device_client;
mod mistakes;
mod peers;
mod support;
