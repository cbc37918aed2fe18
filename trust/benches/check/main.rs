//! What a check and a rendering cost in CPU time, and how the cost grows with the number of anchors.
//!
//! `cargo bench -p trust` measures, prints a table and fails when a limit is passed; `docs/performance.md` has
//! the limits and the numbers of one machine. Time is CPU time of this process, user and system: on a machine
//! that does other work too, the time on the wall measures the others.

#![allow(clippy::print_stdout, reason = "a benchmark prints its results")]

mod fleet;
mod measure;

use std::hint::black_box;
use std::process::ExitCode;

use trust::gate::{self, Verdict};
use trust::render::{self, Format};

use fleet::Fleet;
use measure::{Measured, Table};

/// Most CPU time for check and render of the Mozilla roots, in milliseconds.
const MOST_MILLISECONDS: f64 = 15.0;
/// Numbers of roots that are compared: the many may take as many times the time of the few as they are more.
const FEW: usize = 100;
const MANY: usize = 10_000;
/// The same for the forms that devices read: ESP-IDF takes at most 200 anchors.
const SMALL: usize = 20;
const LARGEST: usize = 200;

fn main() -> ExitCode {
    let mut table = Table::default();
    let fast = mozilla(&mut table);
    let linear = generated(&mut table);
    println!("{table}");
    println!("{}", fast.1);
    println!("{}", linear.1);
    ExitCode::from(u8::from(!(fast.0 && linear.0)))
}

/// Check and render of a policy that requires every root of the Mozilla set.
fn mozilla(table: &mut Table) -> (bool, String) {
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
    let passed = whole.milliseconds() <= MOST_MILLISECONDS;
    let said = format!(
        "{}: check and render of {} roots take {:.2} ms, at most {MOST_MILLISECONDS} ms",
        word(passed),
        fleet.anchors,
        whole.milliseconds(),
    );
    (passed, said)
}

/// How check and render grow with the number of generated roots.
fn generated(table: &mut Table) -> (bool, String) {
    let roots = fleet::generated_roots(MANY);
    let fleets = [SMALL, LARGEST, FEW, MANY].map(|count| Fleet::of(&roots[..count]));
    let [small, largest, few, many] = &fleets;
    let mut worst: f64 = 0.0;
    let mut compare = |step: &str, fleets: [&Fleet; 2], cost: &dyn Fn(&Fleet) -> Measured| {
        let [less, more] = fleets.map(cost);
        let growth = more.times(less) / (fleets[1].anchors as f64 / fleets[0].anchors as f64);
        worst = worst.max(growth);
        table.add(
            format!("{step}, {} generated roots", fleets[0].anchors),
            less,
        );
        table.add_ratio(format!("{step}, {}", fleets[1].anchors), more, less);
    };
    compare("check", [few, many], &|fleet| measure::cpu(|| judge(fleet)));
    let rendering = |format: Format| {
        move |fleet: &Fleet| {
            let verdict = judged(fleet);
            let store = verdict.approved().expect("judged() looked");
            measure::cpu(|| render::render(store, format).expect("it fits"))
        }
    };
    compare("render pem", [few, many], &rendering(Format::Pem));
    for format in [Format::Rust, Format::EspBundleV2] {
        let step = format!("render {}", format.word());
        compare(&step, [small, largest], &rendering(format));
    }
    let passed = worst <= 1.0;
    let said = format!(
        "{}: the time for more roots grows {worst:.2} times as fast as their number, at most 1",
        word(passed),
    );
    (passed, said)
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

fn word(passed: bool) -> &'static str {
    if passed { "ok" } else { "TOO SLOW" }
}
