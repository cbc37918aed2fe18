//! A walk through the workflows on this machine: the `run` steps of each job, in order, in a clean clone.
//!
//! Checkouts are clones, artifacts are folders, and `gh` is a program that writes down what it is asked for. Expressions are
//! replaced as GitHub would. The actions that only GitHub has are named, and counted as skipped.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::super::Ourselves;
use super::super::counts::Counts;
use crate::failure::{Failure, Result};
use crate::git;
use crate::lock::Lock;
use crate::output;
use crate::progress::Progress;
use crate::release_date;
use crate::toolchain::command;

mod actions;
mod expression;
mod forgeries;
mod history;
mod hosting;
mod job;
mod policy_review;
mod release;
mod reviewers;
mod scenario;
mod server;
mod watch;
mod workspace;

use expression::Values;
use hosting::Hosting;
use job::Outcome;
use scenario::Scenario;
use workspace::Workspace;

/// Everything that compiles no firmware.
///
/// # Errors
/// What the walk does not understand, or a folder that cannot be written. Steps that fail are counted.
pub(in crate::test) fn without_firmware(ourselves: &Ourselves) -> Result<Counts> {
    let walk = Walk::new(ourselves)?;
    let mut counts = policy_review::walk(&walk)?;
    counts.add(watch::walk(&walk)?);
    counts.add(release::none_to_rebuild(&walk)?);
    counts.add(release::of_the_test_release(&walk)?);
    // The last: what is compiled is forgotten between two builders.
    counts.add(release::of_an_orphan(&walk)?);
    output::say("skipped: ci.yml: its step is `cargo xtask test`, which is what runs here");
    counts.skipped += 1;
    Ok(counts)
}

/// The release workflow as a whole, with keys that are thrown away, and the rebuild of what it publishes.
///
/// # Errors
/// As [`without_firmware`].
pub(in crate::test) fn with_firmware(ourselves: &Ourselves) -> Result<Counts> {
    let walk = Walk::new(ourselves)?;
    release::with_throw_away_keys(&walk)
}

/// What all scenarios share.
struct Walk<'a> {
    ourselves: &'a Ourselves,
    hosting: Hosting,
    workspace: Workspace,
    _lock: Lock,
}

/// What a scenario must come to.
#[derive(Clone, Copy)]
enum Expected<'a> {
    /// Every step succeeds.
    Succeeds,
    /// Steps fail, and what each of them says has this text.
    FailsWith(&'a str),
}

impl<'a> Walk<'a> {
    fn new(ourselves: &'a Ourselves) -> Result<Self> {
        let root = &ourselves.root;
        let folder = root.join("target/perennial/walk");
        let lock = Lock::acquire(
            &folder.with_extension("lock"),
            "cargo xtask test: the walk through the workflows",
            Progress::stderr(),
        )?;
        if !git::head(root)?.changed.is_empty() {
            output::say(
                "the walk is of the last commit, without the changes that are in no commit",
            );
        }
        let day = release_date::decide(None, root)?.day.to_string();
        let hosting = Hosting::new(root, folder, &day)?;
        let workspace = Workspace::new(root, &hosting)?;
        Ok(Self {
            ourselves,
            hosting,
            workspace,
            _lock: lock,
        })
    }

    fn root(&self) -> &Path {
        &self.ourselves.root
    }

    /// Walks a scenario and holds what came out against what was expected.
    fn scenario(
        &self,
        what: &str,
        scenario: &Scenario<'_>,
        expected: Expected<'_>,
    ) -> Result<Counts> {
        output::say(format_args!("--> {}: {what}", scenario.workflow));
        let outcome = scenario.walk(self.root(), &self.hosting, &self.workspace)?;
        let wrong = wrong(&outcome, expected);
        let mut counts = outcome.counts;
        for line in &wrong {
            output::say(line);
        }
        counts.failed += wrong.len();
        // The step that failed as it must.
        counts.passed += usize::from(wrong.is_empty() && !outcome.failed.is_empty());
        Ok(counts)
    }

    /// One thing that must be so after a scenario.
    fn demand(&self, what: &str, holds: bool) -> Counts {
        if !holds {
            output::say(format_args!("after it: {what}: it is not so"));
        }
        Counts {
            passed: usize::from(holds),
            failed: usize::from(!holds),
            skipped: 0,
        }
    }

    /// The folder of an artifact.
    fn artifact(&self, name: &str) -> PathBuf {
        self.hosting.at("artifacts").join(name)
    }

    /// Another run has artifacts of its own.
    fn forget_artifacts(&self) -> Result<()> {
        let folder = self.hosting.at("artifacts");
        fs::remove_dir_all(&folder).map_err(|e| Failure::io("remove", &folder, &e))?;
        fs::create_dir(&folder).map_err(|e| Failure::io("make", &folder, &e))
    }

    /// This program, as somebody types it.
    fn tool(&self) -> Command {
        self.ourselves.command(&[])
    }

    /// Runs this program on the project in `folder`.
    fn tool_on(&self, folder: &Path, arguments: &[&str]) -> Result<()> {
        let mut tool = self.tool();
        tool.arg("--project").arg(folder).args(arguments);
        command::run(&arguments.join(" "), &mut tool).map(drop)
    }

    /// Makes a key without a password: its line for `[signing]`.
    fn new_key(&self, path: &Path) -> Result<String> {
        let mut new = self.tool();
        new.args(["keys", "new", "--dangerously-unencrypted"])
            .arg(path);
        command::run("make a key", &mut new)
    }
}

fn wrong(outcome: &Outcome, expected: Expected<'_>) -> Vec<String> {
    match (expected, outcome.failed.as_slice()) {
        (Expected::FailsWith(text), [first, others @ ..])
            if first.contains(text) && others.iter().all(|other| other.contains(text)) =>
        {
            Vec::new()
        }
        (Expected::FailsWith(text), found) => {
            let expected = format!("steps should have failed with {text:?}; failed:");
            [expected].into_iter().chain(found.to_vec()).collect()
        }
        (Expected::Succeeds, found) => found.to_vec(),
    }
}

/// What GitHub knows of every run.
fn values(more: &[(&str, &str)]) -> Values {
    let common = [
        ("github.token", "a token"),
        ("github.server_url", "https://github.example"),
        ("github.repository", hosting::REPOSITORY),
        ("github.run_id", "1"),
        ("github.event.repository.default_branch", "main"),
    ];
    Values::of(&[&common[..], more].concat())
}
