//! An answer as a line.

use alloc::string::String;
use core::fmt;

use crate::meter::Cost;

/// An answer, as it is printed: number of the vector, instructions, bytes of heap and of stack, answer. Between them is a tab.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Which vector, from 0.
    pub index: usize,
    /// What the answer took.
    pub cost: Cost,
    /// The answer. In the line it is escaped, as Rust's `escape_debug` does.
    pub answer: String,
}

impl fmt::Display for Line {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            index,
            cost,
            answer,
        } = self;
        let Cost {
            instructions,
            heap,
            stack,
        } = cost;
        write!(
            formatter,
            "{index}\t{instructions}\t{heap}\t{stack}\t{}",
            answer.escape_debug()
        )
    }
}
