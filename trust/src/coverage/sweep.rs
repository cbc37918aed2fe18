//! The sweep over time: intervals in which nothing changes.

use serde::Serialize;

use super::accept::{Acceptance, Carriers};
use super::cause::Level;
use super::fits::fits;
use super::fleet;
use super::gaps::{self, Gap};
use super::served::{Alternative, Served};
use super::{Coverage, Question};
use crate::date::Date;

/// One endpoint's part of the answer.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct EndpointCoverage {
    /// Its name.
    pub name: String,
    /// Its host.
    pub host: String,
    /// Every acceptance of something that it may send.
    pub acceptances: Vec<Acceptance>,
    /// Gapless from the first to the last day; neighbours differ.
    pub intervals: Vec<EndpointInterval>,
    /// Days on which it is not held, also those that end again.
    pub gaps: Vec<Gap>,
}

impl EndpointCoverage {
    /// Its loss: the first gap.
    pub fn loss(&self) -> Option<&Gap> {
        self.gaps.first()
    }
}

/// Days in which nothing changes for one endpoint.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct EndpointInterval {
    /// First day.
    pub from: Date,
    /// Last day, inclusive.
    pub until: Date,
    /// Whether it is held.
    pub state: State,
    /// The sure carriers, in the order of [`Coverage::carriers`]; in [`State::EitherOr`] those of the either-or path.
    pub carriers: Vec<CarrierUse>,
    /// The weakest evidence that holding it needs: over the alternatives, the best of each.
    pub evidence: Level,
}

/// How an endpoint stands.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// Each alternative is accepted, but none of the carriers accepts all.
    EitherOr,
    /// No alternative is accepted.
    Lost,
    /// Some alternative is not accepted.
    Partly,
    /// A carrier accepts every alternative.
    Sure,
}

impl State {
    /// Whether every alternative is accepted.
    pub fn is_held(self) -> bool {
        matches!(self, Self::EitherOr | Self::Sure)
    }
}

/// A carrier in an interval.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
pub struct CarrierUse {
    /// Place in [`Coverage::carriers`].
    pub carrier: usize,
    /// The weakest evidence that it needs there.
    pub evidence: Level,
}

/// Days in which nothing changes for the fleet.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Interval {
    /// First day.
    pub from: Date,
    /// Last day, inclusive.
    pub until: Date,
    /// How many endpoints are held.
    pub held_endpoints: usize,
    /// How many independent paths count.
    pub independent_paths: usize,
    /// How many different owners are among them.
    pub distinct_owners: usize,
    /// The weakest evidence among the paths that count; [`Level::Unknown`] when there is none.
    pub evidence: Level,
}

pub(super) fn prove(question: &Question<'_>) -> Coverage {
    let carriers = Carriers::new(question.store, question.model, question.hierarchy);
    let mut scratch = Scratch::new(carriers.listed.len());
    let endpoints: Vec<_> = (question.endpoints.iter())
        .map(|served| endpoint(question, served, &carriers, &mut scratch))
        .collect();
    let intervals = fleet::fleet(question, &endpoints, &carriers, &mut scratch);
    Coverage {
        from: question.from,
        until: question.until,
        gaps: gaps::of_fleet((question.from, question.until), &endpoints),
        carriers: carriers.listed,
        endpoints,
        intervals,
    }
}

fn endpoint(
    question: &Question<'_>,
    served: &Served,
    carriers: &Carriers<'_>,
    scratch: &mut Scratch,
) -> EndpointCoverage {
    let acceptances = carriers.acceptances(served);
    let dates = served.alternatives.iter().map(|a| (a.from, a.until));
    let dates = dates.chain(acceptances.iter().map(|a| (a.from, a.until)));
    let cuts = cuts(question.from, question.until, dates);
    let taken = |a: &Alternative| fits(served, a, question.hierarchy, question.model);
    let fitting: Vec<bool> = served.alternatives.iter().map(taken).collect();
    let mut intervals: Vec<EndpointInterval> = Vec::new();
    let mut refused: Vec<(Date, Vec<usize>)> = Vec::new();
    for (place, from) in cuts.iter().enumerate() {
        let until = cuts
            .get(place + 1)
            .map_or(question.until, |next| next.plus_days(-1));
        let seen = scratch.look(served, &acceptances, &fitting, *from);
        if !seen.state.is_held() {
            refused.push((*from, seen.refused));
        }
        match intervals.last_mut() {
            Some(last)
                if (last.state, last.evidence) == (seen.state, seen.evidence)
                    && last.carriers == seen.carriers =>
            {
                last.until = until;
            }
            _ => intervals.push(EndpointInterval {
                from: *from,
                until,
                state: seen.state,
                carriers: seen.carriers,
                evidence: seen.evidence,
            }),
        }
    }
    EndpointCoverage {
        name: served.name.clone(),
        host: served.host.clone(),
        gaps: gaps::of_endpoint(question.until, &intervals, &refused, served, &acceptances),
        acceptances,
        intervals,
    }
}

