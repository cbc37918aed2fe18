//! What is left when the power is cut, at each erase and at each program command.
//!
//! `cargo test -p device --test power -- --nocapture` prints how many cuts there were.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod choice;
mod drawn;
mod life;
mod memory;
mod recorded;
mod repair;
mod select;
mod support;
mod trial;
mod twice;
