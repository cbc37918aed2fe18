//! The workflows of this project: their own rules, the linters of others, and a walk through their shell.

use std::collections::BTreeMap;
use std::path::Path;

use super::counts::Counts;
use crate::failure::{Failure, Result};
use crate::output;

mod commands;
mod lint;
pub mod model;
pub mod rules;
mod shell;
pub(super) mod walk;

/// Where workflows lie.
pub const FOLDER: &str = ".github/workflows";

/// Judges the workflows: each file with each linter, and all of them by our rules.
///
/// # Errors
/// Files that cannot be read, a linter that cannot be had.
pub fn judge(root: &Path) -> Result<Counts> {
    let files = read(root)?;
    let problems = rules::judge(&files);
    for problem in &problems {
        output::say(problem);
    }
    let mut counts = Counts {
        passed: usize::from(problems.is_empty()),
        failed: problems.len(),
        skipped: 0,
    };
    counts.add(lint::all(root, &files)?);
    Ok(counts)
}

/// The workflow files, by name.
///
/// # Errors
/// A folder or file that cannot be read.
pub fn read(root: &Path) -> Result<BTreeMap<String, String>> {
    let folder = root.join(FOLDER);
    let unlisted = |error| Failure::io("list", &folder, &error);
    let mut files = BTreeMap::new();
    for entry in std::fs::read_dir(&folder).map_err(unlisted)? {
        let path = entry.map_err(unlisted)?.path();
        let text =
            std::fs::read_to_string(&path).map_err(|error| Failure::io("read", &path, &error))?;
        let name = path.file_name().unwrap_or_default();
        files.insert(name.to_string_lossy().into_owned(), text);
    }
    Ok(files)
}
