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
//! searched or proven not to be better. Where that takes more than [`STEPS`] nodes, the best store until then is the answer,
//! and says so: it meets every demand, and a smaller one may be there.
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
mod longest;
mod pool;
mod problem;
mod reasons;
mod rows;
mod search;
mod words;

pub use answer::{
    Answer, Carried, ChosenAnchor, Demanded, Lacking, Outcome, Refusal, Solution, Unmet, Unsolved,
};
pub use conflict::Conflict;
pub use longest::{Longest, NotEvenShort, longest};
pub use problem::{Candidate, Days, Demand, Task};

use crate::finding::Finding;
use crate::gate::{Inputs, Question};
use problem::Problem;
use search::{Budget, Found};

/// The smallest store for the policy in `inputs`, of the roots that their pool has.
///
/// # Errors
/// What is wrong with the files, apart from the required roots: an answer about them would be wrong.
pub fn solve(inputs: &Inputs, question: Question) -> Result<Answer, Vec<Finding>> {
    let project = pool::Project::read(inputs, question)?;
    let pool = pool::Pool::of(&project)?;
    Ok(answer::answer(inputs, &project, &pool))
}

/// Most nodes that one search visits, and most of all those that explain together why there is no store. The same question
/// has the same answer on a fast machine and on a slow one.
pub const STEPS: u64 = 30_000;

/// The candidates of a store that meets every demand.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Choice {
    /// Their places, ascending.
    pub places: Vec<usize>,
    /// Whether it is proven that no store is smaller; where the search was stopped it is the best that was found.
    pub proven: bool,
}

/// Why there is no choice.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum NoChoice {
    /// There is no store.
    Impossible(Conflict),
    /// The search was stopped before it found a store, and nobody knows whether there is one.
    Undecided,
}

/// The smallest store, as far as `steps` of searching prove it: [`STEPS`] where nothing speaks for another number.
///
/// # Errors
/// Demands that cannot be met together, or that the steps were too few to find a store.
pub fn smallest(task: &Task<'_>, steps: u64) -> Result<Choice, NoChoice> {
    let problem = Problem::of(task);
    let demands = problem.demands();
    let choice = |places, proven| Ok(Choice { places, proven });
    match search::smallest(&problem, &demands, &mut Budget::new(steps)) {
        Found::Best(places) => choice(places, true),
        Found::Stopped(Some(places)) => choice(places, false),
        Found::Stopped(None) => Err(NoChoice::Undecided),
        Found::Nothing => {
            let conflict = conflict::minimal(&problem, &demands, &mut Budget::new(steps));
            Err(NoChoice::Impossible(conflict))
        }
    }
}
