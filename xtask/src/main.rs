//! `cargo xtask`: the command line of Perennial.

mod exit;
mod failure;
mod toolchain;
mod tools;

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(exit::Exit::Done)
}
