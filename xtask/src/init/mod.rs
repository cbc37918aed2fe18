//! `init`: policy, anchors, facts, workflow and build glue in a firmware repository that is there already.
//!
//! What is written passes `check`: the service life is the longest that can be proven for the servers that were named.

mod chip;
mod configuration;
mod glue;
mod kind;
mod place;
mod plan;
mod platformio;
mod policy;
mod proof;

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use trust::calendar::KeyType;
use trust::date::Date;
use trust::gate::{self, Verdict};
use trust::words::counted;

pub use kind::Kind;
use place::NewFile;
use plan::Plan;
use proof::Proven;

use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::project::POLICY;
use crate::{called, git, output, render, roots};

/// Arguments of `init`.
#[derive(Args, Debug)]
#[command(after_help = "\
Nothing that is there already is changed: what is in the way is listed, and nothing is written.")]
pub struct InitArguments {
    /// Folder of the firmware [default: that of --project, else this one]
    #[arg(value_name = "DIR")]
    pub folder: Option<PathBuf>,
    /// What the firmware is [default: told from its files]
    #[arg(long, value_enum)]
    pub kind: Option<Kind>,
    /// Where devices fetch updates, https://…; repeatable, in the order in which they try
    #[arg(long, value_name = "URL", required = true)]
    pub url: Vec<String>,
    /// Owner of the CA that issues the server's certificate; one for all, or one for each URL
    #[arg(long, value_name = "NAME")]
    pub owner: Vec<String>,
    /// Kind of the key in the server's certificate; one for all, or one for each URL [default: ecdsa]
    #[arg(long, value_enum, value_name = "KIND")]
    pub key_type: Vec<KeyTypeArgument>,
    /// Chip of the devices [default: told from the configuration of the firmware]
    #[arg(long, value_name = "CHIP")]
    pub chip: Option<String>,
    /// The day on which the last unit is made, YYYY-MM-DD [default: the release date]
    #[arg(long, value_name = "DATE")]
    pub last_unit_made: Option<Date>,
    /// Years that a unit is in service [default: 6, or the longest that can be proven]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=100))]
    pub years: Option<u16>,
    /// Release date, YYYY-MM-DD [default: SOURCE_DATE_EPOCH, else the date of the commit]
    #[arg(long, value_name = "DATE")]
    pub as_of: Option<Date>,
    /// Print the files and the policy, and write nothing
    #[arg(long)]
    pub dry_run: bool,
}

/// [`KeyType`], as an argument.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub enum KeyTypeArgument {
    /// What ACME clients ask for today
    Ecdsa,
    /// Older servers
    Rsa,
}

impl InitArguments {
    /// Kind of the key of the server at this place.
    fn key_type_of(&self, place: usize) -> KeyTypeArgument {
        let kinds = &self.key_type;
        let kind = kinds.get(place).or(kinds.first());
        kind.copied().unwrap_or(KeyTypeArgument::Ecdsa)
    }
}

impl KeyTypeArgument {
    fn word(self) -> &'static str {
        match self {
            Self::Ecdsa => KeyType::Ecdsa.word(),
            Self::Rsa => KeyType::Rsa.word(),
        }
    }
}

/// Sets a firmware repository up.
///
/// # Errors
/// A folder that is no known firmware, servers of which nothing can be proven, files in the way.
pub fn run(project: Option<&Path>, arguments: &InitArguments) -> Result<Exit> {
    let root = arguments.folder.as_deref().or(project);
    let root = root.unwrap_or(Path::new("."));
    if !root.is_dir() {
        let what = format!("there is no folder {}", root.display());
        return Err(Failure::new(Exit::Unreadable, what).help("give the folder of the firmware"));
    }
    let plan = Plan::of(root, arguments)?;
    let proven = proof::prove(&plan)?;
    let files = files(&plan, &proven)?;
    place::require_free(root, &files)?;
    if arguments.dry_run {
        output::print(&dry(&plan, &files))?;
    } else {
        place::write(root, &files)?;
        output::say(format_args!(
            "wrote {} to {}",
            counted(files.len(), "file"),
            root.display()
        ));
    }
    say(&plan, &proven, arguments);
    if let Some(step) = moved_workflow(root) {
        output::say(format_args!("  {step}"));
    }
    Ok(Exit::Done)
}

