//! `cargo perennial`: the same tool, installed, for firmware repositories that are not this one.

use std::process::ExitCode;

fn main() -> ExitCode {
    xtask::run::main_called(xtask::called::PERENNIAL)
}
