//! What the proof of a whole ledger costs in CPU time, and how it grows with years and releases.
//!
//! `cargo bench -p trust --bench coverage` measures, prints and fails when a limit is passed. Small and large are
//! measured in turn, run by run, so that what else the machine does meets both alike; medians are compared.

#![allow(clippy::print_stdout, reason = "a benchmark prints its results")]

use std::hint::black_box;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};
use trust::calendar::{Calendar, KeyType};
use trust::coverage::served::{Declaration, World};
use trust::coverage::{Counting, Question, Served, Store, StoreAnchor, prove};
use trust::date::Date;
use trust::hierarchy::{Builder, CertificateId, Hierarchy};
use trust::policy::VerifierModel;
use trust::source::SourceFile;

const RELEASES: usize = 1_000;
const ENDPOINTS: usize = 20;
const YEARS: u16 = 20;
/// Most CPU time for all of it, in milliseconds.
const MOST_MILLISECONDS: f64 = 1_000.0;
/// Twice the years may take so many times as long, twice the releases so many times.
const MOST_TIMES_YEARS: f64 = 1.1;
const MOST_TIMES_RELEASES: f64 = 2.2;
const ROUNDS: usize = 7;
/// The day of the calendar's last facts, from which is proven: a longer service life has more days and, behind the
/// last date that anybody published, no more events.
const FACTS_AS_OF: &str = "2026-08-21";

fn main() -> ExitCode {
    let calendar = calendar();
    let hierarchy = Builder::of_calendar(&calendar).build();
    let ledger = Ledger::new(&calendar, &hierarchy, 2 * RELEASES);
    let [whole, years, releases] = interleaved([
        &|| ledger.prove(RELEASES, YEARS),
        &|| ledger.prove(RELEASES, 2 * YEARS),
        &|| ledger.prove(2 * RELEASES, YEARS),
    ]);
    let milliseconds = whole.as_secs_f64() * 1e3;
    let times = |more: Duration| more.as_secs_f64() / whole.as_secs_f64();
    let passed = [
        limit(
            "1,000 releases × 20 endpoints × 20 years, ms",
            milliseconds,
            MOST_MILLISECONDS,
        ),
        limit("twice the years, times", times(years), MOST_TIMES_YEARS),
        limit(
            "twice the releases, times",
            times(releases),
            MOST_TIMES_RELEASES,
        ),
    ];
    ExitCode::from(u8::from(passed.contains(&false)))
}

fn limit(what: &str, measured: f64, most: f64) -> bool {
    let passed = measured <= most;
    let word = if passed { "ok" } else { "TOO SLOW" };
    println!("{word}: {what}: {measured:.2}, at most {most}");
    passed
}

/// Median CPU time of each, all of them run in turn.
fn interleaved<const N: usize>(works: [&dyn Fn() -> usize; N]) -> [Duration; N] {
    let mut times = [const { Vec::new() }; N];
    for _ in 0..ROUNDS {
        for (times, work) in times.iter_mut().zip(works) {
            let before = cpu_time();
            black_box(work());
            times.push(cpu_time().saturating_sub(before));
        }
    }
    times.map(|mut times| {
        times.sort_unstable();
        times[times.len() / 2]
    })
}

fn cpu_time() -> Duration {
    Duration::try_from(clock_gettime(ClockId::ProcessCPUTime)).expect("never negative")
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

fn calendar() -> Calendar {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("calendar");
    let entries = std::fs::read_dir(folder).expect("trust/calendar");
    let mut paths: Vec<_> = entries
        .map(|entry| entry.expect("an entry").path())
        .collect();
    paths.sort();
    let read = |path: &std::path::PathBuf| {
        let bytes = std::fs::read(path).expect("a calendar file");
        SourceFile::from_bytes(path.display().to_string(), &bytes)
    };
    let (calendar, findings) = Calendar::read(&paths.iter().map(read).collect::<Vec<_>>());
    assert!(findings.is_empty(), "{}", findings[0].message);
    calendar
}
