//! The first-parent history of HEAD: what the branch was, step by step.

use std::path::Path;

use super::{is_shallow, run, text};
use crate::exit::Exit;
use crate::failure::{Failure, Result};

/// A commit of the history.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Ancestor {
    /// Its hash.
    pub commit: String,
    /// Git's name for its root folder.
    pub tree: String,
    /// Committer date, seconds since 1970-01-01T00:00:00Z.
    pub committed: i64,
}

/// HEAD and its first parents, the oldest first; nothing where there is no commit yet. Replacements of objects take no
/// part.
///
/// # Errors
/// [`Exit::Unreadable`] where `root` is in no repository, or one of the commits is missing.
pub fn first_parents(root: &Path) -> Result<Vec<Ancestor>> {
    run(root, &["rev-parse", "--git-dir"])?;
    if run(root, &["rev-parse", "--quiet", "--verify", "HEAD^{commit}"]).is_err() {
        return unborn(root);
    }
    let arguments = [
        "--no-replace-objects",
        "rev-list",
        "--first-parent",
        "--reverse",
        "--no-commit-header",
        "--format=%H %T %ct",
        "HEAD",
    ];
    let listing = text(root, &arguments)?;
    listing.lines().map(ancestor).collect()
}

/// A branch without a commit; anything else that HEAD may be is damage.
fn unborn(root: &Path) -> Result<Vec<Ancestor>> {
    let branch = text(root, &["symbolic-ref", "HEAD"])?;
    let heads = text(
        root,
        &["for-each-ref", "--format=%(refname)", branch.trim()],
    )?;
    if heads.trim().is_empty() {
        return Ok(Vec::new());
    }
    Err(Failure::new(Exit::Unreadable, "HEAD cannot be read").help("look at it: `git fsck`"))
}

fn ancestor(line: &str) -> Result<Ancestor> {
    let mut words = line.split(' ');
    let read = (|| {
        Some(Ancestor {
            commit: words.next()?.to_owned(),
            tree: words.next()?.to_owned(),
            committed: words.next()?.parse().ok()?,
        })
    })();
    read.ok_or_else(|| {
        Failure::new(
            Exit::Unreadable,
            "git printed something unexpected about the history",
        )
        .evidence(line)
    })
}

/// Why the history that git shows is not the one that was made: `None` where it is.
pub fn altered(root: &Path) -> Result<Option<&'static str>> {
    if is_shallow(root)? {
        return Ok(Some(
            "this clone is shallow: it has the newest commits alone",
        ));
    }
    if !text(root, &["for-each-ref", "--count=1", "refs/replace"])?.is_empty() {
        return Ok(Some(
            "objects of this repository are replaced by others (refs/replace)",
        ));
    }
    let grafts = text(root, &["rev-parse", "--git-path", "info/grafts"])?;
    if root.join(grafts.trim()).exists() {
        return Ok(Some(
            "commits of this repository have other parents than they were made with (info/grafts)",
        ));
    }
    Ok(None)
}
