//! The engine equals the naive answer, path for path, on thousands of small random worlds.

use std::collections::BTreeSet;

use trust::coverage::{Counting, Coverage, Question, Served, State, prove};
use trust::hierarchy::{CertificateId, Hierarchy};
use trust::policy::VerifierModel;
use trust::verifier::Behaviour;

use crate::brute::{Chain, Issued, Way};
use crate::worlds::{World, day};

/// The days that are compared.
const FIRST: i64 = 0;
const LAST: i64 = 150;
const WORLDS: u64 = 2_000;

#[test]
fn the_engine_equals_day_by_day_evaluation() {
    let mut held = 0;
    let mut lost = 0;
    for seed in 0..WORLDS {
        let world = World::random(seed);
        let model = VerifierModel::ALL[seed as usize % VerifierModel::ALL.len()].behaviour();
        let hierarchy = world.hierarchy();
        let served = world.served(&hierarchy);
        let coverage = prove(&Question {
            store: &world.store(&hierarchy),
            model: &model,
            endpoints: &served,
            hierarchy: &hierarchy,
            counting: Counting::default(),
            from: day(FIRST),
            until: day(LAST),
        });
        let issued = world
            .endpoints
            .iter()
            .map(|endpoint| world.all_issued(endpoint, LAST));
        let issued = issued.collect();
        let case = Case {
            seed,
            world: &world,
            model: &model,
            hierarchy: &hierarchy,
            issued,
        };
        let naive: Vec<_> = (FIRST..=LAST)
            .map(|number| case.compare(number, &served, &coverage))
            .collect();
        case.gaps(&coverage, &naive);
        held += naive
            .iter()
            .flatten()
            .filter(|state| state.is_held())
            .count();
        lost += naive
            .iter()
            .flatten()
            .filter(|state| !state.is_held())
            .count();
    }
    // Neither side may be a matter of course.
    assert!(held > 10_000 && lost > 10_000, "{held} held, {lost} lost");
}

struct Case<'a> {
    seed: u64,
    world: &'a World,
    model: &'a Behaviour,
    hierarchy: &'a Hierarchy,
    issued: Vec<Issued>,
}

