//! Revisions: which commit a word names, when it was made, what it has in common with another.

use std::path::Path;

use super::{run, text};
use crate::exit::Exit;
use crate::failure::{Failure, Result};

/// What a revision is.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Revision {
    /// A commit: 40 hexadecimal digits.
    Commit(String),
    /// A tree without a commit, as the empty one.
    Tree(String),
}

impl Revision {
    /// Its hexadecimal digits.
    pub fn id(&self) -> &str {
        match self {
            Self::Commit(id) | Self::Tree(id) => id,
        }
    }
}

/// The commit or tree that `word` names in the repository at `root`: a branch, a tag, `HEAD~1`, a hash.
///
/// # Errors
/// [`Exit::Unreadable`] where it names nothing that is here.
pub fn resolve(root: &Path, word: &str) -> Result<Revision> {
    let named = |kind: &str| {
        let wanted = format!("{word}^{{{kind}}}");
        let arguments = ["rev-parse", "--verify", "--end-of-options", &wanted];
        text(root, &arguments).map(|id| id.trim().to_owned())
    };
    match named("commit") {
        Ok(commit) if super::has_commit(root, &commit) => Ok(Revision::Commit(commit)),
        Ok(_) => Err(unknown(
            root,
            word,
            "git knows its name, but does not have it",
        )),
        Err(failure) if failure.exit == Exit::Environment => Err(failure),
        Err(failure) => named("tree").map(Revision::Tree).map_err(|_| {
            let seen = failure.evidence.into_iter().next_back();
            unknown(root, word, &seen.unwrap_or_default())
        }),
    }
}

fn unknown(root: &Path, word: &str, seen: &str) -> Failure {
    let failure = Failure::new(
        Exit::Unreadable,
        format!("{word:?} names no commit in {}", root.display()),
    )
    .evidence(seen);
    if is_shallow(root).unwrap_or(false) {
        return cut(failure);
    }
    failure.help(
        "give a branch, a tag or a hash that this clone has: fetch it (`git fetch origin BRANCH`), and in a workflow check \
         out with `fetch-depth: 0`; a policy's file is one whose name ends with .toml",
    )
}

/// What a clone lacks whose history is cut.
fn cut(failure: Failure) -> Failure {
    failure
        .evidence("this is a shallow clone: its history is cut")
        .help("fetch the rest: `git fetch --unshallow`; in a workflow, check out with `fetch-depth: 0`")
}

/// The newest commit that `one` and `other` both come from.
///
/// # Errors
/// [`Exit::Unreadable`] where there is none, or a clone with a cut history does not have it.
pub fn merge_base(root: &Path, one: &str, other: &str) -> Result<String> {
    let failure = match text(root, &["merge-base", one, other]) {
        Ok(found) => return Ok(found.trim().to_owned()),
        Err(failure) if failure.exit == Exit::Environment => return Err(failure),
        Err(failure) => failure,
    };
    let failure = Failure::new(
        Exit::Unreadable,
        format!(
            "{one} and {other} have no commit in common in {}",
            root.display()
        ),
    )
    .evidence(failure.evidence.join(" "));
    Err(match is_shallow(root)? {
        true => cut(failure),
        false => failure.help("compare the two as they are: leave out --merge-base"),
    })
}

/// Whether the history of the repository at `root` is cut, or git cannot tell.
pub fn is_shallow(root: &Path) -> Result<bool> {
    let told = text(root, &["rev-parse", "--is-shallow-repository"])?;
    Ok(told.trim() != "false")
}

/// When `commit` was made: seconds since 1970-01-01T00:00:00Z, by its committer.
pub fn committed(root: &Path, commit: &str) -> Result<i64> {
    let told = text(root, &["log", "-1", "--format=%ct", commit, "--"])?;
    told.trim().parse().map_err(|_| {
        let what = format!("git printed something unexpected about {commit}");
        Failure::new(Exit::Unreadable, what).evidence(&told)
    })
}

/// Whether `path`, relative to `root`, is there in `revision`.
pub fn has_file(root: &Path, revision: &str, path: &str) -> Result<bool> {
    Ok(!run(root, &["ls-tree", "-z", revision, "--", path])?.is_empty())
}

/// Paths in `revision`, from the root of the repository, whose last part is `name`.
pub fn files_named(root: &Path, revision: &str, name: &str) -> Result<Vec<String>> {
    let listing = text(
        root,
        &[
            "ls-tree",
            "-r",
            "-z",
            "--name-only",
            "--full-tree",
            revision,
        ],
    )?;
    let is_named = |path: &&str| path.rsplit('/').next() == Some(name);
    Ok(listing
        .split('\0')
        .filter(is_named)
        .map(str::to_owned)
        .collect())
}
