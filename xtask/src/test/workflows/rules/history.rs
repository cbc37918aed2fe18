//! What reads the history of the project is given all of it: a checkout is shallow where nothing is said.

use super::super::commands;
use super::super::model::{Job, Step};
use super::Findings;

/// Judges the checkouts of a job by what its steps run in them.
pub(super) fn rules(id: &str, job: &Job, found: &mut Findings) {
    let runs = job.steps.iter().filter_map(|step| step.run.as_deref());
    for command in runs.flat_map(commands::all) {
        let Some(folder) = needs_history(&command) else {
            continue;
        };
        let whole = |step: &&Step| {
            let given = |name: &str| step.with.get(name).map(ToString::to_string);
            step.action() == Some("actions/checkout")
                && given("path").unwrap_or_default() == folder
                && given("fetch-depth").as_deref() == Some("0")
        };
        let message = format!("`{command}` follows the history: check out with fetch-depth: 0");
        found.unless(job.steps.iter().any(|step| whole(&step)), id, &message);
    }
}

/// The folder of whose repository the command needs all commits.
fn needs_history(command: &str) -> Option<&str> {
    if commands::name(command) == "git merge-base" {
        return Some("");
    }
    let (folder, words) = commands::verb(command)?;
    let has = |word: &str| words.contains(&word);
    let needs = match words.first() {
        // `test` checks the policy, too.
        Some(&("check" | "render" | "test")) => true,
        Some(&"policy") => has("diff") || has("approve"),
        Some(&"build-firmware") => has("production") || has("--channel=production"),
        _ => false,
    };
    needs.then_some(folder)
}
