//! What a check and a rendering cost in CPU time, and how the cost grows with the number of anchors.
//!
//! `cargo bench -p trust` measures, prints a table and fails when a limit is passed; `docs/performance.md` has
//! the limits and the numbers of one machine. Time is CPU time of this process, user and system: on a machine
//! that does other work too, the time on the wall measures the others.

#![allow(clippy::print_stdout, reason = "a benchmark prints its results")]

#[path = "../common/calendar.rs"]
#[allow(dead_code, reason = "the other benchmarks use the rest")]
mod calendar;
mod fleet;
#[path = "../common/measure.rs"]
mod measure;
#[path = "../common/pem.rs"]
mod pem;

use std::hint::black_box;
use std::process::ExitCode;

use trust::gate::{self, Verdict};
use trust::render::{self, Format};

use fleet::Fleet;
use measure::Table;

/// Most CPU time for check and render of the Mozilla roots, in milliseconds.
const MOST_MILLISECONDS: f64 = 15.0;
/// The many may take as many times the time of the few as they are more.
const FEW: usize = 100;
const FEW_IN_A_TEST: usize = 6;
const HUNDRED: usize = 100;
const MOST_TIMES: f64 = HUNDRED as f64;
/// For the forms that devices read, shown and not limited: ESP-IDF takes at most 200 anchors.
const SMALL: usize = 20;
const LARGEST: usize = 200;

fn main() -> ExitCode {
    let mut table = Table::default();
    let milliseconds = mozilla(&mut table);
    let times = generated(&mut table);
    println!("{table}");
    let passed = [
        measure::is_within(
            "check and render of the Mozilla roots, ms",
            milliseconds,
            MOST_MILLISECONDS,
        ),
        measure::is_within(
            "check and render of 100 times the roots, times",
            times,
            MOST_TIMES,
        ),
    ];
    ExitCode::from(u8::from(passed.contains(&false)))
}

/// Milliseconds for check and render of a policy that requires every root of the Mozilla set.
fn mozilla(table: &mut Table) -> f64 {
    let fleet = Fleet::mozilla();
    let verdict = judged(&fleet);
    let store = verdict.approved().expect("judged() looked");
    let name = |step: &str| format!("{step}, {} Mozilla roots", fleet.anchors);
    table.add(name("check"), measure::cpu(|| judge(&fleet)));
    for format in Format::ALL {
        if render::render(store, format).is_err() {
            continue;
        }
        let cost = measure::cpu(|| render::render(store, format));
        table.add(name(&format!("render {}", format.word())), cost);
    }
    let whole = measure::cpu(|| {
        let verdict = judge(&fleet);
        let store = verdict.approved().expect("judged() looked");
        let source = render::RenderedStore::new(store).expect("it fits");
        (source, render::render(store, Format::EspBundleV2))
    });
    table.add(name("check + render rust, binary, esp-bundle-v2"), whole);
    whole.milliseconds()
}

/// How check and render grow with the number of generated roots: times the time of a hundredth.
fn generated(table: &mut Table) -> f64 {
    let few = if measure::measuring() {
        FEW
    } else {
        FEW_IN_A_TEST
    };
    let many = few * HUNDRED;
    let roots = fleet::generated_roots(many);
    let [small, largest, few, many] =
        [SMALL, LARGEST, few, many].map(|count| Fleet::of(&roots[..count]));
    compare(table, "check", [&few, &many], judge);
    let times = compare(table, "check + render pem", [&few, &many], |fleet| {
        let verdict = judge(fleet);
        let store = verdict.approved().expect("judged() looks");
        render::render(store, Format::Pem)
    });
    for format in [Format::Rust, Format::EspBundleV2] {
        let step = format!("render {}", format.word());
        let verdicts = [&small, &largest].map(|fleet| (fleet.anchors, judged(fleet)));
        compare(
            table,
            &step,
            [&verdicts[0], &verdicts[1]],
            |(_, verdict)| {
                let store = verdict.approved().expect("judged() looked");
                render::render(store, format).expect("it fits")
            },
        );
    }
    times
}

/// Measures `work` on a small and a large input; how many times the time of the small one the large one takes.
fn compare<I: Anchors, T>(
    table: &mut Table,
    step: &str,
    inputs: [&I; 2],
    work: impl Fn(&I) -> T,
) -> f64 {
    let [small, large] = inputs.map(Anchors::anchors);
    let [few, many] = inputs.map(|input| || drop(black_box(work(input))));
    let [less, more] = measure::in_turn([&few, &many]);
    table.add(format!("{step}, {small} generated roots"), less);
    table.add_ratio(format!("{step}, {large}"), more, less);
    more.times(less)
}

/// What has a number of anchors.
trait Anchors {
    fn anchors(&self) -> usize;
}

impl Anchors for Fleet {
    fn anchors(&self) -> usize {
        self.anchors
    }
}

impl Anchors for (usize, Verdict) {
    fn anchors(&self) -> usize {
        self.0
    }
}

fn judge(fleet: &Fleet) -> Verdict {
    gate::judge(black_box(&fleet.inputs), fleet.question)
}

/// A verdict with an open gate: a refusal would be cheap.
fn judged(fleet: &Fleet) -> Verdict {
    let verdict = judge(fleet);
    let blocking = verdict.findings().iter().find(|finding| finding.blocks());
    let blocking = blocking.map(|finding| format!("{}: {}", finding.rule.id, finding.message));
    assert_eq!(blocking, None, "the gate is closed");
    let store = verdict.approved().expect("the gate is open");
    assert_eq!(store.contents().anchors.len(), fleet.anchors);
    verdict
}
