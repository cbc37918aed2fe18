//! Branch and bound over a [`Problem`].
//!
//! A node has candidates that are in, out and free. Of a row that is not met yet, each solution below the node has a free
//! member: the branches take one member each, and leave out those of the branches before it. The bound is a feasible
//! solution of the dual of the linear relaxation, in whole numbers: no row is counted with more than the cost that its
//! members have left, and a candidate costs at least what is left of its own. A branch is cut only when it must cost
//! *more* than the best store that is known, so that ties are all seen.

use std::cmp::Reverse;

use super::problem::{Demand, Problem};
use super::rows::{Exact, Member, Row};
use crate::date::Date;

/// How many nodes may still be visited. Searches that share one visit no more together.
#[derive(Debug)]
pub(super) struct Budget(u64);

impl Budget {
    pub(super) fn new(steps: u64) -> Self {
        Self(steps)
    }

    /// Takes a step, where one is left.
    fn step(&mut self) -> bool {
        let left = self.0.checked_sub(1);
        self.0 = left.unwrap_or_default();
        left.is_some()
    }
}

/// What a search found: candidates in their order.
#[derive(Debug)]
pub(super) enum Found {
    /// The best choice.
    Best(Vec<usize>),
    /// There is no choice.
    Nothing,
    /// The budget ended before the search; the best choice until then.
    Stopped(Option<Vec<usize>>),
}

/// The best choice for `demands`.
pub(super) fn smallest(problem: &Problem, demands: &[Demand], budget: &mut Budget) -> Found {
    let search = run(problem, demands, Goal::Best, budget);
    let chosen = search.best.map(|(_, _, chosen)| chosen);
    match chosen {
        chosen if search.stopped => Found::Stopped(chosen),
        Some(chosen) => Found::Best(chosen),
        None => Found::Nothing,
    }
}

/// Whether there is a choice for `demands`; `None` where the budget ends before anybody knows.
pub(super) fn is_possible(
    problem: &Problem,
    demands: &[Demand],
    budget: &mut Budget,
) -> Option<bool> {
    let search = run(problem, demands, Goal::Any, budget);
    match search.best {
        Some(_) => Some(true),
        None if search.stopped => None,
        None => Some(false),
    }
}

fn run<'a>(
    problem: &'a Problem,
    demands: &[Demand],
    goal: Goal,
    budget: &'a mut Budget,
) -> Search<'a> {
    let barred = |item: &super::problem::Item| {
        let mut rules = item.barred.iter();
        rules.any(|rule| demands.contains(&Demand::Rule(rule)))
    };
    let state = |item| {
        if barred(item) {
            State::Out
        } else {
            State::Free
        }
    };
    let mut search = Search {
        problem,
        rows: problem.rows(demands),
        exact: problem.exact(demands),
        states: problem.candidates.iter().map(state).collect(),
        cost: 0,
        best: None,
        goal,
        budget,
        stopped: false,
    };
    search.descend();
    search
}

/// Cost, then the day on which the first anchor ends, then the candidates: the least is the best.
type Best = (u64, Reverse<Option<Date>>, Vec<usize>);

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Goal {
    Any,
    Best,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum State {
    Free,
    In,
    Out,
}

struct Search<'a> {
    problem: &'a Problem,
    rows: Vec<Row>,
    exact: Vec<Exact<'a>>,
    states: Vec<State>,
    /// Of those that are in.
    cost: u64,
    best: Option<Best>,
    goal: Goal,
    budget: &'a mut Budget,
    /// Whether nodes were left out because no step was left.
    stopped: bool,
}

