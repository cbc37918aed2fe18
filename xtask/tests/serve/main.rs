//! `serve` as a program, asked by the device's own client, by OpenSSL, and by hand.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod bounds;
mod device_client;
mod every_chain;
mod mistakes;
mod peers;
mod support;
