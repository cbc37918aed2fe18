//! The longest service life that a policy can be proven for.

use super::answer::{Outcome, Solution, Unsolved};
use super::solve;
use crate::date::Date;
use crate::finding::Finding;
use crate::gate::{Inputs, Question};

/// A service life with the store that proves it.
#[derive(Clone, Debug)]
pub struct Longest {
    /// Last day of service, inclusive.
    pub ends: Date,
    /// The smallest store for it.
    pub solution: Solution,
    /// Why it is no longer, where it ends before the day that was wanted.
    pub beyond: Option<Unsolved>,
}

/// The last day of service up to `wanted` for which a store meets the policy, not before `earliest`. `inputs_until` gives
/// the files with a service life that ends on a day. A shorter service life demands less, so the day is found by halving.
///
/// # Errors
/// [`NotEvenShort`] where there is no store even for the earliest day.
pub fn longest(
    inputs_until: impl Fn(Date) -> Inputs,
    question: Question,
    earliest: Date,
    wanted: Date,
) -> Result<Longest, NotEvenShort> {
    let attempt = |ends: Date| match solve(&inputs_until(ends), question) {
        Ok(answer) => of(answer.outcome),
        Err(findings) => Err(NotEvenShort::Mistakes(findings)),
    };
    let beyond = match attempt(wanted)? {
        Ok(solution) => {
            return Ok(Longest {
                ends: wanted,
                solution,
                beyond: None,
            });
        }
        Err(unsolved) => unsolved,
    };
    let mut longest = match attempt(earliest)? {
        Ok(solution) => (earliest, solution),
        Err(unsolved) => return Err(NotEvenShort::Impossible(unsolved.or(beyond))),
    };
    let mut refused = wanted;
    while refused.days_since(longest.0) > 1 {
        let middle = longest.0.plus_days(refused.days_since(longest.0) / 2);
        match attempt(middle)? {
            Ok(solution) => longest = (middle, solution),
            Err(_) => refused = middle,
        }
    }
    Ok(Longest {
        ends: longest.0,
        solution: longest.1,
        beyond,
    })
}

/// Why there is no service life at all.
#[derive(Clone, Debug)]
pub enum NotEvenShort {
    /// No store meets the policy on the earliest day; why, where the search got so far.
    Impossible(Option<Unsolved>),
    /// The files have mistakes.
    Mistakes(Vec<Finding>),
}

type Attempt = Result<Result<Solution, Option<Unsolved>>, NotEvenShort>;

/// A store that the gate has nothing against.
fn of(outcome: Outcome) -> Attempt {
    Ok(match outcome {
        Outcome::NotProvenSmallest(solution) | Outcome::Smallest(solution) => {
            if solution.refusals.is_empty() {
                Ok(solution)
            } else {
                Err(None)
            }
        }
        Outcome::Impossible(unsolved) => Err(Some(unsolved)),
        Outcome::Undecided => Err(None),
    })
}
