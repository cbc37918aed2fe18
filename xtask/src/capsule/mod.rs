//! `capsule`: everything that a release is made of in one file, from which it can be built again without a network.
//!
//! | module | does |
//! | --- | --- |
//! | [`index`] | `capsule.json`: what is in a capsule, by path and hash |
//! | `gather` | finds the inputs of a release on this machine |
//! | `write`, `read` | the archive: one object for each content, named for its hash |
//! | `repository` | the recorded commit as a repository of one commit, made of the files of a capsule |

use std::path::PathBuf;

use clap::Args;

use crate::exit::Exit;
use crate::failure::Result;
use crate::output;
use crate::progress::Progress;
use crate::project::Project;
use crate::rebuild::Published;

mod gather;
pub mod index;
mod read;
mod repository;
#[cfg(test)]
mod tests;
mod write;

pub use read::Capsule;

/// The folders of a project that have a lockfile: the firmware, and the tool that builds it.
const LOCKED: [&str; 2] = ["firmware", ""];

/// Arguments of `capsule`.
#[derive(Args, Debug)]
pub struct CapsuleArguments {
    /// The release: its folder, or its release.json alone
    release: PathBuf,
    /// Where the capsule goes [default: target/perennial/<version>.capsule]
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// Writes the capsule of a release.
///
/// # Errors
/// A release that cannot be read, an input that is not here or is another one, a file that cannot be written.
pub fn run(project: &Project, arguments: &CapsuleArguments) -> Result<Exit> {
    let progress = Progress::stderr();
    let published = Published::read(&arguments.release)?;
    let manifest = published.manifest();
    let path = arguments.output.clone().unwrap_or_else(|| {
        let name = format!("{}.capsule", manifest.version);
        project.private_folder().join(name)
    });
    let contents = gather::gather(project, manifest, progress)?;
    let written = write::write(&path, &contents, manifest, progress)?;
    output::print(&format!(
        "{}\n  {}  capsule.json\n  {} files, {} bytes\n",
        path.display(),
        written.identity,
        contents.files.len(),
        written.bytes
    ))?;
    Ok(Exit::Done)
}
