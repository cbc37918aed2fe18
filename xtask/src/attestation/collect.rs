//! `attest collect`: whether enough independent builders came to the bytes of a release.
//!
//! What they say lies in the project, where people review it:
//!
//! ```text
//! attestations/<version>/<builder>/rebuild.dsse.json    what the builder says, signed
//! attestations/<version>/<builder>/explained.toml       why a dissent does not stand in the way, by somebody with a name
//! ```

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::output;
use crate::project::{POLICY, Project};
use crate::signing::release_directory::ReleaseDirectory;
use crate::verify::{Form, trusted_policy};

mod folder;
mod quorum;
mod report;
#[cfg(test)]
mod tests;

pub use folder::{EXPLANATION, Explanation, REBUILD};
pub use quorum::{Obstacle, Quorum, Standing, Voice};

/// Arguments of `attest`.
#[derive(Args, Debug)]
pub struct AttestArguments {
    /// What to do.
    #[command(subcommand)]
    command: AttestCommand,
}

/// What `attest` can do.
#[derive(Debug, Subcommand)]
enum AttestCommand {
    /// Whether enough independent builders came to the bytes of a release: 0 ready to be published, 12 not ready
    Collect(CollectArguments),
}

/// Arguments of `attest collect`.
#[derive(Args, Debug)]
struct CollectArguments {
    /// Folder of the release, or the version of one in dist/
    release: PathBuf,
    /// Form of the answer
    #[arg(long, value_enum, default_value_t = Form::Human)]
    format: Form,
}

/// The folder of everything that builders say, in the root of a project.
pub const FOLDER: &str = "attestations";

/// Runs `attest`.
///
/// # Errors
/// A policy without `[audit]`, a release or a folder that cannot be read. What builders say is never an error of this
/// function: [`Exit::Done`] when the release is ready, [`Exit::NotReproducible`] when it is not, and [`Exit::Tampered`] when a file
/// is not what its builder signed.
pub fn run(project: &Project, arguments: &AttestArguments) -> Result<Exit> {
    let AttestCommand::Collect(arguments) = &arguments.command;
    let policy = trusted_policy(project)?;
    let audit = policy.audit.as_ref().ok_or_else(no_audit)?;
    let release = ReleaseDirectory::open(&directory(project, &arguments.release))?;
    let folder = project.root.join(FOLDER).join(&release.manifest().version);
    let collected = folder::read(&folder, audit)?;
    let quorum = Quorum::of(audit, release.manifest(), &collected);
    output::print(&match arguments.format {
        Form::Human => report::human(&quorum),
        Form::Json => report::json(&quorum),
    })?;
    Ok(quorum.exit())
}

/// The folder that the user means: one that is there, else the one of this version.
fn directory(project: &Project, given: &Path) -> PathBuf {
    match given.is_dir() {
        true => given.to_owned(),
        false => project.root.join("dist").join(given),
    }
}

fn no_audit() -> Failure {
    Failure::new(
        Exit::Unreadable,
        format!("{POLICY} does not say who builds releases again"),
    )
    .evidence("it has no [audit]")
    .help("add [audit] with threshold, distinct and builders; see docs/attestations.md")
}
