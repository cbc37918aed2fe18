//! What the smallest store of many roots costs in CPU time.
//!
//! `cargo bench -p trust --bench solve` measures, prints a table and fails when a limit is passed. Real: the 118 roots of
//! the Mozilla set and ten endpoints of every CA and key type of which the calendar says what is sent. Made: as many roots
//! and endpoints, whose chains change and lead to many of the roots, so that there is something to search.

#![allow(clippy::print_stdout, reason = "a benchmark prints its results")]

#[path = "../common/calendar.rs"]
#[allow(dead_code, reason = "the other benchmarks use the rest")]
mod calendar;
mod made;
#[path = "../common/measure.rs"]
mod measure;
mod mozilla;
#[path = "../common/pem.rs"]
mod pem;

use std::process::ExitCode;

use trust::gate;
use trust::solve::{Answer, Outcome, STEPS, solve};

use measure::Table;
use mozilla::{Project, most_roots};

/// Most CPU time of one answer, in milliseconds.
const MOST_MILLISECONDS: f64 = 2_000.0;
const ENDPOINTS: usize = 10;
/// How many roots a made chain leads to.
const CROSSES: usize = 5;
/// The last day on which everything that is sent is known, and one long after it.
const ENDS: &str = "2030-01-31";
const ENDS_TOO_LATE: &str = "2040-01-31";

fn main() -> ExitCode {
    let mut table = Table::default();
    let slowest = mozilla(&mut table).max(made(&mut table));
    println!("{table}");
    let passed = measure::is_within("the slowest answer, ms", slowest, MOST_MILLISECONDS);
    ExitCode::from(u8::from(!passed))
}

/// From the files to the answer, where there is a store and where there is none.
fn mozilla(table: &mut Table) -> f64 {
    let name = |what: &str, endpoints| {
        format!(
            "{what}, {} Mozilla roots × {endpoints} endpoints",
            most_roots()
        )
    };
    let few = Project::of(ENDPOINTS / 2, ENDS);
    let many = Project::of(ENDPOINTS, ENDS);
    let none = Project::of(ENDPOINTS, ENDS_TOO_LATE);
    is_found(&answer(&few));
    is_found(&answer(&many));
    let conflict = matches!(answer(&none).outcome, Outcome::Impossible(_));
    assert!(conflict, "there must be no store");
    let less = measure::cpu(|| answer(&few));
    let more = measure::cpu(|| answer(&many));
    let why_not = measure::cpu(|| answer(&none));
    table.add(name("smallest store", ENDPOINTS / 2), less);
    table.add_ratio(name("smallest store", ENDPOINTS), more, less);
    table.add(name("why there is none", ENDPOINTS), why_not);
    more.milliseconds().max(why_not.milliseconds())
}

fn made(table: &mut Table) -> f64 {
    let fleet = made::Fleet::new(most_roots(), ENDPOINTS, CROSSES);
    let chosen = fleet.smallest().expect("there is a store");
    assert!(chosen.proven, "the search was stopped");
    println!(
        "made: {} roots of {} are the smallest store",
        chosen.places.len(),
        most_roots()
    );
    let cost = measure::cpu(|| fleet.smallest());
    table.add(
        format!(
            "smallest store, {} made roots × {ENDPOINTS} endpoints",
            most_roots()
        ),
        cost,
    );
    stopped(table);
    cost.milliseconds()
}

/// More stores than can be searched: sixty endpoints whose chains lead to six roots each. No limit but the number of steps.
fn stopped(table: &mut Table) {
    let fleet = made::Fleet::new(most_roots(), 6 * ENDPOINTS, CROSSES + 1);
    let cost = measure::cpu(|| {
        let choice = fleet.smallest().expect("a store was found");
        assert!(!choice.proven, "too easy a question to be stopped");
    });
    table.add(format!("stopped after {STEPS} steps"), cost);
}

fn answer(project: &Project) -> Answer {
    let answer = solve(&project.inputs, project.question);
    answer.unwrap_or_else(|findings| panic!("{}", findings[0].message))
}

/// A store, and the gate approves it.
fn is_found(answer: &Answer) {
    let Outcome::Smallest(solution) = &answer.outcome else {
        panic!("there is no store: {:?}", answer.outcome);
    };
    assert_eq!(solution.refusals, [], "the gate refuses it");
    assert!(solution.store_bytes.is_some(), "there are no bytes");
    assert_eq!(answer.roots, most_roots());
    let names: Vec<_> = solution
        .anchors
        .iter()
        .map(|anchor| anchor.name.as_str())
        .collect();
    println!("{} bytes: {}", solution.anchor_bytes, names.join(", "));
}

/// The gate's question.
fn question() -> gate::Question {
    gate::Question {
        as_of: "2026-11-22".parse().expect("a date"),
        channel: trust::channel::Channel::Development,
        facts_known_on: None,
    }
}
