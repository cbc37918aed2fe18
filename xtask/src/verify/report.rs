//! The answer of `verify`, for people and for machines.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Serialize;

use super::problem::Step;
use super::{Evidence, accounting};
use crate::image::accounting::Summary;

/// A line for each step, what is wrong below it, and the outcome.
pub fn human(directory: &Path, steps: &[Step]) -> String {
    let mut text: String = steps.iter().map(of_step).collect();
    let wrong = steps.iter().filter(|step| !step.passed()).count();
    let release = directory.display();
    text += &match wrong {
        0 => format!("{release} is what the policy's keys signed, and its proof holds\n"),
        _ => format!(
            "{release} must not be used: {wrong} of {} steps found something wrong\n",
            steps.len()
        ),
    };
    text
}

fn of_step(step: &Step) -> String {
    let outcome = if step.passed() { "ok" } else { "WRONG" };
    let seen = step.seen.replace('\n', "\n       ");
    let line = format!("{outcome:<6} {:<18} {seen}\n", step.name);
    let problems = step.problems.iter().map(|problem| {
        format!(
            "       {} {}: {}: {}\n",
            problem.code, problem.artefact, problem.field, problem.message
        )
    });
    line + &problems.collect::<String>()
}

#[derive(Serialize)]
struct Answer<'a> {
    schema: &'static str,
    version: Option<&'a str>,
    verified: bool,
    steps: &'a [Step],
    /// Bytes of each image by what they are for.
    bytes: BTreeMap<&'static str, Summary>,
}

/// `perennial.verification/1`.
pub fn json(evidence: &Evidence<'_>, steps: &[Step]) -> String {
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
        bytes: accounting::summaries(evidence),
    };
    // Strings and booleans only: nothing that JSON cannot say.
    serde_json::to_string_pretty(&answer).unwrap_or_default() + "\n"
}
