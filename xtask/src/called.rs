//! What this program is called: its messages and next steps say the command that the reader typed.

use std::borrow::Cow;
use std::sync::OnceLock;

/// The name in the sources: the alias of this repository.
pub const XTASK: &str = "cargo xtask";

/// The name of the installed program.
pub const PERENNIAL: &str = "cargo perennial";

static NAME: OnceLock<&'static str> = OnceLock::new();

/// Says, once and before anything is printed, what the program is called.
pub fn set(name: &'static str) {
    // A second name would be a mistake of ours; the first one stays.
    let _ = NAME.set(name);
}

/// What the program is called: `cargo xtask` where nobody said.
pub fn called() -> &'static str {
    NAME.get().copied().unwrap_or(XTASK)
}

/// `text` with the name by which the program was called.
pub fn named(text: &str) -> Cow<'_, str> {
    renamed(text, called())
}

fn renamed<'t>(text: &'t str, name: &str) -> Cow<'t, str> {
    if name == XTASK || !text.contains(XTASK) {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(text.replace(XTASK, name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_next_step_has_the_name_that_was_typed() {
        let step = "run `cargo xtask policy fmt`";
        assert_eq!(renamed(step, PERENNIAL), "run `cargo perennial policy fmt`");
        assert!(matches!(renamed(step, XTASK), Cow::Borrowed(_)));
        assert!(matches!(
            renamed("cargo build", PERENNIAL),
            Cow::Borrowed(_)
        ));
    }
}
