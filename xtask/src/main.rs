//! `cargo xtask`: the command line of Perennial.

mod exit;
mod failure;
#[allow(
    dead_code,
    reason = "called by the commands, which are built beside it"
)]
mod report;

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(exit::Exit::Done)
}
