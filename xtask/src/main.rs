//! `cargo xtask`: the command line of Perennial.

use std::process::ExitCode;

fn main() -> ExitCode {
    xtask::run::main()
}
