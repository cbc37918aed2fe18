//! What every workflow of this project keeps to.
//!
//! zizmor and actionlint know what is dangerous or wrong in any workflow; these rules are what was decided for these.

use std::collections::BTreeMap;
use std::fmt;

use super::commands;
use super::model::{Job, Step, Workflow};

mod history;
mod pins;
mod release;

/// The smallest number of references to actions: none at all would be no reference that is wrong.
const LEAST_ACTIONS: usize = 20;

/// The file of the release workflow, which has rules of its own.
const RELEASE: &str = "release.yml";

/// The files that there must be.
const DEMANDED: &[&str] = &[
    "ci.yml",
    "policy-comment.yml",
    "policy-review.yml",
    "rebuild.yml",
    RELEASE,
    "report.yml",
    "watch.yml",
];

/// The environment whose secrets sign, and the one job that has it.
const SIGNING_ENVIRONMENT: &str = "release";

/// A rule that is broken.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Problem {
    /// Name of the file; empty where none is to blame.
    pub file: String,
    /// The job, the step or the line.
    pub place: String,
    /// What is wrong: a lowercase fragment.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            file,
            place,
            message,
        } = self;
        write!(f, ".github/workflows/{file}: {place}: {message}")
    }
}

/// Judges the workflow files, given by name and text.
pub fn judge(files: &BTreeMap<String, String>) -> Vec<Problem> {
    let mut found = Findings::default();
    let mut actions = 0;
    let names: Vec<_> = files.keys().map(String::as_str).collect();
    for (name, text) in files {
        found.file.clone_from(name);
        match Workflow::read(text) {
            Ok(workflow) => {
                actions += pins::rules(&workflow, text, &names, &mut found);
                workflow_rules(&workflow, &mut found);
            }
            Err(error) => found.add("the file", error),
        }
    }
    found.file.clear();
    if actions < LEAST_ACTIONS {
        let message =
            format!("{actions} references to actions were found, there are {LEAST_ACTIONS}");
        found.add("all files", message);
    }
    for name in DEMANDED {
        if !files.contains_key(*name) {
            found.add("all files", format!("{name} is missing"));
        }
    }
    found.problems
}

#[derive(Default)]
struct Findings {
    file: String,
    problems: Vec<Problem>,
}

impl Findings {
    fn add(&mut self, place: impl Into<String>, message: impl Into<String>) {
        self.problems.push(Problem {
            file: self.file.clone(),
            place: place.into(),
            message: message.into(),
        });
    }

    fn unless(&mut self, right: bool, place: &str, message: &str) {
        if !right {
            self.add(place, message);
        }
    }
}

fn workflow_rules(workflow: &Workflow, found: &mut Findings) {
    let empty = workflow
        .permissions
        .as_ref()
        .is_some_and(BTreeMap::is_empty);
    found.unless(
        empty,
        "permissions",
        "the file must begin with none: `permissions: {}`",
    );
    let group = workflow.concurrency.is_some();
    found.unless(group, "concurrency", "it has no concurrency group");
    let shell = workflow.defaults.as_ref().map(|d| d.run.shell.as_str());
    let bash = "without `shell: bash` a command that fails in a pipe is passed over";
    found.unless(shell == Some("bash"), "defaults", bash);
    let dangerous = workflow.on.contains_key("pull_request_target");
    found.unless(
        !dangerous,
        "on",
        "pull_request_target runs with secrets beside code of anybody",
    );
    let review = workflow.on.get("pull_request");
    let filters = |event: &serde_json::Value| {
        ["paths", "paths-ignore"]
            .iter()
            .any(|filter| event.get(filter).is_some())
    };
    found.unless(
        !review.is_some_and(filters),
        "on",
        "pull_request has no filter of paths: a required check that is skipped waits for ever",
    );
    let of_another = workflow.on.contains_key("workflow_run");
    for (id, job) in &workflow.jobs {
        job_rules(id, job, found);
        let message =
            "a workflow that starts after another checks nothing out and runs nothing of it";
        found.unless(!(of_another && job.checks_out()), id, message);
    }
    if let Err(error) = workflow.in_order() {
        found.add("jobs", error);
    }
    if found.file == RELEASE {
        release::rules(workflow, found);
    }
}

