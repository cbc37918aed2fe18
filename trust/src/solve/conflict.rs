//! Which demands cannot be met together.

use super::problem::{Demand, Problem};
use super::search::{Budget, is_possible};

/// Demands that cannot be met together.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Conflict {
    /// The demands; none where there is no candidate at all.
    pub demands: Vec<Demand>,
    /// Whether it is proven that each of them is necessary: without any one of them there is a store. Where the search
    /// was stopped, some of them may not be.
    pub minimal: bool,
}

/// Gives up demands, in their order, as long as it is proven that the rest cannot be met; many at once where that is
/// possible. A demand that was needed once is needed by each smaller set, so that one pass is enough.
pub(super) fn minimal(problem: &Problem, demands: &[Demand], budget: &mut Budget) -> Conflict {
    let mut needed = Vec::new();
    let mut minimal = true;
    let mut parts = vec![demands];
    while let Some(part) = parts.pop() {
        let later = parts.iter().rev().flat_map(|part| part.iter());
        let rest: Vec<_> = needed.iter().chain(later).cloned().collect();
        let possible = is_possible(problem, &rest, budget);
        match part {
            _ if possible == Some(false) => {}
            [only] => {
                minimal &= possible.is_some();
                needed.push(only.clone());
            }
            _ => {
                let (first, second) = part.split_at(part.len() / 2);
                parts.extend([second, first]);
            }
        }
    }
    Conflict {
        demands: needed,
        minimal,
    }
}
