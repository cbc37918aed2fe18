//! The smallest store, and the explanation why there is none, equal an exhaustive search on thousands of random worlds:
//! each set of candidates is a store, and the engine says what it covers.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use trust::coverage::{Counting, Coverage, Question, Served, State, Store, StoreAnchor, prove};
use trust::date::Date;
use trust::hierarchy::{CaCertificate, CertificateId, Hierarchy};
use trust::policy::VerifierModel;
use trust::solve::{Candidate, Days, Demand, NoChoice, STEPS, Task, smallest};
use trust::verifier::Behaviour;

use crate::fleets::Fleet;
use crate::worlds::{Dice, World, day};

const WORLDS: u64 = 6_000;
const FLEETS: u64 = 4_000;
const MOST_CANDIDATES: usize = 7;
const RULES: [&str; 2] = ["A103", "A105"];

#[test]
fn the_smallest_store_equals_exhaustive_search() {
    let mut seen = Seen::default();
    for seed in 0..WORLDS {
        let world = World::random(seed);
        let hierarchy = world.hierarchy();
        let served = world.served(&hierarchy);
        let mut case = Case::new(seed, &hierarchy, &served);
        if seed % 2 == 0 {
            case.store.pins = world.store(&hierarchy).pins;
        }
        seen.compare(&case);
    }
    seen.is_no_matter_of_course();
}

/// Few of the worlds can be covered; of these fleets many, and often only by several anchors together.
#[test]
fn the_smallest_store_equals_exhaustive_search_where_servers_send_several_chains() {
    let mut seen = Seen::default();
    for seed in 0..FLEETS {
        let fleet = Fleet::random(seed, MOST_CANDIDATES);
        seen.compare(&Case::new(seed, &fleet.hierarchy, &fleet.served));
    }
    assert!(seen.either_or > 300, "{} either-or", seen.either_or);
    seen.is_no_matter_of_course();
}

/// However early it is stopped: a store meets every demand, and what is called proven is what the whole search finds.
#[test]
fn a_search_that_is_stopped_claims_no_more_than_it_knows() {
    let (mut unproven, mut undecided, mut not_minimal) = (0, 0, 0);
    for seed in 0..FLEETS {
        let fleet = Fleet::random(seed, MOST_CANDIDATES);
        let case = Case::new(seed, &fleet.hierarchy, &fleet.served);
        let whole = smallest(&case.task(), STEPS);
        // Most of them have no store, and looking at every store takes its time.
        if whole.is_err() && seed >= FLEETS / 10 {
            continue;
        }
        for steps in 0..12 {
            match smallest(&case.task(), steps) {
                Ok(choice) if choice.proven => assert_eq!(Ok(choice), whole, "seed {seed}"),
                Ok(choice) => {
                    assert!(case.is_possible(&choice.places), "seed {seed}");
                    assert!(case.meets_all(&case.made(choice.places)), "seed {seed}");
                    unproven += 1;
                }
                Err(NoChoice::Impossible(conflict)) if conflict.minimal => {
                    case.is_minimal(&conflict.demands);
                    assert!(whole.is_err(), "seed {seed}");
                }
                Err(NoChoice::Impossible(conflict)) => {
                    assert!(case.cannot_meet(&conflict.demands), "seed {seed}");
                    not_minimal += 1;
                }
                Err(NoChoice::Undecided) => undecided += 1,
            }
        }
    }
    assert!(
        unproven > 20 && undecided > 50 && not_minimal > 50,
        "{unproven} unproven, {undecided} undecided, {not_minimal} not minimal"
    );
}

/// What the cases were.
#[derive(Default)]
struct Seen {
    found: usize,
    several: usize,
    either_or: usize,
    conflicts: usize,
    pairs: usize,
}

