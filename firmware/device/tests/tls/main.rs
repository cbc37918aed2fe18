//! TLS as the device speaks it, with servers that are honest, unusual and hostile.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod client;
mod defects;
mod hostile;
mod memory;
#[allow(dead_code, reason = "shared with the tests of `verify`")]
#[path = "../verify/support.rs"]
mod pki;
