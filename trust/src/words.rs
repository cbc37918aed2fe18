//! Numbers in sentences.

use std::fmt::Display;

/// `1 day`, `2 days`, `0 days`: how many there are of what `one` names in the singular.
pub fn counted<N: Display + From<u8> + PartialEq>(count: N, one: &str) -> String {
    let plural = if count == N::from(1) { "" } else { "s" };
    format!("{count} {one}{plural}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_singular_and_nothing_else_is() {
        assert_eq!(counted(1_usize, "distinct owner"), "1 distinct owner");
        assert_eq!(counted(0_u64, "path"), "0 paths");
        assert_eq!(counted(2_i64, "day"), "2 days");
        assert_eq!(counted(-1_i64, "day"), "-1 days");
    }
}
