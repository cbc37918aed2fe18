//! The version of a release: a function of the firmware's version and the commit.

use std::path::Path;

use serde::Deserialize;

use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::git::Head;

/// The longest version the app descriptor holds, without its NUL (FACTS: 32 bytes).
const MAX_BYTES: usize = 31;

/// Whether uncommitted changes may go into a build.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum DirtyTree {
    /// They may; the version says so.
    Allow,
    /// They may not.
    Refuse,
}

/// `<version of firmware/Cargo.toml>+<12 digits of the commit>`, with `.dirty` when the tree is.
///
/// # Errors
/// [`Exit::Findings`] for a dirty tree where that is refused, [`Exit::Unreadable`] for a manifest without
/// a version or a version that the app descriptor cannot hold.
pub fn of(root: &Path, head: &Head, dirty_tree: DirtyTree) -> Result<String> {
    if !head.changed.is_empty() && dirty_tree == DirtyTree::Refuse {
        return Err(dirty(head));
    }
    let short = head.commit.get(..12).unwrap_or(&head.commit);
    let suffix = if head.changed.is_empty() {
        ""
    } else {
        ".dirty"
    };
    let version = format!("{}+{short}{suffix}", manifest_version(root)?);
    if version.len() > MAX_BYTES {
        return Err(Failure::new(
            Exit::Unreadable,
            format!("the version `{version}` is too long"),
        )
        .evidence(format!(
            "{} bytes; the app descriptor holds {MAX_BYTES}",
            version.len()
        ))
        .help("shorten `version` in firmware/Cargo.toml"));
    }
    Ok(version)
}

fn dirty(head: &Head) -> Failure {
    let failure = Failure::new(
        Exit::Findings,
        "the tree has changes that are in no commit: nobody could rebuild this",
    );
    let shown = head
        .changed
        .iter()
        .fold(failure, |failure, line| failure.evidence(line));
    shown.help("commit them, or build with --allow-dirty: the version then says so")
}

#[derive(Deserialize)]
struct Manifest {
    package: Package,
}

#[derive(Deserialize)]
struct Package {
    version: String,
}

fn manifest_version(root: &Path) -> Result<String> {
    let path = root.join("firmware/Cargo.toml");
    let text =
        std::fs::read_to_string(&path).map_err(|error| Failure::io("read", &path, &error))?;
    let manifest: Manifest = toml::from_str(&text).map_err(|error| {
        Failure::new(
            Exit::Unreadable,
            format!("{} has no version", path.display()),
        )
        .evidence(error)
    })?;
    Ok(manifest.package.version)
}
