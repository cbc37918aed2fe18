//! One job: a workspace of its own, and its steps one after the other.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::actions;
use super::expression::{Before, Values};
use super::hosting::{Hosting, REPOSITORY};
use super::scenario::Scenario;
use super::workspace::Workspace;
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::output;
use crate::test::counts::Counts;
use crate::test::workflows::model::{Job, Step};

/// What the names of variables begin with that are ours, or cargo's for us, and not the machine's.
const NOT_OF_THE_MACHINE: &[&str] = &[
    "CARGO_BIN",
    "CARGO_MANIFEST",
    "CARGO_PKG",
    "CARGO_PRIMARY",
    "CARGO_TARGET",
    "GH_",
    "GIT_",
    "GITHUB_",
    "LD_LIBRARY_PATH",
    "PERENNIAL_",
    "RUNNER_",
    "RUSTUP_TOOLCHAIN",
    "RUST_RECURSION_COUNT",
    "SOURCE_DATE_EPOCH",
];

/// Actions that are GitHub's alone: they are named, and not run.
const NOT_RUN: &[&str] = &[
    "actions/attest-build-provenance",
    "github/codeql-action/upload-sarif",
];

/// What became of a job.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    pub(super) counts: Counts,
    /// The steps that failed, each with what they wrote.
    pub(super) failed: Vec<String>,
    /// What a job hands on, by the names under which those that need it know it.
    pub(super) outputs: BTreeMap<String, String>,
}

/// Walks through the steps of a job.
///
/// # Errors
/// What the walk does not understand. A step that fails is no error: it is in the outcome.
pub(super) fn walk(
    place: &str,
    job: &Job,
    mut values: Values,
    scenario: &Scenario<'_>,
    hosting: &Hosting,
    workspace: &Workspace,
) -> Result<Outcome> {
    workspace.clear()?;
    let mut outcome = Outcome::default();
    let mut more = BTreeMap::new();
    for (name, text) in &job.env {
        more.insert(name.clone(), values.expand(text)?);
    }
    for (number, step) in job.steps.iter().enumerate() {
        let before = match outcome.failed.is_empty() {
            true => Before::Succeeded,
            false => Before::Failed,
        };
        if !values.holds(step.condition.as_deref(), before)? {
            continue;
        }
        let title = format!("{place}: {:?}", step.title());
        let done = match (&step.run, step.action()) {
            (Some(run), _) => {
                let run = scenario.rewritten(run);
                if let Some(why) = scenario.passed_over(&run) {
                    output::say(format_args!("skipped: {title}: {why}"));
                    outcome.counts.skipped += 1;
                    continue;
                }
                let files = Files::new(hosting, number)?;
                let mut variables = more.clone();
                for (name, text) in &step.env {
                    variables.insert(name.clone(), values.expand(text)?);
                }
                let done = shell(&run, &variables, &files, scenario, hosting, workspace);
                more.extend(files.pairs(&files.environment)?);
                let outputs = files.pairs(&files.output)?;
                if let Some(id) = &step.id {
                    let named = |(name, value)| (format!("steps.{id}.outputs.{name}"), value);
                    values.0.extend(outputs.into_iter().map(named));
                }
                done
            }
            (None, Some(action)) if NOT_RUN.contains(&action) => {
                output::say(format_args!("skipped: {title}: {action} is GitHub's"));
                outcome.counts.skipped += 1;
                continue;
            }
            (None, Some(action)) => act(action, step, &values, scenario, hosting, workspace),
            (None, None) => Err(Failure::new(Exit::Bug, "it does nothing")),
        };
        match done {
            Ok(()) => outcome.counts.passed += 1,
            Err(failure) => outcome.failed.push(format!("{title}: {failure}")),
        }
    }
    if outcome.failed.is_empty() {
        for (name, text) in &job.outputs {
            outcome.outputs.insert(name.clone(), values.expand(text)?);
        }
    }
    Ok(outcome)
}

