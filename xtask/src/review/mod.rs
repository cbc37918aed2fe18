//! `policy diff`: what a change of the policy and its facts does to the fleet, for those who review it.

mod answer;
pub mod approvals;
pub mod approve;
pub mod history;
mod human;
mod lines;
mod markdown;
mod place;
mod signature;
mod states;

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use trust::gate::Question;

pub use answer::{Answer, Place};
pub use place::Side;

use crate::atomic::{self, Existing, Readers};
use crate::cli::ChannelArgument;
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::output;
use crate::project::Project;
use crate::report::{Colour, Wish};

/// Arguments of `policy diff`.
#[derive(Args, Debug)]
#[command(after_help = "\
BASE and HEAD are revisions of git (a branch, a tag, HEAD~1, a hash), a file whose name ends with .toml (a policy, with the
other inputs of the working tree), or WORKTREE. Exit code 0 whatever changes: the difference is an answer.")]
pub struct DiffArguments {
    /// What was [default: HEAD]
    #[arg(value_name = "BASE")]
    base: Option<String>,
    /// What is to be [default: WORKTREE, the files as they lie]
    #[arg(value_name = "HEAD")]
    head: Option<String>,
    /// Compare HEAD with the newest commit that it has in common with BASE, as pull requests do
    #[arg(long)]
    merge_base: bool,
    /// Compare with nothing: the one revision is HEAD
    #[arg(long, conflicts_with = "merge_base")]
    root: bool,
    /// Release date that both are judged at, YYYY-MM-DD [default: SOURCE_DATE_EPOCH, else the date of HEAD's commit]
    #[arg(long, value_name = "DATE")]
    as_of: Option<trust::date::Date>,
    /// Whom the release is for: production refuses published keys
    #[arg(long, value_enum, default_value_t = ChannelArgument::Development)]
    channel: ChannelArgument,
    /// Form of the answer
    #[arg(long, value_enum, default_value_t = DiffFormat::Human)]
    format: DiffFormat,
    /// Write it to this file, not to standard output
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// The forms of an answer.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub enum DiffFormat {
    /// For people; not a stable interface
    Human,
    /// For programs: `perennial.policy-diff/1`
    Json,
    /// For a comment on a pull request: one screen, the rest folded
    Markdown,
}

/// Compares, and prints the answer.
///
/// # Errors
/// A revision or file that is not there, and inputs that cannot be read at all. What changes is no error, nor that the head
/// does not pass.
pub fn run(project: &Project, arguments: &DiffArguments) -> Result<Exit> {
    let pair = place::pair(project, &arguments.asked()?)?;
    let question = Question {
        as_of: pair.release_date(project, arguments.as_of)?,
        channel: arguments.channel.into(),
        facts_known_on: None,
    };
    let answer = Answer::of(&pair.base, &pair.head, question);
    let Some(path) = &arguments.output else {
        let colour = Colour::of(&std::io::stdout(), Wish::of_environment());
        output::print(&written(&answer, arguments.format, colour)?)?;
        return Ok(Exit::Done);
    };
    let text = written(&answer, arguments.format, Colour::Plain)?;
    atomic::write(path, text.as_bytes(), Existing::Replace, Readers::Everyone)?;
    output::say(&answer.headline);
    Ok(Exit::Done)
}

/// The answer in one of its forms.
///
/// # Errors
/// None that is known: that JSON cannot be written is a bug.
pub fn written(answer: &Answer, format: DiffFormat, colour: Colour) -> Result<String> {
    match format {
        DiffFormat::Human => Ok(human::text(answer, colour)),
        DiffFormat::Json => serde_json::to_string_pretty(answer)
            .map(|text| text + "\n")
            .map_err(|error| Failure::new(Exit::Bug, "cannot write JSON").evidence(error)),
        DiffFormat::Markdown => Ok(markdown::text(answer)),
    }
}

impl DiffArguments {
    fn asked(&self) -> Result<place::Asked> {
        let (base, head) = match (self.root, &self.base, &self.head) {
            (true, Some(_), Some(_)) => {
                return Err(Failure::new(
                    Exit::Unreadable,
                    "--root compares one revision with nothing",
                )
                .help("give one revision, or leave out --root"));
            }
            (true, head, None) => (place::Named::Nothing, head),
            (_, base, head) => {
                let base = base.as_deref().unwrap_or("HEAD");
                (place::Named::Word(base.to_owned()), head)
            }
        };
        let head = head.as_deref().unwrap_or(place::WORKING_TREE);
        Ok(place::Asked {
            base,
            head: place::Named::Word(head.to_owned()),
            merge_base: self.merge_base,
        })
    }
}
