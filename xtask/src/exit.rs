//! Exit codes: a contract with scripts.

use std::process::ExitCode;

/// How a command ended. The numbers never change their meaning.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[repr(u8)]
pub enum Exit {
    /// Done.
    Done = 0,
    /// A bug in the tool.
    Bug = 1,
    /// The command line or an input file cannot be read.
    Unreadable = 2,
    /// The policy is not satisfied: findings.
    Findings = 10,
    /// A generated file is stale.
    Stale = 11,
    /// Not reproducible.
    NotReproducible = 12,
    /// A signature or hash is wrong: tampering.
    Tampered = 13,
    /// The toolchain or the environment is not the pinned one.
    Environment = 14,
    /// An endpoint is not trusted by a shipped release.
    Untrusted = 15,
    /// A search was stopped at its budget: what it found is not proven to be the best, or it found nothing.
    Unproven = 16,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}
