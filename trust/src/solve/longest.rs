//! The longest service life that a policy can be proven for.

use super::answer::{Outcome, Solution};
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
    /// What cannot be met until the day that was wanted, in words; nothing where service lasts until then.
    pub beyond: Vec<String>,
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
        Ok(answer) => Ok(of(answer.outcome)),
        Err(findings) => Err(NotEvenShort::Mistakes(findings)),
    };
    let beyond = match attempt(wanted)? {
        Ok(solution) => {
            return Ok(Longest {
                ends: wanted,
                solution,
                beyond: Vec::new(),
            });
        }
        Err(reasons) => reasons,
    };
    let mut longest = match attempt(earliest)? {
        Ok(solution) => (earliest, solution),
        Err(reasons) => return Err(NotEvenShort::Impossible(reasons)),
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
    /// No store meets the policy on the earliest day: each reason in words, where the search got so far.
    Impossible(Vec<String>),
    /// The files have mistakes.
    Mistakes(Vec<Finding>),
}

/// A store that the gate has nothing against, or what cannot be met.
fn of(outcome: Outcome) -> Result<Solution, Vec<String>> {
    match outcome {
        Outcome::NotProvenSmallest(solution) | Outcome::Smallest(solution) => {
            if solution.refusals.is_empty() {
                return Ok(solution);
            }
            let said = solution.refusals.into_iter();
            Err(said.map(|refusal| refusal.message).collect())
        }
        Outcome::Impossible(unsolved) => {
            let said = unsolved.demands.into_iter();
            Err(said.map(|unmet| unmet.demand).collect())
        }
        Outcome::Undecided => Err(vec!["the search for a store was stopped".to_owned()]),
    }
}