/// Everything that is written. The policy is judged first, as `check` would judge it.
fn files(plan: &Plan, proven: &Proven) -> Result<Vec<NewFile>> {
    let outputs = glue::outputs(plan);
    let policy = policy::proven(plan, &outputs, proven)?;
    let inputs = proof::inputs(policy.clone(), proven.anchors.clone());
    let verdict = gate::judge(&inputs, proof::question(plan));
    let store = verdict.approved().ok_or_else(|| refused(&verdict))?;

    let file = |path: &str, bytes: &[u8]| NewFile {
        path: path.to_owned(),
        bytes: bytes.to_owned(),
    };
    let sources = inputs.anchors.iter().chain(&inputs.calendar);
    let sources = sources.map(|source| file(&source.name, source.text.as_bytes()));
    let mut files: Vec<_> = sources.collect();
    let page = roots::folder_page(&inputs.anchors);
    files.push(file("trust/anchors/README.md", page.as_bytes()));
    let fixed = glue::COMMON.iter().chain(glue::files(plan.kind));
    files.extend(fixed.map(|(path, text)| file(path, text.as_bytes())));
    for output in outputs {
        files.push(file(output.path, &render::rendered(store, output.form)?));
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    // Last: what was stopped before is no project, and no command takes it for one.
    files.push(file(POLICY, policy.as_bytes()));
    Ok(files)
}

/// The next step where the firmware is a folder of a larger repository: GitHub reads the workflows of its root alone.
fn moved_workflow(root: &Path) -> Option<String> {
    let (_, prefix) = git::place(root).ok()?;
    let folder = prefix.strip_suffix('/')?;
    Some(format!(
        "move {folder}/.github/workflows/trust.yml to the root of the repository, with --project {folder} in its commands"
    ))
}

/// The solver proved this store, and the gate refuses it: one of the two is wrong.
fn refused(verdict: &Verdict) -> Failure {
    let failure = Failure::new(Exit::Bug, "the policy that would be written does not pass");
    let blocking = verdict.findings().iter().filter(|finding| finding.blocks());
    let said = blocking.map(|finding| format!("{}: {}", finding.rule.id, finding.message));
    said.fold(failure, Failure::evidence)
        .help("please report it, with the command line")
}

fn dry(plan: &Plan, files: &[NewFile]) -> String {
    let line = |file: &NewFile| format!("{} ({})\n", file.path, counted(file.bytes.len(), "byte"));
    let listed: String = files.iter().map(line).collect();
    let policy = files.iter().find(|file| file.path == POLICY);
    let policy = policy.map_or_else(String::new, |file| {
        String::from_utf8_lossy(&file.bytes).into_owned()
    });
    format!(
        "{} would be written for {}:\n{listed}\n{POLICY}:\n\n{policy}",
        counted(files.len(), "file"),
        plan.kind.word()
    )
}

fn say(plan: &Plan, proven: &Proven, arguments: &InitArguments) {
    output::say(format_args!(
        "{} for {} ({})",
        plan.kind.word(),
        plan.chip.name,
        plan.chip.from
    ));
    output::say(format_args!(
        "verifier: {} ({})",
        plan.verifier.model.word(),
        plan.verifier.from
    ));
    for (name, until) in &proven.names {
        output::say(format_args!("anchor: {name}, until {until}"));
    }
    output::say(format_args!("service life proven to {}", proven.ends));
    for line in proven.limit.iter().chain(&proven.second_owner) {
        output::say(format_args!("  {line}"));
    }
    output::say("next:");
    if arguments.key_type.is_empty() {
        output::say(
            "  the servers' keys are taken to be ECDSA; with RSA keys this store may reach none of them: --key-type rsa",
        );
    }
    let own = [
        "look at policy.toml, then `cargo xtask check` and `cargo xtask render --check`",
        "in the repository's variables, for .github/workflows/trust.yml: PERENNIAL_GIT and PERENNIAL_REVISION",
    ];
    for step in own.into_iter().chain(glue::next_steps(plan)) {
        output::say(format_args!("  {}", called::named(step)));
    }
}
