//! Which demands cannot be met together.

use super::problem::{Demand, Problem};
use super::search::is_possible;

/// Gives up demands, in their order, as long as the rest cannot be met: first many at once, at last one by one. A demand
/// that was needed once is needed by each smaller set, so that one pass is enough.
pub(super) fn minimal(problem: &Problem, demands: Vec<Demand>) -> Vec<Demand> {
    let mut kept = demands;
    let mut step = kept.len().div_ceil(2).max(1);
    loop {
        give_up(problem, &mut kept, step);
        if step == 1 {
            return kept;
        }
        step = step.div_ceil(2);
    }
}

fn give_up(problem: &Problem, kept: &mut Vec<Demand>, step: usize) {
    let mut at = 0;
    while at < kept.len() {
        let end = kept.len().min(at + step);
        let rest = [&kept[..at], &kept[end..]].concat();
        if is_possible(problem, &rest) {
            at = end;
        } else {
            *kept = rest;
        }
    }
}
