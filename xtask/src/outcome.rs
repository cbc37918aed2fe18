//! How a command ends: what it did, why it failed, or that it has a bug.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::exit::Exit;
use crate::failure::Result;
use crate::output;

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
