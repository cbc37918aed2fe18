//! taplo: what editors ask about a TOML file and its schema (Even Better TOML for Visual Studio Code is made of it).

use std::path::{Path, PathBuf};

use super::{Tool, pip};
use crate::failure::Result;
use crate::progress::Progress;

/// The version whose answers our tests know.
const VERSION: &str = "0.9.3";

/// The path of `taplo`, installed with pip first if it is not here.
///
/// # Errors
/// When there is no Python, no pip and no package of it, or no network: exit 14.
pub fn taplo(root: &Path) -> Result<PathBuf> {
    let progress = Progress::stderr();
    let tool = Tool::new(root, &format!("taplo-{VERSION}"));
    tool.program("python/bin/taplo", progress, |into| {
        install(root, into, progress)
    })
}

fn install(root: &Path, into: &Path, progress: Progress) -> Result<()> {
    let what = format!("taplo {VERSION}");
    let package = format!("taplo=={VERSION}");
    pip::install(root, &what, &["--no-deps", &package], into, progress)
}
