//! A reader that has seen enough, as in `cargo xtask roots list | head`.
//!
//! Rust ignores SIGPIPE, so that a write fails when nobody reads any more. That is no bug of ours: the program ends
//! quietly, with the exit code that a shell gives to a program that SIGPIPE ended. The signal itself stays ignored,
//! because it would also end us without a word when a program that we started stops reading.

use std::io::{Error, ErrorKind};

/// 128 + SIGPIPE.
const ENDED_BY_SIGPIPE: i32 = 141;

/// Ends the program when `error`, of standard output, says that its reader closed it.
pub fn end_if_broken(error: &Error) {
    if error.kind() == ErrorKind::BrokenPipe {
        std::process::exit(ENDED_BY_SIGPIPE);
    }
}
