//! What the proof of a whole ledger costs in CPU time, and how it grows with years and releases.
//!
//! `cargo bench -p trust --bench coverage` measures, prints and fails when a limit is passed. Small and large are
//! measured in turn, run by run, so that what else the machine does meets both alike; medians are compared.

#![allow(clippy::print_stdout, reason = "a benchmark prints its results")]

#[path = "../common/calendar.rs"]
mod calendar;
#[path = "../common/measure.rs"]
#[allow(dead_code, reason = "the other benchmarks use the rest")]
mod measure;

use std::hint::black_box;
use std::process::ExitCode;

use trust::calendar::{Calendar, KeyType};
use trust::coverage::served::{Declaration, World};
use trust::coverage::{Counting, Question, Served, Store, StoreAnchor, prove};
use trust::date::Date;
use trust::hierarchy::{Builder, CertificateId, Hierarchy};
use trust::policy::VerifierModel;

use measure::Table;

const RELEASES: usize = 1_000;
const RELEASES_IN_A_TEST: usize = 20;
const ENDPOINTS: usize = 20;
const YEARS: u16 = 20;
/// Most CPU time for all of it, in milliseconds.
const MOST_MILLISECONDS: f64 = 1_000.0;
/// Twice the years may take so many times as long, twice the releases so many times.
const MOST_TIMES_YEARS: f64 = 1.1;
const MOST_TIMES_RELEASES: f64 = 2.2;
/// The day of the calendar's last facts, from which is proven: a longer service life has more days and, behind the
/// last date that anybody published, no more events.
const FACTS_AS_OF: &str = "2026-08-21";

fn main() -> ExitCode {
    let calendar = calendar::facts();
    let hierarchy = Builder::of_calendar(&calendar).build();
    let count = if measure::measuring() {
        RELEASES
    } else {
        RELEASES_IN_A_TEST
    };
    let ledger = Ledger::new(&calendar, &hierarchy, 2 * count);
    let prove = |releases, years| {
        black_box(ledger.prove(releases, years));
    };
    let [whole, years, releases] = measure::in_turn([
        &|| prove(count, YEARS),
        &|| prove(count, 2 * YEARS),
        &|| prove(2 * count, YEARS),
    ]);
    let mut table = Table::default();
    table.add("every release × 20 endpoints × 20 years".to_owned(), whole);
    table.add_ratio("twice the years".to_owned(), years, whole);
    table.add_ratio("twice the releases".to_owned(), releases, whole);
    println!("{table}");
    let passed = [
        measure::is_within(
            "the whole ledger, ms",
            whole.milliseconds(),
            MOST_MILLISECONDS,
        ),
        measure::is_within(
            "twice the years, times",
            years.times(whole),
            MOST_TIMES_YEARS,
        ),
        measure::is_within(
            "twice the releases, times",
            releases.times(whole),
            MOST_TIMES_RELEASES,
        ),
    ];
    ExitCode::from(u8::from(passed.contains(&false)))
}

/// Releases with stores of 2 to 5 anchors, endpoints of two owners and both key types.
struct Ledger<'a> {
    hierarchy: &'a Hierarchy,
    stores: Vec<Store>,
    endpoints: Vec<Served>,
}

impl<'a> Ledger<'a> {
    fn new(calendar: &'a Calendar, hierarchy: &'a Hierarchy, releases: usize) -> Self {
        let world = World {
            hierarchy,
            calendar,
            known_on: day(FACTS_AS_OF),
        };
        let endpoint = |number: usize| {
            let declaration = Declaration {
                name: format!("endpoint-{number}"),
                host: format!("ota-{number}.example.com"),
                owner: "Let's Encrypt".to_owned(),
                profile: Some("default".to_owned()),
                key_type: Some(KeyType::ALL[number % 2]),
                leaf_days: Some(90 - u32::try_from(number).expect("small")),
                renewal_slack_days: u32::try_from(number % 5).expect("small"),
                ..Declaration::default()
            };
            Served::new(&declaration, &world)
        };
        Self {
            hierarchy,
            stores: (0..releases)
                .map(|number| store(hierarchy, number))
                .collect(),
            endpoints: (0..ENDPOINTS).map(endpoint).collect(),
        }
    }

    /// How many intervals there are, all in all.
    fn prove(&self, releases: usize, years: u16) -> usize {
        let from = day(FACTS_AS_OF);
        let model = VerifierModel::EspIdfPemTime.behaviour();
        let intervals = self.stores.iter().take(releases).map(|store| {
            let coverage = prove(&Question {
                store,
                model: &model,
                endpoints: &self.endpoints,
                hierarchy: self.hierarchy,
                counting: Counting::default(),
                from,
                until: from.plus_years(years),
            });
            coverage.intervals.len()
        });
        let all = intervals.sum();
        assert!(all > releases, "nothing changes in any release");
        all
    }
}

fn store(hierarchy: &Hierarchy, number: usize) -> Store {
    let ids: Vec<CertificateId> = hierarchy
        .certificates()
        .iter()
        .filter_map(|c| hierarchy.find(&c.sha256))
        .collect();
    let anchor = |step: usize| StoreAnchor {
        certificate: ids[(number * 7 + step * 11) % ids.len()],
        private: false,
        until: Date::LAST,
    };
    Store {
        anchors: (0..2 + number % 4).map(anchor).collect(),
        ..Store::default()
    }
}

fn day(text: &str) -> Date {
    text.parse().expect("a date")
}
