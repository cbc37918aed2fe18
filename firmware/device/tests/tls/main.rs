//! TLS as the device speaks it, with servers that are honest, unusual and hostile.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod anchor;
mod client;
mod cuts;
mod data;
mod defects;
mod engine;
mod garbage;
mod hostile;
mod identity;
mod memory;
mod openssl;
mod pem;
mod recorded;
mod servers;
mod session;
mod silence;
mod table;
mod words;

#[path = "../verify/rows.rs"]
mod rows;
#[allow(dead_code, reason = "shared with the tests of `verify`")]
#[path = "../verify/support.rs"]
mod support;
