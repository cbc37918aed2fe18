//! The proof that a verdict rests on: made once, asked by many checks.
//!
//! The policy's own store is asked about each day from the release date to the end of service. The end of service is
//! the last day on which a device must be able to update, also one that was offline until then, so that nothing is
//! to be proven after it. A shipped release is asked about the days on which its devices return to fetch this one:
//! from the release date, for `longest-offline-days`.

use super::Case;
use crate::coverage::served::{Declaration, World};
use crate::coverage::{
    Counting, Coverage, EndpointCoverage, Gap, Interval, Question, Served, Store, prove,
};
use crate::date::Date;
use crate::hierarchy::Hierarchy;
use crate::verifier::Behaviour;

/// What the policy's store, and those of shipped releases, reach.
#[derive(Clone, Debug)]
pub(crate) struct Proof {
    pub(crate) hierarchy: Hierarchy,
    pub(crate) store: Store,
    pub(crate) model: Behaviour,
    pub(crate) counting: Counting,
    /// In the order of the policy's endpoints.
    pub(crate) served: Vec<Served>,
    /// Each day of service.
    pub(crate) coverage: Coverage,
}

impl Proof {
    /// `None` where something that it would rest on could not be read, or is missing: that is a finding already.
    pub(crate) fn of(case: &Case<'_>) -> Option<Self> {
        let policy = case.policy;
        let whole = !policy.left_out && case.anchors.len() == policy.required_roots.len();
        let product = policy.product.as_ref().filter(|_| whole)?;
        let service = policy.service_life.as_ref()?;
        let hierarchy = Hierarchy::of_project(case.calendar, case.inventory, case.chains);
        let world = case.world(&hierarchy);
        let declared = policy.endpoints.iter();
        let declared = declared.map(|e| Declaration::of(e, case.chains, &hierarchy));
        let served: Vec<_> = declared.map(|d| Served::new(&d, &world)).collect();
        let counting = policy.coverage.as_ref().map(|coverage| Counting {
            private: coverage.count_private,
            rescue: coverage.count_rescue,
        });
        let counting = counting.unwrap_or_default();
        let store = Store::of_policy(policy, &hierarchy, case.calendar);
        let model = product.verifier.value.behaviour();
        let coverage = prove(&Question {
            store: &store,
            model: &model,
            endpoints: &served,
            hierarchy: &hierarchy,
            counting,
            from: case.as_of,
            until: service.ends.value,
        });
        Some(Self {
            hierarchy,
            store,
            model,
            counting,
            served,
            coverage,
        })
    }

    /// The policy's own question, on other days.
    pub(crate) fn question(&self, from: Date, until: Date) -> Question<'_> {
        Question {
            store: &self.store,
            model: &self.model,
            endpoints: &self.served,
            hierarchy: &self.hierarchy,
            counting: self.counting,
            from,
            until,
        }
    }

    /// The days on which less is covered than `[coverage]` asks for, or nothing is.
    pub(crate) fn short<'a>(&'a self, case: &Case<'_>) -> impl Iterator<Item = &'a Interval> {
        let required = case.required();
        let intervals = self.coverage.intervals.iter();
        intervals.filter(move |interval| required.is_short(interval))
    }

    /// The endpoint's part of the answer.
    pub(crate) fn endpoint(&self, place: usize) -> Option<(&Served, &EndpointCoverage)> {
        Some((self.served.get(place)?, self.coverage.endpoints.get(place)?))
    }

    /// Last day of `gap`.
    pub(crate) fn gap_ends(&self, gap: &Gap) -> Date {
        gap.until.unwrap_or(self.coverage.until)
    }
}

/// What `[coverage]` asks for; at least one path to one owner.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Required {
    pub(crate) paths: usize,
    pub(crate) owners: usize,
}

impl Required {
    pub(crate) fn is_short(self, interval: &Interval) -> bool {
        interval.independent_paths < self.paths || interval.distinct_owners < self.owners
    }
}

impl Case<'_> {
    /// What is known, and since when.
    pub(crate) fn world<'w>(&'w self, hierarchy: &'w Hierarchy) -> World<'w> {
        World {
            hierarchy,
            calendar: self.calendar,
            known_on: self.facts_known_on.unwrap_or(self.as_of),
        }
    }

    pub(crate) fn required(&self) -> Required {
        let asked = self.policy.coverage.as_ref();
        let count = |value: Option<u32>| usize::try_from(value.unwrap_or(1)).unwrap_or(usize::MAX);
        Required {
            paths: count(asked.map(|coverage| coverage.independent_paths.value)),
            owners: count(asked.map(|coverage| coverage.distinct_owners.value)),
        }
    }
}
