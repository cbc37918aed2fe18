//! Which demands cannot be met together.

use super::problem::{Demand, Problem};
use super::search::is_possible;

/// Gives up demands, in their order, as long as the rest cannot be met; many at once where that is possible. A demand
/// that was needed once is needed by each smaller set, so that one pass is enough.
pub(super) fn minimal(problem: &Problem, demands: &[Demand]) -> Vec<Demand> {
    let mut needed = Vec::new();
    let mut parts = vec![demands];
    while let Some(part) = parts.pop() {
        let later = parts.iter().rev().flat_map(|part| part.iter());
        let rest: Vec<_> = needed.iter().chain(later).cloned().collect();
        match part {
            _ if !is_possible(problem, &rest) => {}
            [only] => needed.push(only.clone()),
            _ => {
                let (first, second) = part.split_at(part.len() / 2);
                parts.extend([second, first]);
            }
        }
    }
    needed
}
