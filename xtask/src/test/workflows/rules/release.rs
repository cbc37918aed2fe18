//! The order of trust in a release.

use super::super::commands;
use super::super::model::Workflow;
use super::{Findings, SIGNING_ENVIRONMENT};

/// Judges the release workflow as a whole.
pub(super) fn rules(workflow: &Workflow, found: &mut Findings) {
    let needs = [
        ("compare", "build"),
        ("sign", "compare"),
        ("verify", "sign"),
        ("draft", "verify"),
        ("publish", "draft"),
    ];
    for (id, needed) in needs {
        let job = workflow.jobs.get(id);
        let right = job.is_some_and(|job| job.needs.iter().any(|other| other == needed));
        found.unless(right, id, &format!("it must come after `{needed}`"));
    }
    let environment = |id: &str| {
        workflow
            .jobs
            .get(id)
            .and_then(|job| job.environment.as_deref())
    };
    let approved = environment("sign") == Some(SIGNING_ENVIRONMENT);
    found.unless(approved, "sign", "its environment must be `release`");
    let approved = environment("publish") == Some("publish");
    found.unless(approved, "publish", "its environment must be `publish`");
    let matrix = workflow
        .jobs
        .get("build")
        .and_then(|job| job.strategy.as_ref());
    let mut machines: Vec<_> = matrix
        .iter()
        .flat_map(|strategy| &strategy.matrix.include)
        .filter_map(|entry| entry.get("machine"))
        .collect();
    let builders = machines.len();
    machines.sort();
    machines.dedup();
    let independent = builders >= 2 && machines.len() == builders;
    found.unless(
        independent,
        "build",
        "it needs two builders on different machines",
    );
    let steps = workflow.jobs.get("draft").map(|job| job.steps.as_slice());
    let mut runs = steps
        .unwrap_or_default()
        .iter()
        .filter_map(|step| step.run.as_ref());
    let drafts = runs.all(|run| run.contains("--draft "));
    found.unless(drafts, "draft", "it must make a draft: `--draft`");
    reviewed(workflow, found);
}

/// An approval says that a commit may be signed, and not that it was reviewed: before anything is built, the tag must be on the branch.
fn reviewed(workflow: &Workflow, found: &mut Findings) {
    let steps = workflow.jobs.get("build").map(|job| job.steps.as_slice());
    let runs = steps
        .unwrap_or_default()
        .iter()
        .filter(|step| step.condition.is_none());
    let asks = "git merge-base --is-ancestor HEAD ";
    let mut commands = runs
        .filter_map(|step| step.run.as_deref())
        .flat_map(commands::all);
    let first = commands.find(|command| command.starts_with("cargo") || command.starts_with(asks));
    let message = "before anything else it must ask whether the tag is on the branch: `git merge-base --is-ancestor`";
    found.unless(
        first.is_some_and(|command| command.starts_with(asks)),
        "build",
        message,
    );
}