impl Search<'_> {
    fn descend(&mut self) {
        if !self.budget.step() {
            self.stopped = true;
            return;
        }
        let Some(Bound { cost, left, fewest }) = self.bound() else {
            return;
        };
        if self.is_worse(cost) {
            return;
        }
        let Some(mut branches) = fewest.or_else(|| self.unmet()) else {
            self.record();
            return;
        };
        branches.sort_unstable_by_key(|place| (left[*place], *place));
        let mut left_out = Vec::new();
        for place in branches {
            if !self.is_worse(cost + left[place]) {
                let put_out = self.take(place);
                self.descend();
                self.give_back(place, put_out);
            }
            if self.goal == Goal::Any && self.best.is_some() {
                break;
            }
            self.states[place] = State::Out;
            left_out.push(place);
        }
        for place in left_out {
            self.states[place] = State::Free;
        }
    }

    /// Whether a store that costs so much more is worse than the best one that is known.
    fn is_worse(&self, more: u64) -> bool {
        self.best
            .as_ref()
            .is_some_and(|best| self.cost + more > best.0)
    }

    /// Puts a candidate in, and its rivals out; which of them were free.
    fn take(&mut self, place: usize) -> Vec<usize> {
        self.states[place] = State::In;
        let item = &self.problem.candidates[place];
        self.cost += item.cost;
        let rivals = item.rivals.iter().copied();
        let free: Vec<_> = rivals
            .filter(|rival| self.states[*rival] == State::Free)
            .collect();
        free.iter()
            .for_each(|rival| self.states[*rival] = State::Out);
        free
    }

    fn give_back(&mut self, place: usize, put_out: Vec<usize>) {
        self.states[place] = State::Free;
        self.cost -= self.problem.candidates[place].cost;
        for rival in put_out {
            self.states[rival] = State::Free;
        }
    }

    /// `None` where a row can not be met any more. Rows with few members come first: they leave less to share.
    fn bound(&self) -> Option<Bound> {
        let mut rows: Vec<Open> = Vec::new();
        for row in &self.rows {
            rows.extend(self.open(row)?);
        }
        rows.sort_by_key(|row| row.members.len());
        let mut left: Vec<u64> = self
            .problem
            .candidates
            .iter()
            .map(|item| item.cost)
            .collect();
        let mut cost = 0;
        for row in &rows {
            let mut costs: Vec<_> = row.members.iter().map(|place| left[*place]).collect();
            costs.sort_unstable();
            let price = costs.get(row.fewest - 1).copied()?;
            cost += costs[..row.fewest].iter().sum::<u64>();
            for place in &row.members {
                left[*place] = left[*place].saturating_sub(price);
            }
        }
        let fewest = rows.into_iter().next().map(|row| row.members);
        Some(Bound { cost, left, fewest })
    }

    /// What `row` still needs: `None` where it cannot be met, `Some(None)` where it is met.
    fn open(&self, row: &Row) -> Option<Option<Open>> {
        let of = |state: State| {
            let members = row.members.iter();
            members.filter(move |member| self.states[member.candidate] == state)
        };
        let met = groups(of(State::In));
        let need = row
            .need
            .saturating_sub(met.iter().map(|(_, weight)| weight).sum());
        if need == 0 {
            return Some(None);
        }
        let more = |member: &&Member| {
            let hit = met.iter().find(|(group, _)| *group == member.group);
            hit.is_none_or(|(_, weight)| *weight < member.weight)
        };
        let free: Vec<_> = of(State::Free).filter(more).collect();
        let reachable = groups(free.iter().copied());
        let most: usize = reachable.iter().map(|(_, weight)| weight).sum();
        let heaviest = reachable.iter().map(|(_, weight)| *weight).max()?;
        (most >= need).then(|| {
            Some(Open {
                fewest: need.div_ceil(heaviest),
                members: free.iter().map(|member| member.candidate).collect(),
            })
        })
    }

    /// The free candidates of which one must come in before a count that is not met can be; `None` where all are met.
    fn unmet(&self) -> Option<Vec<usize>> {
        let chosen = |place: usize| self.states[place] == State::In;
        let mut exact = self.exact.iter();
        let unmet = exact.find(|exact| !exact.is_met(self.problem, &chosen))?;
        let candidates = unmet.candidates(self.problem).into_iter();
        Some(
            candidates
                .filter(|place| self.states[*place] == State::Free)
                .collect(),
        )
    }

    fn record(&mut self) {
        let places = 0..self.states.len();
        let chosen: Vec<_> = places
            .filter(|place| self.states[*place] == State::In)
            .collect();
        let ends = chosen
            .iter()
            .map(|place| self.problem.candidates[*place].ends);
        let found = (self.cost, Reverse(ends.min()), chosen);
        if self.best.as_ref().is_none_or(|best| found < *best) {
            self.best = Some(found);
        }
    }
}

/// What the rest costs at least.
struct Bound {
    cost: u64,
    /// What it costs more with this candidate in the store.
    left: Vec<u64>,
    /// The free members of the open row that has the fewest; `None` where every row is met.
    fewest: Option<Vec<usize>>,
}

/// A row that is not met.
struct Open {
    /// Free members that add to it.
    members: Vec<usize>,
    /// It takes at least so many of them.
    fewest: usize,
}

/// The highest weight of each group.
fn groups<'m>(members: impl Iterator<Item = &'m Member>) -> Vec<(usize, usize)> {
    let mut groups: Vec<(usize, usize)> = Vec::new();
    for member in members {
        match groups.iter_mut().find(|(group, _)| *group == member.group) {
            Some((_, weight)) => *weight = member.weight.max(*weight),
            None => groups.push((member.group, member.weight)),
        }
    }
    groups
}