impl Case<'_> {
    /// Compares one day; the naive state of each endpoint.
    fn compare(&self, number: i64, served: &[Served], coverage: &Coverage) -> Vec<State> {
        let (world, seed) = (self.world, self.seed);
        let mut states = Vec::new();
        let mut sure: Vec<Vec<usize>> = Vec::new();
        let mut either: Vec<Vec<usize>> = Vec::new();
        for (place, endpoint) in world.endpoints.iter().enumerate() {
            let possible = world.possible(endpoint, &self.issued[place], number);
            let engine: BTreeSet<_> = served[place]
                .on(day(number))
                .map(|a| a.chain.map(|c| self.chain(&served[place], c)))
                .collect();
            assert_eq!(
                engine, possible,
                "served: seed {seed} endpoint {place} day {number}: {world:#?}"
            );
            let ways: Vec<_> = possible
                .iter()
                .map(|chain| world.ways(self.model, place, chain.as_ref(), number))
                .collect();
            let found: BTreeSet<_> = ways.iter().flatten().cloned().collect();
            assert_eq!(
                self.engine_ways(
                    &served[place],
                    &coverage.endpoints[place].acceptances,
                    number
                ),
                found,
                "paths: seed {seed} endpoint {place} day {number}: {world:#?}"
            );
            let carriers: Vec<BTreeSet<usize>> = (possible.iter().zip(&ways))
                .map(
                    |(chain, ways)| match world.fits(self.model, place, chain.as_ref()) {
                        true => ways.iter().map(|way| way.1).collect(),
                        false => BTreeSet::new(),
                    },
                )
                .collect();
            let all: BTreeSet<usize> = carriers.iter().flatten().copied().collect();
            let common: Vec<usize> = all
                .iter()
                .copied()
                .filter(|c| carriers.iter().all(|set| set.contains(c)))
                .collect();
            let empty = carriers.iter().filter(|set| set.is_empty()).count();
            let state = match empty {
                0 if !common.is_empty() => State::Sure,
                0 => State::EitherOr,
                empty if empty < carriers.len() => State::Partly,
                _ => State::Lost,
            };
            let interval = coverage.on(day(number)).nth(place).unwrap().1;
            let expected = match state {
                State::Sure => common,
                State::EitherOr => all.into_iter().collect(),
                _ => Vec::new(),
            };
            let uses: Vec<usize> = interval.carriers.iter().map(|used| used.carrier).collect();
            assert_eq!(
                (interval.state, &uses),
                (state, &expected),
                "seed {seed} endpoint {place} day {number}: {world:#?}"
            );
            match state {
                State::Sure => sure.push(expected),
                State::EitherOr => either.push(expected),
                _ => {}
            }
            states.push(state);
        }
        self.count(number, coverage, &sure, &either);
        states
    }

    fn count(&self, number: i64, coverage: &Coverage, sure: &[Vec<usize>], either: &[Vec<usize>]) {
        let keys = self.world.carriers();
        let owner = |carrier: &usize| keys.get(*carrier).map(|key| self.world.keys[*key].1);
        let mut counted: BTreeSet<usize> = sure.iter().flatten().copied().collect();
        let mut paths = counted.len();
        let mut owners: BTreeSet<usize> = counted.iter().filter_map(owner).collect();
        let mut distinct = owners.len();
        for path in either.iter().filter(|path| !path.is_empty()) {
            if path.iter().all(|carrier| !counted.contains(carrier)) {
                paths += 1;
                counted.extend(path);
                let theirs: BTreeSet<usize> = path.iter().filter_map(owner).collect();
                if !theirs.is_empty() && theirs.is_disjoint(&owners) {
                    distinct += 1;
                    owners.extend(theirs);
                }
            }
        }
        let at = coverage
            .intervals
            .iter()
            .find(|i| i.from <= day(number) && day(number) <= i.until)
            .unwrap();
        assert_eq!(
            (at.independent_paths, at.distinct_owners),
            (paths, distinct),
            "seed {} day {number}",
            self.seed
        );
    }

    /// The gaps say what the days say.
    fn gaps(&self, coverage: &Coverage, states: &[Vec<State>]) {
        for (place, endpoint) in coverage.endpoints.iter().enumerate() {
            let held = |at: usize| states[at][place].is_held();
            let lost = |at: usize| states[at][place] == State::Lost;
            assert_eq!(
                dates(&endpoint.gaps),
                runs(states.len(), held, lost),
                "seed {}",
                self.seed
            );
        }
        let held = |at: usize| states[at].iter().any(|state| state.is_held());
        let lost = |at: usize| states[at].iter().all(|state| *state == State::Lost);
        assert_eq!(
            dates(&coverage.gaps),
            runs(states.len(), held, lost),
            "seed {}",
            self.seed
        );
    }

    fn engine_ways(
        &self,
        served: &Served,
        acceptances: &[trust::coverage::Acceptance],
        number: i64,
    ) -> BTreeSet<Way> {
        let mut ways = BTreeSet::new();
        for alternative in served.on(day(number)) {
            for a in acceptances {
                let concerns = a.leaf.is_some() || a.chain == alternative.chain;
                if concerns && a.from <= day(number) && day(number) <= a.until {
                    let path = a.path.iter().map(|id| self.number(*id)).collect();
                    ways.insert((a.anchor.map(|id| self.number(id)), a.carrier, path));
                }
            }
        }
        ways
    }

    fn chain(&self, served: &Served, place: usize) -> Chain {
        let chain = &served.chains[place];
        let key = self.hierarchy.key(chain.below).unwrap().spki_sha256[0] - 100;
        let certs = chain
            .certificates
            .iter()
            .map(|id| self.number(*id))
            .collect();
        (usize::from(key), chain.unnamed_issuer, certs)
    }

    fn number(&self, id: CertificateId) -> usize {
        usize::from(self.hierarchy.certificate(id).unwrap().sha256[0])
    }
}

type Dates = Vec<(
    trust::date::Date,
    Option<trust::date::Date>,
    Option<trust::date::Date>,
)>;

fn dates(gaps: &[trust::coverage::Gap]) -> Dates {
    gaps.iter()
        .map(|gap| (gap.earliest, gap.latest, gap.until))
        .collect()
}

fn runs(days: usize, held: impl Fn(usize) -> bool, lost: impl Fn(usize) -> bool) -> Dates {
    let mut runs = Vec::new();
    let mut at = 0;
    while at < days {
        if held(at) {
            at += 1;
            continue;
        }
        let start = at;
        while at < days && !held(at) {
            at += 1;
        }
        let real = |place: usize| day(FIRST + place as i64);
        let latest = (start..at).find(|place| lost(*place)).map(real);
        runs.push((real(start), latest, (at < days).then(|| real(at - 1))));
    }
    runs
}
