//! What counts over all endpoints.

use super::accept::Carriers;
use super::cause::Level;
use super::sweep::{
    CarrierUse, EndpointCoverage, EndpointInterval, Interval, Scratch, State, cuts,
};
use super::{Carrier, Question};

pub(super) fn fleet(
    question: &Question<'_>,
    endpoints: &[EndpointCoverage],
    carriers: &Carriers<'_>,
    scratch: &mut Scratch,
) -> Vec<Interval> {
    let dates = endpoints.iter().flat_map(|endpoint| &endpoint.intervals);
    let cuts = cuts(
        question.from,
        question.until,
        dates.map(|interval| (interval.from, interval.until)),
    );
    let countable: Vec<bool> = carriers
        .listed
        .iter()
        .map(|carrier| match carrier {
            Carrier::Anchor { private, .. } => !private || question.counting.private,
            Carrier::Pin { .. } => true,
        })
        .collect();
    let mut places = vec![0; endpoints.len()];
    let mut intervals: Vec<Interval> = Vec::with_capacity(cuts.len());
    for (place, from) in cuts.iter().enumerate() {
        let until = cuts
            .get(place + 1)
            .map_or(question.until, |next| next.plus_days(-1));
        let mut now: Vec<&EndpointInterval> = Vec::with_capacity(endpoints.len());
        for (endpoint, place) in endpoints.iter().zip(&mut places) {
            while endpoint
                .intervals
                .get(*place)
                .is_some_and(|interval| interval.until < *from)
            {
                *place += 1;
            }
            now.extend(endpoint.intervals.get(*place));
        }
        let counted = scratch.count(&now, carriers, &countable);
        let rescue = usize::from(question.counting.rescue && question.store.rescue);
        let interval = Interval {
            from: *from,
            until,
            held_endpoints: now
                .iter()
                .filter(|interval| interval.state.is_held())
                .count(),
            independent_paths: counted.paths + rescue,
            distinct_owners: counted.distinct,
            evidence: counted.evidence.unwrap_or(Level::Unknown),
        };
        intervals.push(interval);
    }
    intervals
}

/// What counts in an interval of the fleet.
struct Counted {
    paths: usize,
    /// How many owners.
    distinct: usize,
    /// Which.
    owners: Vec<usize>,
    evidence: Option<Level>,
}

impl Scratch {
    fn count(
        &mut self,
        now: &[&EndpointInterval],
        carriers: &Carriers<'_>,
        countable: &[bool],
    ) -> Counted {
        self.fleet += 1;
        let mut counted = Counted {
            paths: 0,
            distinct: 0,
            owners: Vec::new(),
            evidence: None,
        };
        for interval in now.iter().filter(|interval| interval.state == State::Sure) {
            for used in interval
                .carriers
                .iter()
                .filter(|used| countable[used.carrier])
            {
                if self.marks[used.carrier].fleet != self.fleet {
                    self.add(&[*used], carriers, &mut counted);
                }
            }
        }
        for interval in now
            .iter()
            .filter(|interval| interval.state == State::EitherOr)
        {
            let new = |used: &CarrierUse| {
                countable[used.carrier] && self.marks[used.carrier].fleet != self.fleet
            };
            if interval.carriers.iter().all(new) {
                self.add(&interval.carriers, carriers, &mut counted);
            }
        }
        counted
    }

    fn add(&mut self, path: &[CarrierUse], carriers: &Carriers<'_>, counted: &mut Counted) {
        counted.paths += 1;
        let mut owners: Vec<usize> = Vec::new();
        for used in path {
            self.marks[used.carrier].fleet = self.fleet;
            owners.extend(carriers.owners[used.carrier]);
            let weakest = counted
                .evidence
                .map_or(used.evidence, |known| known.max(used.evidence));
            counted.evidence = Some(weakest);
        }
        // Either-or is one owner, and only where neither was counted.
        if !owners.is_empty() && !owners.iter().any(|owner| counted.owners.contains(owner)) {
            counted.distinct += 1;
            counted.owners.append(&mut owners);
        }
    }
}
