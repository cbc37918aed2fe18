//! One run of one workflow: what started it, and what the walk has in place of what it lacks.

use std::path::Path;

use super::expression::{Before, Values};
use super::hosting::Hosting;
use super::job::{self, Outcome};
use super::workspace::Workspace;
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::output;
use crate::test::workflows::FOLDER;
use crate::test::workflows::model::{Job, Workflow};

/// A run of a workflow.
pub(super) struct Scenario<'a> {
    /// Name of the file.
    pub(super) workflow: &'a str,
    /// What is checked out by default.
    pub(super) reference: &'a str,
    /// What the names of its expressions stand for.
    pub(super) values: Values,
    /// Jobs that are not walked, each with the reason.
    pub(super) without: &'a [(&'a str, &'a str)],
    /// Commands that are not run, by a part of them, each with the reason.
    pub(super) passing_over: &'a [(&'a str, &'a str)],
    /// What stands in place of a part of a step.
    pub(super) instead: &'a [(&'a str, &'a str)],
}

impl<'a> Scenario<'a> {
    /// The whole workflow as it stands there, on `reference`.
    pub(super) fn of(workflow: &'a str, reference: &'a str, values: Values) -> Self {
        Self {
            workflow,
            reference,
            values,
            without: &[],
            passing_over: &[],
            instead: &[],
        }
    }

    /// The lines as they are run here.
    pub(super) fn rewritten(&self, run: &str) -> String {
        let replaced = |run: String, (from, to): &(&str, &str)| run.replace(from, to);
        self.instead.iter().fold(run.to_owned(), replaced)
    }

    /// Why these lines are not run.
    pub(super) fn passed_over(&self, run: &str) -> Option<&str> {
        let found = self
            .passing_over
            .iter()
            .find(|(part, _)| run.contains(part));
        found.map(|(_, why)| *why)
    }

    /// Walks through the jobs, each after those that it needs.
    ///
    /// # Errors
    /// What the walk does not understand. A step that fails is in the outcome.
    pub(super) fn walk(
        &self,
        root: &Path,
        hosting: &Hosting,
        workspace: &Workspace,
    ) -> Result<Outcome> {
        let workflow = read(root, self.workflow)?;
        let ordered = workflow
            .in_order()
            .map_err(|why| Failure::new(Exit::Unreadable, format!("{}: {why}", self.workflow)))?;
        let mut total = Outcome::default();
        let mut values = self.values.clone();
        let mut failed: Vec<&str> = Vec::new();
        let mut skipped: Vec<&str> = Vec::new();
        for (id, job) in ordered {
            if let Some((_, why)) = self.without.iter().find(|(name, _)| *name == id) {
                output::say(format_args!("skipped: {}, {id}: {why}", self.workflow));
                total.counts.skipped += 1;
                continue;
            }
            let needs = |of: &[&str]| job.needs.iter().any(|need| of.contains(&need.as_str()));
            let before = match (needs(&failed), needs(&skipped)) {
                (true, _) => Before::Failed,
                (false, true) => Before::Skipped,
                (false, false) => Before::Succeeded,
            };
            if !values.holds(job.condition.as_deref(), before)? {
                // What comes after it does not run either.
                match before {
                    Before::Failed => failed.push(id),
                    _ => skipped.push(id),
                }
                continue;
            }
            let run = Scenario {
                values: values.clone(),
                ..*self
            };
            let outcome = run.runs(root, id, job, hosting, workspace)?;
            let named = |(name, value)| (format!("needs.{id}.outputs.{name}"), value);
            values.0.extend(outcome.outputs.into_iter().map(named));
            if !outcome.failed.is_empty() {
                failed.push(id);
            }
            total.counts.add(outcome.counts);
            total.failed.extend(outcome.failed);
        }
        Ok(total)
    }

    /// Every run of a job: one, one for each entry of its matrix, or a workflow in its place.
    fn runs(
        &self,
        root: &Path,
        id: &str,
        job: &Job,
        hosting: &Hosting,
        workspace: &Workspace,
    ) -> Result<Outcome> {
        if let Some(uses) = &job.uses {
            return self.called(root, uses, job, hosting, workspace);
        }
        let entries = job
            .strategy
            .as_ref()
            .map(|strategy| &strategy.matrix.include);
        let Some(entries) = entries else {
            let place = format!("{}, {id}", self.workflow);
            let values = self.values.clone();
            return job::walk(&place, job, values, self, hosting, workspace);
        };
        let mut total = Outcome::default();
        for (number, entry) in entries.iter().enumerate() {
            let place = format!("{}, {id} {}", self.workflow, number + 1);
            let mut values = self.values.clone();
            let named =
                |(name, value): (&String, &String)| (format!("matrix.{name}"), value.clone());
            values.0.extend(entry.iter().map(named));
            let outcome = job::walk(&place, job, values, self, hosting, workspace)?;
            total.counts.add(outcome.counts);
            total.failed.extend(outcome.failed);
            // Builders that share what they compiled would prove nothing by being equal.
            workspace.forget_own()?;
        }
        Ok(total)
    }

    fn called(
        &self,
        root: &Path,
        uses: &str,
        job: &Job,
        hosting: &Hosting,
        workspace: &Workspace,
    ) -> Result<Outcome> {
        let name = uses.rsplit('/').next().unwrap_or(uses);
        let mut values = self.values.clone();
        for (input, text) in &job.with {
            let value = self.values.expand(text)?;
            values.0.insert(format!("inputs.{input}"), value);
        }
        let scenario = Scenario {
            workflow: name,
            values,
            ..*self
        };
        scenario.walk(root, hosting, workspace)
    }
}

fn read(root: &Path, name: &str) -> Result<Workflow> {
    let path = root.join(FOLDER).join(name);
    let text = std::fs::read_to_string(&path).map_err(|e| Failure::io("read", &path, &e))?;
    Workflow::read(&text).map_err(|why| {
        let what = format!("{} is no workflow that is known here", path.display());
        Failure::new(Exit::Unreadable, what).evidence(why)
    })
}
