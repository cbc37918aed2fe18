//! What any store that meets the demands must have, as rows of a weighted multi-cover, and what it must have exactly.
//!
//! A row is *necessary*: each store that meets the demand meets the row. Rows of held endpoints are exact. Those of paths
//! and owners are a little weaker where an endpoint is carried by several anchors only together (either-or): such
//! a path needs at least two anchors that are not counted otherwise, and whether it counts depends on all others.
//! [`Exact`] decides that.

use std::collections::BTreeSet;

use super::problem::{Demand, Moment, Problem, Sent};

/// The weights of the chosen members, each group's highest, must add up to `need`.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) struct Row {
    pub(super) members: Vec<Member>,
    pub(super) need: usize,
}

#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) struct Member {
    pub(super) candidate: usize,
    /// Of one group only one counts.
    pub(super) group: usize,
    pub(super) weight: usize,
}

/// So many paths and owners at a moment.
#[derive(Debug)]
pub(super) struct Exact<'a> {
    pub(super) moment: &'a Moment,
    pub(super) paths: usize,
    pub(super) owners: usize,
}

impl Problem {
    /// The rows of `demands`, without those that others imply. A store without an anchor is none.
    pub(super) fn rows(&self, demands: &[Demand]) -> Vec<Row> {
        let mut rows = BTreeSet::from([cover((0..self.candidates.len()).collect())]);
        for demand in demands {
            match demand {
                Demand::Rule(_) => {}
                Demand::Owners(days) => rows.extend(self.owner_row(&self.moments[days.moment])),
                Demand::Paths(days) => rows.extend(self.path_row(&self.moments[days.moment])),
                Demand::Held(endpoint, days) => {
                    let sent = &self.moments[days.moment].sent[*endpoint];
                    let pinned = |accepted: &&Vec<usize>| accepted.iter().any(|c| self.is_pin(*c));
                    let open = sent.iter().filter(|accepted| !pinned(accepted));
                    rows.extend(open.map(|accepted| cover(accepted.clone())));
                }
            }
        }
        let all: Vec<_> = rows.into_iter().collect();
        let needed = |row: &&Row| !all.iter().any(|other| other != *row && other.implies(row));
        all.iter().filter(needed).cloned().collect()
    }

    /// What `demands` ask of paths and owners, each moment that looks different once.
    pub(super) fn exact(&self, demands: &[Demand]) -> Vec<Exact<'_>> {
        let mut exact: Vec<Exact<'_>> = Vec::new();
        for demand in demands {
            let (days, paths, owners) = match demand {
                Demand::Paths(days) => (days, self.paths, 0),
                Demand::Owners(days) => (days, 0, self.owners),
                Demand::Held(..) | Demand::Rule(_) => continue,
            };
            let moment = &self.moments[days.moment];
            match exact
                .iter_mut()
                .find(|known| known.moment.sent == moment.sent)
            {
                Some(known) => {
                    known.paths = known.paths.max(paths);
                    known.owners = known.owners.max(owners);
                }
                None => exact.push(Exact {
                    moment,
                    paths,
                    owners,
                }),
            }
        }
        exact
    }

    fn is_pin(&self, carrier: usize) -> bool {
        carrier >= self.candidates.len()
    }

    fn counts(&self, carrier: usize) -> bool {
        self.candidates.get(carrier).is_none_or(|item| item.counts)
    }

    /// Twice the paths: an anchor (or pin) that is sure at an endpoint weighs two, another one weighs one, because an
    /// either-or path takes two of those.
    fn path_row(&self, moment: &Moment) -> Option<Row> {
        let accepting = moment.sent.iter().flatten().flatten();
        let carriers: BTreeSet<_> = accepting.copied().filter(|c| self.counts(*c)).collect();
        let weight = |carrier: usize| {
            let sure = moment.sent.iter().any(|sent| accepts_all(carrier, sent));
            if sure { 2 } else { 1 }
        };
        let (pins, anchors): (Vec<_>, Vec<_>) = carriers
            .into_iter()
            .partition(|carrier| self.is_pin(*carrier));
        let pinned: usize = pins.into_iter().map(weight).sum();
        let members = anchors.into_iter().map(|candidate| Member {
            candidate,
            group: candidate,
            weight: weight(candidate),
        });
        Row::of(members.collect(), (2 * self.paths).saturating_sub(pinned))
    }

    fn owner_row(&self, moment: &Moment) -> Option<Row> {
        let accepting = moment.sent.iter().flatten().flatten();
        let carriers: BTreeSet<_> = accepting.copied().filter(|c| self.counts(*c)).collect();
        let member = |candidate: usize| {
            let group = self.candidates.get(candidate)?.owner?;
            Some(Member {
                candidate,
                group,
                weight: 1,
            })
        };
        Row::of(
            carriers.into_iter().filter_map(member).collect(),
            self.owners,
        )
    }
}

