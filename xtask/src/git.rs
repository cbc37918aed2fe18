//! What git knows of the checkout: commit, its date, whether the tree is dirty, files of a commit.

use std::path::Path;
use std::process::Command;

use crate::exit::Exit;
use crate::failure::{Failure, Result};

/// The commit that a build is made from.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Head {
    /// 40 hexadecimal digits.
    pub commit: String,
    /// Committer date, seconds since 1970-01-01T00:00:00Z.
    pub committed: i64,
    /// Paths that differ from the commit or that git does not know: at most the first twenty.
    pub changed: Vec<String>,
}

/// Reads the checkout at `root`.
///
/// # Errors
/// [`Exit::Unreadable`] where `root` is no git checkout or has no commit yet.
pub fn head(root: &Path) -> Result<Head> {
    let line = text(root, &["log", "-1", "--format=%H %ct"])?;
    let parsed = line
        .trim()
        .split_once(' ')
        .and_then(|(commit, seconds)| Some((commit, seconds.parse().ok()?)));
    let (commit, committed) = parsed.ok_or_else(|| {
        Failure::new(
            Exit::Unreadable,
            "git printed something unexpected about HEAD",
        )
        .evidence(&line)
    })?;
    Ok(Head {
        commit: commit.to_owned(),
        committed,
        changed: changed(root)?,
    })
}

fn changed(root: &Path) -> Result<Vec<String>> {
    let listing = text(root, &["status", "--porcelain", "--untracked-files=normal"])?;
    Ok(listing.lines().take(20).map(str::to_owned).collect())
}

/// The bytes of `path` (relative to the root) in `commit`.
pub fn file_at(root: &Path, commit: &str, path: &str) -> Result<Vec<u8>> {
    run(root, &["show", &format!("{commit}:{path}")])
}

/// The files of `commit` below `folder`, as paths from the root, sorted by git.
pub fn files_at(root: &Path, commit: &str, folder: &str) -> Result<Vec<String>> {
    let listing = text(
        root,
        &[
            "ls-tree",
            "-r",
            "--name-only",
            "--full-tree",
            commit,
            "--",
            folder,
        ],
    )?;
    Ok(listing.lines().map(str::to_owned).collect())
}

fn text(root: &Path, arguments: &[&str]) -> Result<String> {
    Ok(String::from_utf8_lossy(&run(root, arguments)?).into_owned())
}

fn run(root: &Path, arguments: &[&str]) -> Result<Vec<u8>> {
    let mut git = Command::new("git");
    // The caller's GIT_DIR and its like would make this another repository.
    for (name, _) in
        std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("GIT_"))
    {
        git.env_remove(name);
    }
    let started = git
        .arg("-C")
        .arg(root)
        // A build that is killed must not leave a lock behind on which the next commit fails.
        .arg("--no-optional-locks")
        .args(["-c", "core.quotePath=false"])
        .args(arguments)
        .output();
    let output = started.map_err(|error| {
        Failure::new(Exit::Environment, "cannot run git")
            .evidence(error)
            .help("install git")
    })?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    Err(Failure::new(Exit::Unreadable, format!("`git {}` failed in {}", arguments.join(" "), root.display()))
        .evidence(String::from_utf8_lossy(&output.stderr).trim())
        .help("commit, version and release date come from git: work in a checkout with at least one commit"))
}
