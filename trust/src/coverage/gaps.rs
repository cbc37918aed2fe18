//! Days on which something is not held: from when, for certain from when, and why.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::Serialize;

use super::accept::Acceptance;
use super::cause::{Cause, CauseKind, Level};
use super::served::{Alternative, Served};
use super::sweep::{EndpointCoverage, EndpointInterval, State};
use crate::calendar::Confidence;
use crate::date::Date;

/// A range of days on which an endpoint, or the fleet, is not held. The loss itself lies in `earliest..=latest`.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Gap {
    /// First day on which some possible alternative is not accepted; for the fleet: at each endpoint.
    pub earliest: Date,
    /// First day on which none is accepted; `None` when there is no such day in the range asked about.
    pub latest: Option<Date>,
    /// Last day of the gap; `None` when it reaches the last day that was asked about.
    pub until: Option<Date>,
    /// What begins it, by day.
    pub causes: Vec<Cause>,
    /// How well that is known: the weakest of the alternatives that are not accepted on the first day.
    pub evidence: Level,
}

/// The gaps of one endpoint. `refused`: the alternatives that are not accepted, by first day of an interval.
pub(super) fn of_endpoint(
    last_day: Date,
    intervals: &[EndpointInterval],
    refused: &[(Date, Vec<usize>)],
    served: &Served,
    acceptances: &[Acceptance],
) -> Vec<Gap> {
    let lacking = intervals
        .iter()
        .filter(|interval| !interval.state.is_held());
    let ranges = lacking.map(|interval| {
        let lost = (interval.state == State::Lost).then_some(interval.from);
        (interval.from, interval.until, lost)
    });
    let why = |range: &Range| {
        let on = |day: Date| refused.iter().find(|(from, _)| *from == day);
        let alternatives = on(range.from).into_iter().flat_map(|(_, places)| places);
        let alternatives = alternatives.filter_map(|place| served.alternatives.get(*place));
        let alternatives: Vec<_> = alternatives.collect();
        let causes: BTreeSet<_> = (alternatives.iter())
            .map(|alternative| cause(alternative, range.from, acceptances))
            .map(|cause| Cause::clone(&cause))
            .collect();
        let evidence = alternatives
            .iter()
            .map(|alternative| alternative.evidence)
            .max();
        (
            causes.into_iter().collect(),
            evidence.unwrap_or(Level::Unknown),
        )
    };
    gaps(last_day, ranges, why)
}

/// The gaps of the fleet: days on which no endpoint is held.
pub(super) fn of_fleet(days: (Date, Date), endpoints: &[EndpointCoverage]) -> Vec<Gap> {
    let last_day = days.1;
    let Some((first, others)) = endpoints.split_first() else {
        return without_endpoints(days);
    };
    let mut ranges: Vec<_> = lacking(first).collect();
    for endpoint in others {
        let theirs: Vec<_> = lacking(endpoint).collect();
        ranges = common(&ranges, &theirs);
    }
    let why = |range: &Range| {
        let gaps = endpoints.iter().flat_map(|endpoint| &endpoint.gaps);
        let holds = |gap: &&Gap| {
            gap.earliest <= range.from && gap.until.is_none_or(|until| range.from <= until)
        };
        let gaps: Vec<_> = gaps.filter(holds).collect();
        let causes: BTreeSet<_> = gaps.iter().flat_map(|gap| &gap.causes).cloned().collect();
        let evidence = gaps.iter().map(|gap| gap.evidence).max();
        (
            causes.into_iter().collect(),
            evidence.unwrap_or(Level::Unknown),
        )
    };
    gaps(last_day, ranges.into_iter(), why)
}

/// Who has no server is lost from the first day.
fn without_endpoints((first_day, last_day): (Date, Date)) -> Vec<Gap> {
    let cause = Cause {
        date: first_day,
        kind: CauseKind::Unknown,
        what: "there is no endpoint".to_owned(),
        source: "the question".to_owned(),
        confidence: Confidence::Certificate,
        previously: Vec::new(),
    };
    let days = (first_day <= last_day).then_some((first_day, last_day, Some(first_day)));
    gaps(last_day, days.into_iter(), |_| {
        (vec![cause.clone()], Level::Unknown)
    })
}

/// First and last day; the first again when nothing is accepted in them.
type Days = (Date, Date, Option<Date>);

struct Range {
    from: Date,
    until: Date,
    lost: Option<Date>,
}

fn lacking(endpoint: &EndpointCoverage) -> impl Iterator<Item = Days> {
    let lacking = endpoint
        .intervals
        .iter()
        .filter(|interval| !interval.state.is_held());
    lacking.map(|interval| {
        let lost = (interval.state == State::Lost).then_some(interval.from);
        (interval.from, interval.until, lost)
    })
}

/// Days that are in both; both lists are in order.
fn common(ours: &[Days], theirs: &[Days]) -> Vec<Days> {
    let mut both = Vec::new();
    let (mut i, mut j) = (0, 0);
    while let (Some(a), Some(b)) = (ours.get(i), theirs.get(j)) {
        let (from, until) = (a.0.max(b.0), a.1.min(b.1));
        if from <= until {
            both.push((from, until, a.2.and(b.2).map(|_| from)));
        }
        if a.1 <= b.1 {
            i += 1;
        } else {
            j += 1;
        }
    }
    both
}

/// Joins neighbouring days.
fn gaps(
    last_day: Date,
    days: impl Iterator<Item = Days>,
    why: impl Fn(&Range) -> (Vec<Cause>, Level),
) -> Vec<Gap> {
    let mut ranges: Vec<Range> = Vec::new();
    for (from, until, lost) in days {
        match ranges.last_mut() {
            Some(range) if range.until.plus_days(1) == from => {
                range.until = until;
                range.lost = range.lost.or(lost);
            }
            _ => ranges.push(Range { from, until, lost }),
        }
    }
    let gap = |range: &Range| {
        let (causes, evidence) = why(range);
        Gap {
            earliest: range.from,
            latest: range.lost,
            until: (range.until < last_day).then_some(range.until),
            causes,
            evidence,
        }
    };
    ranges.iter().map(gap).collect()
}

/// Why `alternative` is not accepted on `day`: it has just come, or what accepted it has ended.
fn cause(alternative: &Alternative, day: Date, acceptances: &[Acceptance]) -> Arc<Cause> {
    let concerns =
        |acceptance: &&Acceptance| acceptance.concerns(alternative) && acceptance.until < day;
    let ended = acceptances
        .iter()
        .filter(concerns)
        .map(|acceptance| acceptance.until)
        .max();
    match ended.filter(|until| alternative.from <= *until) {
        None => Arc::clone(&alternative.begins),
        Some(until) => Arc::new(Cause {
            date: until.plus_days(1),
            kind: CauseKind::TrustEnds,
            what: "the last path that accepted it ended the day before".to_owned(),
            source: "dates of the path's certificates, the anchor or the pin".to_owned(),
            confidence: Confidence::Certificate,
            previously: Vec::new(),
        }),
    }
}
