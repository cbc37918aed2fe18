//! Pairs of a base and a head, each with the one line that a reviewer must not miss.

mod demands;
mod edits;
mod exceptions;
mod facts;
mod first;
mod ledger;
mod servers;
mod signing;
mod text;
mod whole;

use crate::support::Edit;

/// A pair: both sides are this project with edits.
pub struct Pair {
    /// What is done, in a few words: also the name of the snapshot.
    pub name: &'static str,
    /// What makes the base.
    pub base: &'static [Edit],
    /// What makes the head of the base.
    pub change: &'static [Edit],
    /// The first line.
    pub headline: &'static str,
}

const fn pair(
    name: &'static str,
    base: &'static [Edit],
    change: &'static [Edit],
    headline: &'static str,
) -> Pair {
    Pair {
        name,
        base,
        change,
        headline,
    }
}

/// The pairs.
pub fn pairs() -> impl Iterator<Item = &'static Pair> {
    let kinds = [
        text::PAIRS,
        signing::PAIRS,
        demands::PAIRS,
        servers::PAIRS,
        exceptions::PAIRS,
        whole::PAIRS,
        facts::PAIRS,
        ledger::PAIRS,
    ];
    kinds.into_iter().flatten()
}

/// Those of which the base is nothing at all.
pub fn first() -> impl Iterator<Item = &'static Pair> {
    first::PAIRS.iter()
}
