//! `rebuild`: a published release, built again from the recorded commit and inputs, and compared to the byte.
//!
//! | module | does |
//! | --- | --- |
//! | `published` | reads what was published |
//! | `place` | the recorded commit in a place of its own, with the toolchain and the crates that are here |
//! | `tool` | which tool builds there: this one, or that of the commit |
//! | `compare` | the rebuilt files beside the published ones, signed image included |
//! | `attest` | the statement of the outcome, signed by who rebuilt |

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::exit::Exit;
use crate::failure::Result;
use crate::lock::Lock;
use crate::output;
use crate::progress::Progress;
use crate::project::Project;
use crate::verify;

mod attest;
mod compare;
mod place;
mod published;
#[cfg(test)]
mod tests;
mod tool;

use attest::{AttestArguments, Attester};
use compare::Comparison;
use place::Place;
pub use published::Published;

/// Arguments of `rebuild`.
#[derive(Args, Debug)]
pub struct RebuildArguments {
    /// The release: its folder, or its release.json alone
    release: PathBuf,
    /// Build from this capsule, without a network and without the repository's history
    #[arg(long, value_name = "FILE")]
    capsule: Option<PathBuf>,
    /// Build a release that no key of the policy signed: what its commit holds runs on this machine
    #[arg(long)]
    dangerously_run_unsigned: bool,
    /// Form of the answer
    #[arg(long, value_enum, default_value_t = Form::Human)]
    format: Form,
    /// Who states the outcome.
    #[command(flatten)]
    attest: AttestArguments,
}

/// The forms of the answer.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub enum Form {
    /// Text for people
    Human,
    /// `perennial.rebuild/1`
    Json,
}

/// Builds a release again.
///
/// # Errors
/// A release that cannot be read or is damaged, inputs that cannot be had, a build that fails. A release that was built and
/// differs ends with [`Exit::NotReproducible`].
pub fn run(project: &Project, arguments: &RebuildArguments) -> Result<Exit> {
    let progress = Progress::stderr();
    let published = Published::read(&arguments.release)?;
    if !arguments.dangerously_run_unsigned {
        published.require_signed(project)?;
    }
    let attester = Attester::of(project, &arguments.attest)?;
    if let Some(attester) = &attester {
        attester.require_listed(&verify::trusted_policy(project)?)?;
    }
    let private = project.private_folder().join("rebuild");
    let lock = private.with_extension("lock");
    let _lock = Lock::acquire(&lock, "cargo xtask rebuild", progress)?;
    let manifest = published.manifest();
    let place = match &arguments.capsule {
        Some(capsule) => Place::from_capsule(capsule, manifest, &private, progress)?,
        None => Place::from_repository(project, manifest, &private, progress)?,
    };
    let rebuilt = match tool::build(project, &place, manifest, progress) {
        Ok(rebuilt) => rebuilt,
        Err(failure) => {
            let stated = attester
                .map(|attester| attester.failed(manifest, &failure))
                .transpose()?
                .flatten();
            return Err(stated.into_iter().fold(failure, |failure, path| {
                failure.evidence(format!("stated in {}", path.display()))
            }));
        }
    };
    let comparison = Comparison::of(&published, &rebuilt)?;
    output::print(&match arguments.format {
        Form::Human => comparison.human(),
        Form::Json => comparison.json(manifest),
    })?;
    if let Some(attester) = attester {
        let path = attester.compared(manifest, &comparison)?;
        progress.say(&format!("stated in {}", path.display()));
    }
    if comparison.is_match() {
        place.remove()?;
    } else {
        progress.say(&format!(
            "the rebuilt release stays in {}",
            rebuilt.display()
        ));
    }
    Ok(comparison.exit())
}
