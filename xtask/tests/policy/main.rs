//! What a change of the policy does: `policy diff`.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod diff;
mod injection;
mod pairs;
mod repository;
mod support;
