//! A reader that has seen enough, as in `cargo xtask roots list | head`.
//!
//! Rust ignores SIGPIPE, so that `println!` panics when nobody reads any more. That is no bug of ours: the program ends
//! quietly, with the exit code that a shell gives to a program that SIGPIPE ended. The signal itself stays ignored,
//! because it would also end us without a word when a program that we started stops reading.

use std::panic::PanicHookInfo;

/// 128 + SIGPIPE.
const ENDED_BY_SIGPIPE: i32 = 141;

/// Lets the program end quietly when its standard output is closed by the reader.
pub fn end_quietly() {
    let report = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if is_broken_pipe(panic) {
            std::process::exit(ENDED_BY_SIGPIPE);
        }
        report(panic);
    }));
}

/// The standard library says it in words only.
fn is_broken_pipe(panic: &PanicHookInfo<'_>) -> bool {
    panic.payload_as_str().is_some_and(|message| {
        message.starts_with("failed printing to stdout") && message.contains("Broken pipe")
    })
}
