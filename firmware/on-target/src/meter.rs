//! What a piece of work takes.

use vectors::{Cost, Meter};

use crate::{heap, machine, stack};

/// Counts the work that it is given.
#[derive(Default)]
pub(crate) struct Counters {
    cost: Cost,
}

impl Counters {
    /// What the last work took; zeros where there was none.
    pub(crate) fn cost(self) -> Cost {
        self.cost
    }
}

impl Meter for Counters {
    fn measure<T>(&mut self, work: impl FnOnce() -> T) -> T {
        let in_use = heap::forget_peak();
        let here = stack::paint();
        let before = machine::instructions();
        let result = work();
        let after = machine::instructions();
        self.cost = Cost {
            instructions: after - before,
            heap: heap::peak() - in_use,
            stack: stack::used_below(here),
        };
        result
    }
}
