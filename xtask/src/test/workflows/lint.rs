//! The linters of others: zizmor, actionlint, and shellcheck for the shell in the steps.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use super::super::counts::{Counts, one_test};
use super::FOLDER;
use super::model::Workflow;
use crate::failure::{Failure, Result};
use crate::output;
use crate::toolchain::command;
use crate::tools;

/// Runs each of them.
pub(super) fn all(root: &Path, files: &BTreeMap<String, String>) -> Result<Counts> {
    let mut counts = one_test(zizmor(root)?)?;
    counts.add(one_test(actionlint(root, files)?)?);
    counts.add(shell(root, files)?);
    Ok(counts)
}

/// What is dangerous. At its default level, without a network; the configuration of the machine does not count.
fn zizmor(root: &Path) -> Result<Command> {
    let mut command = Command::new(tools::zizmor(root)?);
    command
        .current_dir(root)
        .args(["--offline", "--no-progress", "--no-config", "--quiet"])
        .args([FOLDER, ".github/dependabot.yml"]);
    Ok(command)
}

/// What GitHub would refuse.
fn actionlint(root: &Path, files: &BTreeMap<String, String>) -> Result<Command> {
    let mut command = Command::new(tools::actionlint(root)?);
    command
        .current_dir(root)
        .args(files.keys().map(|name| format!("{FOLDER}/{name}")));
    Ok(command)
}

/// What is wrong in each `run`.
fn shell(root: &Path, files: &BTreeMap<String, String>) -> Result<Counts> {
    let shellcheck = tools::shellcheck(root)?;
    let folder = tempfile::tempdir().map_err(|e| Failure::io("make", Path::new("a folder"), &e))?;
    let script = folder.path().join("step");
    let mut counts = Counts::default();
    for (name, text) in files {
        // A file that cannot be read is told by the rules.
        let jobs = Workflow::read(text).map(|workflow| workflow.jobs);
        for (id, job) in jobs.unwrap_or_default() {
            for step in job.steps {
                let Some(run) = &step.run else {
                    continue;
                };
                std::fs::write(&script, run).map_err(|e| Failure::io("write", &script, &e))?;
                let mut check = Command::new(&shellcheck);
                check.args(["--shell=bash", "--format=gcc"]).arg(&script);
                let said = command::capture(&mut check)?;
                if !said.status.success() {
                    let title = step.title();
                    let lines = said.stdout.trim_end();
                    output::say(format_args!("{FOLDER}/{name}: {id}, {title:?}:\n{lines}"));
                }
                counts.add(Counts {
                    passed: usize::from(said.status.success()),
                    failed: usize::from(!said.status.success()),
                    skipped: 0,
                });
            }
        }
    }
    Ok(counts)
}