/// First days of the intervals of `first..=last` between which one of `dates`, each a first and a last day, begins or
/// ends.
pub(crate) fn cuts(
    first: Date,
    last: Date,
    dates: impl Iterator<Item = (Date, Date)>,
) -> Vec<Date> {
    let mut cuts = Vec::with_capacity(32);
    if first <= last {
        cuts.push(first);
    }
    for (from, until) in dates {
        if first < from && from <= last {
            cuts.push(from);
        }
        if first <= until && until < last {
            cuts.push(until.plus_days(1));
        }
    }
    cuts.sort_unstable();
    cuts.dedup();
    cuts
}

/// What is seen of an endpoint on a day.
struct Seen {
    state: State,
    carriers: Vec<CarrierUse>,
    evidence: Level,
    refused: Vec<usize>,
}

/// Marks for each carrier, used again and again.
pub(super) struct Scratch {
    pub(super) marks: Vec<Mark>,
    alternative: usize,
    pub(super) fleet: usize,
}

#[derive(Clone, Copy)]
pub(super) struct Mark {
    /// The alternative that it accepted last.
    alternative: usize,
    /// How many alternatives it accepts.
    accepts: usize,
    /// Its best way to the current alternative.
    best: Level,
    /// Its weakest over the alternatives.
    weakest: Level,
    /// The fleet interval in which it was counted last.
    pub(super) fleet: usize,
}

impl Scratch {
    fn new(carriers: usize) -> Self {
        let mark = Mark {
            alternative: 0,
            accepts: 0,
            best: Level::Proven,
            weakest: Level::Proven,
            fleet: 0,
        };
        Self {
            marks: vec![mark; carriers],
            alternative: 0,
            fleet: 0,
        }
    }

    fn look(
        &mut self,
        served: &Served,
        acceptances: &[Acceptance],
        fitting: &[bool],
        day: Date,
    ) -> Seen {
        for mark in &mut self.marks {
            (mark.accepts, mark.weakest) = (0, Level::Proven);
        }
        let mut possible = 0;
        let mut refused = Vec::new();
        let mut evidence = Level::Proven;
        for (place, alternative) in served.alternatives.iter().enumerate() {
            if !alternative.possible(day) {
                continue;
            }
            possible += 1;
            let best = if fitting[place] {
                self.try_all(alternative, acceptances, day)
            } else {
                None
            };
            match best {
                None => refused.push(place),
                Some(best) => evidence = evidence.max(best),
            }
        }
        let state = match refused.len() {
            0 if possible > 0 && self.marks.iter().any(|mark| mark.accepts == possible) => {
                State::Sure
            }
            0 if possible > 0 => State::EitherOr,
            refused if refused < possible => State::Partly,
            _ => State::Lost,
        };
        let least = if state == State::Sure { possible } else { 1 };
        let uses = self
            .marks
            .iter()
            .enumerate()
            .filter(|(_, mark)| mark.accepts >= least);
        let uses = uses.filter(|_| state.is_held());
        let carriers = uses.map(|(carrier, mark)| CarrierUse {
            carrier,
            evidence: mark.weakest,
        });
        Seen {
            carriers: carriers.collect(),
            evidence: if state.is_held() {
                evidence
            } else {
                Level::Unknown
            },
            state,
            refused,
        }
    }

    /// Marks every carrier that accepts `alternative`; the best evidence among them.
    fn try_all(
        &mut self,
        alternative: &Alternative,
        acceptances: &[Acceptance],
        day: Date,
    ) -> Option<Level> {
        self.alternative += 1;
        let mut best = None;
        for acceptance in acceptances {
            if !acceptance.concerns(alternative) || day < acceptance.from || acceptance.until < day
            {
                continue;
            }
            // A pin of the endpoint's own key does not need to know the chain.
            let served = if acceptance.chain.is_none() {
                Level::Proven
            } else {
                alternative.evidence
            };
            let level = acceptance.evidence.max(served);
            best = Some(best.map_or(level, |known: Level| known.min(level)));
            let mark = &mut self.marks[acceptance.carrier];
            if mark.alternative != self.alternative {
                (mark.alternative, mark.best) = (self.alternative, level);
                mark.accepts += 1;
            } else {
                mark.best = mark.best.min(level);
            }
        }
        for mark in self
            .marks
            .iter_mut()
            .filter(|mark| mark.alternative == self.alternative)
        {
            mark.weakest = mark.weakest.max(mark.best);
        }
        best
    }
}
