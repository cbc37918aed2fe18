//! Exit codes: a contract with scripts.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

use crate::failure::Result;
use crate::output;

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
}

/// Does `work`, and says on standard error why it failed. A panic, which has said where it was, is a bug in the tool.
pub fn of(work: impl FnOnce() -> Result<Exit>) -> Exit {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(Ok(exit)) => exit,
        Ok(Err(failure)) => {
            output::say(&failure);
            failure.exit
        }
        Err(_) => {
            output::say("error: this is a bug in the tool");
            output::say("  = help: please report it, with the command and the lines above");
            Exit::Bug
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::Failure;

    #[test]
    fn a_panic_is_a_bug_and_a_failure_is_what_it_says() {
        assert_eq!(of(|| Ok(Exit::Stale)), Exit::Stale);
        assert_eq!(
            of(|| Err(Failure::new(Exit::Tampered, "no"))),
            Exit::Tampered
        );
        assert_eq!(of(|| panic!("of this test")), Exit::Bug);
    }
}
