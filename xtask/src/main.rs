//! `cargo xtask`: the command line of Perennial.

#![allow(
    unreachable_pub,
    reason = "a binary has no public surface: `pub` is what a module offers to the others"
)]

#[allow(dead_code, reason = "the verbs that write files use it")]
mod atomic;
mod exit;
mod failure;
#[allow(
    dead_code,
    unused_imports,
    reason = "the verbs that make and verify images use it"
)]
mod image;

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(exit::Exit::Done)
}
