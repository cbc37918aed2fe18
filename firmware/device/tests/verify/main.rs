//! Chains are verified as the documentation says. `docs/verification.md` has the table of outcomes.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod algorithms;
mod costs;
mod damage;
mod dates;
mod handshake;
mod limits;
mod names;
mod paths;
mod pins;
mod plain;
mod real;
mod rows;
mod support;
mod table;
mod usage;
