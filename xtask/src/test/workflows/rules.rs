//! What every workflow of this project keeps to.
//!
//! zizmor and actionlint know what is dangerous or wrong in any workflow; these rules are what was decided for these.

use std::collections::BTreeMap;
use std::fmt;

use super::commands;
use super::model::{Job, Step, Workflow};

/// The smallest number of references to actions: none at all would be no reference that is wrong.
const LEAST_ACTIONS: usize = 20;

/// The file of the release workflow, which has rules of its own.
const RELEASE: &str = "release.yml";

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
    for (name, text) in files {
        found.file.clone_from(name);
        actions += references(text, &mut found);
        match Workflow::read(text) {
            Ok(workflow) => workflow_rules(&workflow, &mut found),
            Err(error) => found.add("the file", error),
        }
    }
    found.file.clear();
    if actions < LEAST_ACTIONS {
        let message =
            format!("{actions} references to actions were found, there are {LEAST_ACTIONS}");
        found.add("all files", message);
    }
    for name in [
        "ci.yml",
        "policy-review.yml",
        "rebuild.yml",
        RELEASE,
        "watch.yml",
    ] {
        if !files.contains_key(name) {
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

/// Judges each line that names an action; gives their number. Of the text, because YAML has no comments.
fn references(text: &str, found: &mut Findings) -> usize {
    let mut actions = 0;
    for (index, line) in text.lines().enumerate() {
        let line = line.trim_start().trim_start_matches("- ");
        let Some(reference) = line.strip_prefix("uses:") else {
            continue;
        };
        // A file of this repository is of this commit.
        if reference.trim().starts_with("./.github/workflows/") {
            continue;
        }
        actions += 1;
        if !is_pinned(reference.trim()) {
            let message = format!(
                "{} is not pinned: write NAME@COMMIT # vX.Y.Z, with the 40 digits of the commit",
                reference.trim()
            );
            found.add(format!("line {}", index + 1), message);
        }
    }
    actions
}

/// `owner/name@<40 hexadecimal digits> # vX.Y.Z`
fn is_pinned(reference: &str) -> bool {
    let Some((action, version)) = reference.split_once(" # v") else {
        return false;
    };
    let Some((name, commit)) = action.split_once('@') else {
        return false;
    };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let hexadecimal = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    name.contains('/')
        && commit.len() == 40
        && commit.bytes().all(hexadecimal)
        && version.split('.').count() == 3
        && version.split('.').all(digits)
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
        release_rules(workflow, found);
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
            .into_iter()
            .any(|run| commands::names(run).any(|name| name == "cargo"));
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
    for name in commands::names(run) {
        if !commands::is_known(name) {
            let message = format!(
                "`{name}` is no command that a step may run: make it a verb of `cargo xtask`"
            );
            found.add(&place, message);
        }
    }
}

/// The order of trust in a release.
fn release_rules(workflow: &Workflow, found: &mut Findings) {
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
}
