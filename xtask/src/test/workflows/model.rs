//! A workflow file, in types: what is not here is not used, and is refused.

use std::collections::BTreeMap;

use serde::Deserialize;

/// A workflow file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Workflow {
    /// Its name; other workflows refer to it.
    pub name: String,
    /// What starts it, by the name of the event, with its filters.
    pub on: BTreeMap<String, serde_json::Value>,
    /// What its jobs may do that say nothing.
    pub permissions: Option<BTreeMap<String, String>>,
    /// Which runs wait for each other.
    pub concurrency: Option<Concurrency>,
    /// What runs the steps that say nothing.
    pub defaults: Option<Defaults>,
    /// The jobs, by id.
    pub jobs: BTreeMap<String, Job>,
}

/// Which runs wait for each other.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Concurrency {
    /// Runs with the same text.
    pub group: String,
    /// Whether a newer run ends an older one.
    pub cancel_in_progress: bool,
}

/// Defaults of a workflow.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Defaults {
    /// Of its `run` steps.
    pub run: RunDefaults,
}

/// Defaults of `run` steps.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunDefaults {
    /// `bash` stops at the first command that fails, also in a pipe.
    pub shell: String,
}

/// A job: a machine of its own.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Job {
    /// Its name, for people.
    pub name: String,
    /// Jobs that come before it.
    #[serde(default)]
    pub needs: Vec<String>,
    /// When it runs; else when all before it succeeded.
    #[serde(rename = "if")]
    pub condition: Option<String>,
    /// One run for each entry.
    pub strategy: Option<Strategy>,
    /// The machine.
    pub runs_on: Option<String>,
    /// After how long it is ended.
    pub timeout_minutes: Option<u32>,
    /// Whose secrets it has, and whose approval it needs.
    pub environment: Option<String>,
    /// What it may do.
    pub permissions: Option<BTreeMap<String, String>>,
    /// The image that its steps run in.
    pub container: Option<Container>,
    /// What it hands to the jobs that need it.
    #[serde(default)]
    pub outputs: BTreeMap<String, String>,
    /// Variables of all its steps.
    #[serde(default)]
    pub env: BTreeMap<String, String>,
    /// Another workflow that is run in its place.
    pub uses: Option<String>,
    /// What that workflow is given.
    #[serde(default)]
    pub with: BTreeMap<String, String>,
    /// What it does.
    #[serde(default)]
    pub steps: Vec<Step>,
}

/// A job that runs several times.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Strategy {
    /// Whether one that fails ends the others.
    pub fail_fast: bool,
    /// The entries.
    pub matrix: Matrix,
}

/// The entries of a job that runs several times.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Matrix {
    /// Each with its values.
    pub include: Vec<BTreeMap<String, String>>,
}

/// A container.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Container {
    /// `NAME:TAG@sha256:…`
    pub image: String,
    /// Arguments of its start.
    pub options: Option<String>,
}

/// A step: an action, or lines of shell.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// What it is for.
    pub name: Option<String>,
    /// By which its outputs are named.
    pub id: Option<String>,
    /// When it runs; else when all before it succeeded.
    #[serde(rename = "if")]
    pub condition: Option<String>,
    /// The action.
    pub uses: Option<String>,
    /// What the action is given.
    #[serde(default)]
    pub with: BTreeMap<String, Scalar>,
    /// Its variables.
    #[serde(default)]
    pub env: BTreeMap<String, String>,
    /// Lines of shell.
    pub run: Option<String>,
}

/// A value that an action is given: it gets a text, whatever the file says.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub enum Scalar {
    /// `true`, `false`
    Flag(bool),
    /// A whole number.
    Number(i64),
    /// Anything else.
    Text(String),
}

impl std::fmt::Display for Scalar {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Flag(flag) => write!(f, "{flag}"),
            Self::Number(number) => write!(f, "{number}"),
            Self::Text(text) => f.write_str(text),
        }
    }
}

impl Step {
    /// The action without its version: `actions/checkout`.
    pub fn action(&self) -> Option<&str> {
        let uses = self.uses.as_deref()?;
        Some(uses.split_once('@').map_or(uses, |(name, _)| name))
    }

    /// Its name in messages.
    pub fn title(&self) -> &str {
        let uses = self.action().unwrap_or("a step without a name");
        self.name.as_deref().unwrap_or(uses)
    }
}

impl Job {
    /// Whether it checks the repository out.
    pub fn checks_out(&self) -> bool {
        let mut actions = self.steps.iter().filter_map(Step::action);
        actions.any(|action| action == "actions/checkout")
    }

    /// Whether it may change anything outside of itself.
    pub fn may_write(&self) -> bool {
        let mut granted = self.permissions.iter().flatten();
        granted.any(|(_, access)| access != "read" && access != "none")
    }
}

impl Workflow {
    /// Reads a workflow file.
    ///
    /// # Errors
    /// What is no YAML, or nothing that is known here.
    pub fn read(text: &str) -> Result<Self, String> {
        serde_saphyr::from_str(text).map_err(|error| error.to_string())
    }

    /// The jobs, each after those that it needs.
    ///
    /// # Errors
    /// A job that needs one that is not there, or itself.
    pub fn in_order(&self) -> Result<Vec<(&str, &Job)>, String> {
        let mut ordered: Vec<(&str, &Job)> = Vec::new();
        while ordered.len() < self.jobs.len() {
            let done = |id: &String| ordered.iter().any(|(other, _)| other == id);
            let ready = self
                .jobs
                .iter()
                .find(|(id, job)| !done(id) && job.needs.iter().all(done));
            let (id, job) =
                ready.ok_or("its jobs wait for each other, or for one that is not there")?;
            ordered.push((id, job));
        }
        Ok(ordered)
    }
}
