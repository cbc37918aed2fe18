//! The smallest trust store that meets a policy, with the reason for each anchor; or a minimal explanation why there is
//! none.
//!
//! **What is demanded.** Each endpoint of the policy is held on each day from the release date to the end of service (that
//! is more than the gate asks, which lets others carry what one has lost); on each day there are as many independent
//! paths and distinct owners as `[coverage]` says, counted as in [`crate::coverage`]; no anchor is refused by a rule
//! about the anchor itself (validity left, end, programmes, key, verifier model), unless a waiver covers it; no two
//! anchors have one key, or one name where the verifier tries only one. Pins and rescue keys stay as they are.
//!
//! **What is smallest.** The fewest bytes of the binary form. Of stores of one size: the fewest anchors; then the one whose
//! first anchor ends last; then the first in the order of fingerprints. The answer is exact: whole numbers, every branch
//! searched or proven not to be better.
//!
//! **How.** Only certificates of the pool that are roots may be chosen. With every one of them as an anchor, the proof says
//! which of them accepts what each endpoint may send, on which days; anchors do not disturb each other, because those that
//! would are not among them (an anchor outside its dates ends the search of mbedTLS). Days that look alike are looked at
//! once. Held endpoints are a set cover; paths and owners a weighted multi-cover that is necessary and,
//! where endpoints are carried either-or, not sufficient: these are counted. Branch and bound finds the optimum.
//! The store is then proven again by [`crate::coverage::prove`], and the policy with it is judged by the gate.
//!
//! **Why there is none.** All demands together cannot be met. Each that is not needed for that is given up, until each one
//! that is left is necessary (a deletion filter): without any one of them there is a store.

mod answer;
mod conflict;
mod explain;
mod pool;
mod problem;
mod reasons;
mod rows;
mod search;
mod words;

pub use answer::{
    Answer, Carried, ChosenAnchor, Conflict, Demanded, Lacking, Outcome, Refusal, Solution, Unmet,
};
pub use problem::{Candidate, Days, Demand, Task};

use crate::finding::Finding;
use crate::gate::{Inputs, Question};
use problem::Problem;

/// The smallest store for the policy in `inputs`, of the roots that their pool has.
///
/// # Errors
/// What is wrong with the files, apart from the required roots: an answer about them would be wrong.
pub fn solve(inputs: &Inputs, question: Question) -> Result<Answer, Vec<Finding>> {
    let project = pool::Project::read(inputs, question)?;
    let pool = pool::Pool::of(&project)?;
    Ok(answer::answer(inputs, &project, &pool))
}

/// The places of the candidates in the smallest store.
///
/// # Errors
/// A minimal set of demands that cannot be met together; empty when there is no candidate at all.
pub fn smallest(task: &Task<'_>) -> Result<Vec<usize>, Vec<Demand>> {
    let problem = Problem::of(task);
    let demands = problem.demands();
    search::smallest(&problem, &demands).ok_or_else(|| conflict::minimal(&problem, &demands))
}