impl Seen {
    fn compare(&mut self, case: &Case<'_>) {
        match (smallest(&case.task(), STEPS), case.exhaustive()) {
            (Ok(choice), Some(expected)) => {
                assert!(choice.proven, "seed {}", case.seed);
                assert_eq!(choice.places, expected.chosen, "seed {}", case.seed);
                self.found += 1;
                self.several += usize::from(choice.places.len() > 1);
                let endpoints = expected.coverage.endpoints.iter();
                let mut intervals = endpoints.flat_map(|endpoint| &endpoint.intervals);
                let either_or = intervals.any(|interval| interval.state == State::EitherOr);
                self.either_or += usize::from(either_or);
            }
            (Err(NoChoice::Impossible(conflict)), None) => {
                assert!(conflict.minimal, "seed {}", case.seed);
                case.is_minimal(&conflict.demands);
                self.conflicts += 1;
                self.pairs += usize::from(conflict.demands.len() > 1);
            }
            (answer, expected) => {
                let expected = expected.map(|made| made.chosen);
                panic!("seed {}: {answer:?}, not {expected:?}", case.seed)
            }
        }
    }

    /// Neither side may be one.
    fn is_no_matter_of_course(&self) {
        let Self {
            found,
            several,
            conflicts,
            pairs,
            ..
        } = self;
        assert!(
            *found > 500 && *several > 90,
            "{found} found, {several} of several anchors"
        );
        assert!(
            *conflicts > 800 && *pairs > 60,
            "{conflicts} conflicts, {pairs} of several"
        );
    }
}

/// A random task.
struct Case<'a> {
    seed: u64,
    hierarchy: &'a Hierarchy,
    served: &'a [Served],
    model: Behaviour,
    store: Store,
    counting: Counting,
    candidates: Vec<Candidate>,
    days: (Date, Date),
    paths: usize,
    owners: usize,
}

/// A store that may be made, with the rules that refuse it.
struct Made {
    chosen: Vec<usize>,
    refused: BTreeSet<&'static str>,
    coverage: Coverage,
}

impl<'a> Case<'a> {
    fn new(seed: u64, hierarchy: &'a Hierarchy, served: &'a [Served]) -> Self {
        let dice = &mut Dice(!seed);
        let model = VerifierModel::ALL[seed as usize % VerifierModel::ALL.len()].behaviour();
        let first = dice.between(0, 60);
        let last = first + [0, 2, 10, 60][dice.of(4)];
        let days = (day(first), day(last));
        let in_the_way = |id: &CertificateId| {
            let certificate = hierarchy.certificate(*id).unwrap();
            model.stops_at_an_anchor_out_of_date()
                && (days.0 < certificate.not_before || certificate.not_after < days.1)
        };
        let numbers = (0..MOST_CANDIDATES).map(|number| hierarchy.find(&[number as u8; 32]));
        let certificates: Vec<_> = numbers.flatten().filter(|id| !in_the_way(id)).collect();
        let anchors = certificates.iter().map(|certificate| StoreAnchor {
            certificate: *certificate,
            private: dice.one_in(5),
            until: if dice.one_in(6) {
                day(dice.between(0, 60))
            } else {
                Date::LAST
            },
        });
        let store = Store {
            anchors: anchors.collect(),
            pins: Vec::new(),
            rescue: dice.one_in(4),
        };
        let candidates = certificates.iter().map(|certificate| Candidate {
            certificate: *certificate,
            bytes: 1 + dice.of(6),
            ends: day(dice.between(100, 103)),
            barred: RULES.into_iter().filter(|_| dice.one_in(9)).collect(),
        });
        let candidates = candidates.collect();
        Self {
            seed,
            hierarchy,
            served,
            model,
            store,
            counting: Counting {
                private: dice.one_in(2),
                rescue: dice.one_in(2),
            },
            candidates,
            days,
            paths: dice.of(4).min(dice.of(4)),
            owners: dice.of(3),
        }
    }

    fn question<'q>(&'q self, store: &'q Store) -> Question<'q> {
        Question {
            store,
            model: &self.model,
            endpoints: self.served,
            hierarchy: self.hierarchy,
            counting: self.counting,
            from: self.days.0,
            until: self.days.1,
        }
    }

