//! The answer of `verify`, for people and for machines.

use std::path::Path;

use serde::Serialize;

use super::Evidence;
use super::problem::Step;

/// Prints a line for each step, what is wrong below it, and the outcome.
pub fn human(directory: &Path, steps: &[Step]) {
    for step in steps {
        println!(
            "{:<6} {:<18} {}",
            if step.passed() { "ok" } else { "WRONG" },
            step.name,
            step.seen.replace('\n', "\n       ")
        );
        for problem in &step.problems {
            println!(
                "       {} {}: {}: {}",
                problem.code, problem.artefact, problem.field, problem.message
            );
        }
    }
    let wrong = steps.iter().filter(|step| !step.passed()).count();
    if wrong == 0 {
        println!(
            "{} is what the policy's keys signed, and its proof holds",
            directory.display()
        );
    } else {
        println!(
            "{} must not be used: {wrong} of {} steps found something wrong",
            directory.display(),
            steps.len()
        );
    }
}

#[derive(Serialize)]
struct Answer<'a> {
    schema: &'static str,
    version: Option<&'a str>,
    verified: bool,
    steps: &'a [Step],
}

/// Prints `perennial.verification/1`.
pub fn json(evidence: &Evidence<'_>, steps: &[Step]) {
    let version = evidence
        .manifest
        .as_ref()
        .ok()
        .map(|manifest| manifest.version.as_str());
    let verified = steps.iter().all(Step::passed);
    let answer = Answer {
        schema: "perennial.verification/1",
        version,
        verified,
        steps,
    };
    // Strings and booleans only: nothing that JSON cannot say.
    println!(
        "{}",
        serde_json::to_string_pretty(&answer).unwrap_or_default()
    );
}
