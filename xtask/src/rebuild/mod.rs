//! `rebuild`: a published release, built again from the recorded commit and inputs, and compared to the byte.
//!
//! | module | does |
//! | --- | --- |
//! | `published` | reads what was published |
//! | `place` | the recorded commit in a place of its own, with the toolchain and the crates that are here |
//! | `tool` | which tool builds there: this one, or that of the commit |
//! | `compare` | the rebuilt files beside the published ones, signed image included |

use std::path::PathBuf;

use clap::Args;

use crate::exit::Exit;
use crate::failure::Result;
use crate::lock::Lock;
use crate::output;
use crate::progress::Progress;
use crate::project::Project;

mod compare;
mod place;
mod published;
mod tool;

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
}

/// Builds a release again.
///
/// # Errors
/// A release that cannot be read or is damaged, inputs that cannot be had, a build that fails. A release that was built and
/// differs ends with [`Exit::NotReproducible`].
pub fn run(project: &Project, arguments: &RebuildArguments) -> Result<Exit> {
    let progress = Progress::stderr();
    let published = Published::read(&arguments.release)?;
    let private = project.private_folder().join("rebuild");
    let _lock = Lock::acquire(
        &private.with_extension("lock"),
        "cargo xtask rebuild",
        progress,
    )?;
    let place = match &arguments.capsule {
        Some(capsule) => Place::from_capsule(capsule, published.manifest(), &private, progress)?,
        None => Place::from_repository(project, published.manifest(), &private, progress)?,
    };
    let rebuilt = tool::build(project, &place, published.manifest(), progress)?;
    let comparison = Comparison::of(&published, &rebuilt)?;
    output::print(&comparison.human())?;
    place.remove()?;
    Ok(comparison.exit())
}
