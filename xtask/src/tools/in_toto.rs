//! The readers of attestations by those who wrote their specifications: `in-toto-attestation` and `securesystemslib`.

use std::path::{Path, PathBuf};

use super::{Tool, pip, write_wrapper};
use crate::failure::Result;
use crate::progress::Progress;

/// What is asked of pip: the packages whose answers our tests know. securesystemslib brings Ed25519 in Python: nothing compiled besides protobuf.
const REQUIREMENTS: [&str; 4] = [
    "--no-deps",
    "in-toto-attestation==0.9.3",
    "protobuf==7.36.2",
    "securesystemslib==1.6.0",
];

/// The path of a `python3` that has the packages, installed with pip first if they are not here.
///
/// # Errors
/// When there is no Python, no pip and no package of it, or no network: exit 14.
pub fn in_toto(root: &Path) -> Result<PathBuf> {
    let progress = Progress::stderr();
    let tool = Tool::new(root, "in-toto-0.9.3");
    tool.program("python3", progress, |into| install(root, into, progress))
}

fn install(root: &Path, into: &Path, progress: Progress) -> Result<()> {
    pip::install(root, "in-toto-attestation", &REQUIREMENTS, into, progress)?;
    write_wrapper(&into.join("python3"), "PYTHONPATH", &["python"], "python3")
}