fn job_rules(id: &str, job: &Job, found: &mut Findings) {
    found.unless(
        job.permissions.is_some(),
        id,
        "it does not say what it may do: `permissions:`",
    );
    if job.uses.is_none() {
        found.unless(
            job.timeout_minutes.is_some(),
            id,
            "it has no timeout-minutes",
        );
        let machine = job.runs_on.as_deref().unwrap_or_default();
        found.unless(
            !machine.is_empty() && !machine.ends_with("-latest"),
            id,
            "its machine is another one from one day to the next: name the version",
        );
    }
    let image = job.container.as_ref().map(|container| &container.image);
    let by_digest = |image: &String| {
        image
            .split_once("@sha256:")
            .is_some_and(|(_, d)| d.len() == 64)
    };
    found.unless(
        image.is_none_or(by_digest),
        id,
        "its container is not pinned by digest",
    );
    let has_secrets = uses_secrets(job);
    if job.may_write() || has_secrets {
        let message = "what may write or has secrets checks nothing out and compiles nothing";
        let compiles = job.steps.iter().filter_map(|step| step.run.as_deref());
        let compiles = compiles
            .flat_map(commands::all)
            .any(|command| command.starts_with("cargo"));
        found.unless(!job.checks_out() && !compiles, id, message);
    }
    let signs = job.environment.as_deref() == Some(SIGNING_ENVIRONMENT);
    if has_secrets && !(signs && id == "sign" && found.file == RELEASE) {
        let message = "only the job `sign` of release.yml has secrets, those of its environment";
        found.add(id, message);
    }
    for step in &job.steps {
        step_rules(id, step, found);
    }
    history::rules(id, job, found);
}

fn uses_secrets(job: &Job) -> bool {
    let of_step = |step: &Step| {
        let with = step.with.values().map(ToString::to_string);
        let env = step.env.values().cloned();
        with.chain(env).any(|value| value.contains("secrets."))
    };
    job.env
        .values()
        .chain(job.with.values())
        .any(|value| value.contains("secrets."))
        || job.steps.iter().any(of_step)
}

fn step_rules(id: &str, step: &Step, found: &mut Findings) {
    let place = format!("{id}, {:?}", step.title());
    let given = |name: &str| step.with.get(name).map(ToString::to_string);
    match step.action() {
        Some("actions/checkout") => {
            let kept = given("persist-credentials").as_deref() != Some("false");
            found.unless(
                !kept,
                &place,
                "persist-credentials must be false: the token would stay on disk",
            );
        }
        Some("actions/upload-artifact") => {
            let strict = given("if-no-files-found").as_deref() == Some("error");
            found.unless(
                strict,
                &place,
                "if-no-files-found must be error: nothing is no artifact",
            );
        }
        _ => {}
    }
    let caches = step.action().is_some_and(|action| action.contains("cache"))
        || step.with.keys().any(|key| key.starts_with("cache"));
    found.unless(
        !caches,
        &place,
        "nothing is cached: who can write a cache could change a release",
    );
    let Some(run) = &step.run else {
        return;
    };
    found.unless(step.uses.is_none(), &place, "it is an action and shell");
    let expression = "an expression in `run` becomes code: hand it over in `env`";
    found.unless(!run.contains("${{"), &place, expression);
    for command in commands::all(run) {
        if !commands::is_known(&command) {
            let message = format!(
                "`{}` is no command that a step may run: make it a verb of `cargo xtask`",
                commands::name(&command)
            );
            found.add(&place, message);
        }
    }
}