    fn task(&self) -> Task<'_> {
        Task {
            question: self.question(&self.store),
            candidates: &self.candidates,
            paths: self.paths,
            owners: self.owners,
        }
    }

    /// Every store that has an anchor and no two that exclude each other.
    fn stores(&self) -> Vec<Made> {
        let all = 1..1_u32 << self.candidates.len();
        let chosen = all.map(|set| {
            let places = 0..self.candidates.len();
            places
                .filter(move |place| set >> place & 1 == 1)
                .collect::<Vec<_>>()
        });
        let possible = chosen.filter(|chosen| self.is_possible(chosen));
        possible.map(|chosen| self.made(chosen)).collect()
    }

    fn made(&self, chosen: Vec<usize>) -> Made {
        let store = Store {
            anchors: chosen
                .iter()
                .map(|place| self.store.anchors[*place].clone())
                .collect(),
            ..self.store.clone()
        };
        let barred = chosen
            .iter()
            .flat_map(|place| &self.candidates[*place].barred);
        Made {
            refused: barred.copied().collect(),
            coverage: prove(&self.question(&store)),
            chosen,
        }
    }

    fn is_possible(&self, chosen: &[usize]) -> bool {
        let certificate = |place: &usize| {
            self.hierarchy
                .certificate(self.candidates[*place].certificate)
                .unwrap()
        };
        let all: Vec<&CaCertificate> = chosen.iter().map(certificate).collect();
        let by_name = self.model.model.tries_one_anchor_per_name();
        let excluded = |one: &CaCertificate, other: &CaCertificate| {
            one.key == other.key || (by_name && one.subject == other.subject)
        };
        let pairs = all.iter().enumerate();
        let mut pairs =
            pairs.flat_map(|(place, one)| all[..place].iter().map(move |other| (one, other)));
        !pairs.any(|(one, other)| excluded(one, other))
    }

    /// The best of all stores that meet each demand of the policy.
    fn exhaustive(&self) -> Option<Made> {
        let stores = self
            .stores()
            .into_iter()
            .filter(|made| self.meets_all(made));
        stores.min_by_key(|made| {
            let chosen = || made.chosen.iter().map(|place| &self.candidates[*place]);
            let bytes: usize = chosen().map(|candidate| candidate.bytes).sum();
            let ends = chosen().map(|candidate| candidate.ends).min();
            (bytes, made.chosen.len(), Reverse(ends), made.chosen.clone())
        })
    }

    fn meets_all(&self, made: &Made) -> bool {
        let mut intervals = made.coverage.intervals.iter();
        let mut endpoints = made.coverage.endpoints.iter();
        made.refused.is_empty()
            && endpoints.all(|endpoint| endpoint.gaps.is_empty())
            && intervals.all(|interval| {
                interval.independent_paths >= self.paths && interval.distinct_owners >= self.owners
            })
    }

    fn meets(&self, made: &Made, demand: &Demand) -> bool {
        let on = |from: Date, until: Date, days: &Days| from <= days.until && days.from <= until;
        let mut intervals = made.coverage.intervals.iter();
        match demand {
            Demand::Rule(rule) => !made.refused.contains(rule),
            Demand::Paths(days) => {
                intervals.all(|i| !on(i.from, i.until, days) || i.independent_paths >= self.paths)
            }
            Demand::Owners(days) => {
                intervals.all(|i| !on(i.from, i.until, days) || i.distinct_owners >= self.owners)
            }
            Demand::Held(endpoint, days) => made.coverage.endpoints[*endpoint]
                .intervals
                .iter()
                .all(|i| !on(i.from, i.until, days) || i.state.is_held()),
        }
    }

    /// No store meets all of `demands`.
    fn cannot_meet(&self, demands: &[Demand]) -> bool {
        let stores = self.stores();
        let mut stores = stores.iter();
        !stores.any(|made| demands.iter().all(|demand| self.meets(made, demand)))
    }

    /// No store meets all of `conflict`, and without any one of it there is one.
    fn is_minimal(&self, conflict: &[Demand]) {
        if self.candidates.is_empty() {
            assert_eq!(conflict, [], "seed {}", self.seed);
            return;
        }
        let stores = self.stores();
        let met = |demands: &[&Demand]| {
            let mut stores = stores.iter();
            stores.any(|made| demands.iter().all(|demand| self.meets(made, demand)))
        };
        let all: Vec<_> = conflict.iter().collect();
        assert!(
            !all.is_empty() && !met(&all),
            "seed {}: {conflict:?} can be met",
            self.seed
        );
        for left_out in 0..all.len() {
            let mut rest = all.clone();
            let demand = rest.remove(left_out);
            assert!(
                met(&rest),
                "seed {}: {demand:?} of {conflict:?} is not needed",
                self.seed
            );
        }
    }
}
