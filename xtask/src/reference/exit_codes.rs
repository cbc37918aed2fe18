//! What a command ends with.

use super::{heading, table};
use crate::exit::Exit;

/// `exit-codes.md`
pub fn page() -> String {
    let head = heading(
        "Exit codes",
        "Every verb ends with one of these. A number never changes its meaning.",
    );
    let row = |exit: Exit| {
        let details = exit.details().to_owned();
        [
            format!("{}", exit as u8),
            exit.meaning().to_owned(),
            details,
        ]
    };
    format!(
        "{head}\n{}",
        table(["code", "meaning", ""], Exit::ALL.map(row))
    )
}
