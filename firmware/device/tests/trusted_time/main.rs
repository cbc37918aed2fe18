//! The time is what two servers say, and never before what is known for sure.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod agreement;
mod answers;
mod exchange;
mod random;
mod support;
mod trusted;
