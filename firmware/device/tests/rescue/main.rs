//! Store updates that are accepted without TLS, from the outside.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../verify/support.rs"]
#[allow(dead_code, reason = "shared with the tests of chains")]
mod certificates;
mod cuts;
mod defects;
mod flash;
mod form;
mod in_force;
mod receive;
mod replay;
mod signers;
mod support;