fn act(
    action: &str,
    step: &Step,
    values: &Values,
    scenario: &Scenario<'_>,
    hosting: &Hosting,
    workspace: &Workspace,
) -> Result<()> {
    let mut given = actions::Given::new();
    for (name, value) in &step.with {
        given.insert(name.clone(), values.expand(&value.to_string())?);
    }
    match action {
        "actions/checkout" => actions::check_out(hosting, workspace, &given, scenario.reference),
        "actions/upload-artifact" => actions::upload(hosting, workspace, &given),
        "actions/download-artifact" => actions::download(hosting, workspace, &given),
        _ => Err(
            Failure::new(Exit::Bug, format!("the walk does not know {action}"))
                .help("teach it in xtask/src/test/workflows/walk/actions.rs"),
        ),
    }
}

/// The files by which a step hands values on.
struct Files {
    environment: PathBuf,
    output: PathBuf,
    summary: PathBuf,
}

impl Files {
    fn new(hosting: &Hosting, number: usize) -> Result<Self> {
        let at = |name: &str| hosting.at("answers").join(format!("{name}-{number}"));
        let files = Self {
            environment: at("environment"),
            output: at("output"),
            summary: hosting.at("summary.md"),
        };
        for path in [&files.environment, &files.output] {
            fs::write(path, "").map_err(|e| Failure::io("write", path, &e))?;
        }
        Ok(files)
    }

    /// `NAME=value` lines.
    fn pairs(&self, path: &Path) -> Result<BTreeMap<String, String>> {
        let text = fs::read_to_string(path).map_err(|e| Failure::io("read", path, &e))?;
        let pair = |line: &str| {
            let (name, value) = line.split_once('=')?;
            Some((name.to_owned(), value.to_owned()))
        };
        Ok(text.lines().filter_map(pair).collect())
    }
}

/// Runs the lines of a step as GitHub does with `shell: bash`.
fn shell(
    run: &str,
    variables: &BTreeMap<String, String>,
    files: &Files,
    scenario: &Scenario<'_>,
    hosting: &Hosting,
    workspace: &Workspace,
) -> Result<()> {
    let script = hosting.at("answers").join("step.sh");
    fs::write(&script, run).map_err(|e| Failure::io("write", &script, &e))?;
    let mut bash = Command::new("bash");
    bash.args(["--noprofile", "--norc", "-eo", "pipefail"])
        .arg(&script)
        .current_dir(workspace.path());
    for (name, _) in std::env::vars_os() {
        if is_ours(&name.to_string_lossy()) {
            bash.env_remove(name);
        }
    }
    bash.env("PATH", path_with(&hosting.at("bin")))
        .envs(homes())
        .env("HOME", hosting.at("home"))
        .env("CI", "true")
        .env("GITHUB_ACTIONS", "true")
        .env("GITHUB_ENV", &files.environment)
        .env("GITHUB_OUTPUT", &files.output)
        .env("GITHUB_STEP_SUMMARY", &files.summary)
        .env("GITHUB_REPOSITORY", REPOSITORY)
        .env("GITHUB_REF", scenario.reference)
        .env("GITHUB_REF_NAME", last_part(scenario.reference))
        .env("GITHUB_WORKSPACE", workspace.path())
        .envs(variables);
    crate::toolchain::command::run("run it", &mut bash).map(drop)
}

fn is_ours(variable: &str) -> bool {
    let mut starts = NOT_OF_THE_MACHINE.iter();
    variable == "CARGO" || starts.any(|start| variable.starts_with(start))
}

/// `main` of `refs/heads/main`.
fn last_part(reference: &str) -> &str {
    let parts = reference.splitn(3, '/');
    parts.last().unwrap_or(reference)
}

fn path_with(first: &Path) -> OsString {
    let inherited = std::env::var_os("PATH").unwrap_or_default();
    let folders = [first.to_owned()].into_iter();
    let folders = folders.chain(std::env::split_paths(&inherited));
    std::env::join_paths(folders).unwrap_or(inherited)
}

/// Cargo and rustup as the machine has them, though the home is an empty one.
fn homes() -> Vec<(&'static str, PathBuf)> {
    let home = PathBuf::from(std::env::var_os("HOME").unwrap_or_default());
    let of = |name: &'static str, below: &str| {
        let given = std::env::var_os(name).map(PathBuf::from);
        (name, given.unwrap_or_else(|| home.join(below)))
    };
    vec![of("CARGO_HOME", ".cargo"), of("RUSTUP_HOME", ".rustup")]
}
