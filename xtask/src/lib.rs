//! What `cargo xtask` does, as a library: the program is a thin shell around it, and whole-release tests and
//! fuzz targets call the same code.
//!
//! Each verb has a module of its own. Data goes to stdout, talk to stderr.

// `output` prints: `println!` and `eprintln!` panic where nothing can be written.
#![cfg_attr(
    test,
    allow(
        clippy::print_stdout,
        clippy::print_stderr,
        reason = "a test says what it skips"
    )
)]
#![cfg_attr(not(test), warn(clippy::print_stdout, clippy::print_stderr))]

pub mod atomic;
pub mod attestation;
pub mod broken_pipe;
pub mod build;
pub mod called;
pub mod capsule;
pub mod check;
pub mod cli;
pub mod completions;
pub mod difference;
pub mod digest;
pub mod endpoints;
pub mod entry_kind;
pub mod examples;
pub mod exit;
pub mod explain;
mod facts;
pub mod failure;
pub mod forecast;
pub mod git;
pub mod glossary;
pub mod image;
pub mod init;
pub mod inspect;
pub mod keys;
pub mod lock;
pub mod outcome;
pub mod output;
pub mod policy;
pub mod progress;
pub mod project;
pub mod provision;
pub mod rebuild;
pub mod reference;
pub mod release;
pub mod release_date;
pub mod releases;
pub mod render;
pub mod report;
pub mod review;
pub mod roots;
pub mod run;
#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod scratch;
pub mod secure_boot;
pub mod serve;
pub mod signing;
pub mod solve;
pub mod test;
pub mod toolchain;
pub mod tools;
pub mod verify;