impl Row {
    /// A row that needs something; one that needs but one has one form.
    fn of(members: Vec<Member>, need: usize) -> Option<Self> {
        match need {
            0 => None,
            1 => Some(cover(
                members.iter().map(|member| member.candidate).collect(),
            )),
            _ => Some(Self { members, need }),
        }
    }

    /// Whether each choice that meets `self` meets `other` too.
    fn implies(&self, other: &Self) -> bool {
        if self.need == 1 && other.need == 1 {
            return self
                .members
                .iter()
                .all(|member| other.members.contains(member));
        }
        self.members == other.members && self.need > other.need
    }
}

fn cover(accepted: Vec<usize>) -> Row {
    let member = |candidate: usize| Member {
        candidate,
        group: candidate,
        weight: 1,
    };
    Row {
        members: accepted.into_iter().map(member).collect(),
        need: 1,
    }
}

fn accepts_all(carrier: usize, sent: &Sent) -> bool {
    sent.iter().all(|accepted| accepted.contains(&carrier))
}

impl Exact<'_> {
    /// Counts as [`crate::coverage`] does, and compares.
    pub(super) fn is_met(&self, problem: &Problem, chosen: &dyn Fn(usize) -> bool) -> bool {
        let mut counted = Counted::default();
        let in_store = |carrier: &usize| problem.is_pin(*carrier) || chosen(*carrier);
        let mut either_or = Vec::new();
        for sent in &self.moment.sent {
            let used: BTreeSet<_> = sent.iter().flatten().copied().filter(in_store).collect();
            let sure: Vec<_> = used
                .iter()
                .copied()
                .filter(|c| accepts_all(*c, sent))
                .collect();
            if !sure.is_empty() {
                let counts = sure.into_iter().filter(|carrier| problem.counts(*carrier));
                counts.for_each(|carrier| counted.add(&[carrier], problem));
            } else if sent.iter().all(|accepted| accepted.iter().any(in_store)) {
                either_or.push(used.into_iter().collect::<Vec<_>>());
            }
        }
        for path in either_or {
            let new =
                |carrier: &usize| problem.counts(*carrier) && !counted.carriers.contains(carrier);
            if path.iter().all(new) {
                counted.add(&path, problem);
            }
        }
        counted.paths >= self.paths && counted.distinct >= self.owners
    }

    /// The candidates that make a difference here.
    pub(super) fn candidates(&self, problem: &Problem) -> BTreeSet<usize> {
        let accepting = self.moment.sent.iter().flatten().flatten().copied();
        accepting
            .filter(|carrier| !problem.is_pin(*carrier))
            .collect()
    }
}

#[derive(Default)]
struct Counted {
    carriers: BTreeSet<usize>,
    owners: BTreeSet<usize>,
    paths: usize,
    distinct: usize,
}

impl Counted {
    fn add(&mut self, path: &[usize], problem: &Problem) {
        if path.iter().any(|carrier| self.carriers.contains(carrier)) {
            return;
        }
        self.carriers.extend(path);
        self.paths += 1;
        let owner = |carrier: &usize| problem.candidates.get(*carrier)?.owner;
        let owners: BTreeSet<_> = path.iter().filter_map(owner).collect();
        if !owners.is_empty() && self.owners.is_disjoint(&owners) {
            self.distinct += 1;
            self.owners.extend(owners);
        }
    }
}
