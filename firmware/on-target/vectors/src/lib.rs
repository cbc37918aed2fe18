//! Test vectors for the device's code: what it is asked, in one binary form, and what it answers.
//!
//! The tests of `device` [record](record) what they ask. [`answer`] asks it again, on the host and as RV32IMC machine code under
//! QEMU (`firmware/on-target`), and the answers must be the same to the letter.
//!
//! A kind of question is a line of [`Kind`] and a function in `answers`.

#![cfg_attr(not(feature = "record"), no_std)]
// A round of a connection within a limit: types within types.
#![recursion_limit = "256"]

extern crate alloc;

mod answers;
mod board;
mod form;
mod kind;
mod known;
mod line;
mod meter;
#[cfg(feature = "record")]
mod recorded;
mod script;

pub use answers::answer;
pub use form::{Malformed, Parts, Vector, Vectors};
pub use kind::Kind;
pub use known::Known;
pub use line::Line;
pub use meter::{Cost, Meter, Unmeasured};
#[cfg(feature = "record")]
pub use recorded::{Recorded, flash, named, record};
