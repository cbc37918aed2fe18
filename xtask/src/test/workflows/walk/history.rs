//! What people do to the repositories: commits, forks and pull requests.

use std::fs;
use std::path::Path;

use super::hosting::{Hosting, git};
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::toolchain::files::write_whole;

/// The repository itself.
pub(super) const ORIGIN: &str = "origin.git";

/// Somebody's copy of it, with a history of its own.
const FORK: &str = "fork.git";

const IDENTITY: [&str; 4] = ["-c", "user.name=walk", "-c", "user.email=walk@example.com"];

/// A file by its path, and what is made of its text.
pub(super) type Edit<'a> = (&'a str, &'a dyn Fn(&str) -> String);

/// A commit: each file is what its function makes of it, and `then` does what else is to be done in the folder.
pub(super) struct Commit<'a> {
    /// The reference that it is made upon.
    pub(super) onto: &'a str,
    pub(super) edits: &'a [Edit<'a>],
    pub(super) then: &'a dyn Fn(&Path) -> Result<()>,
}

impl Hosting {
    /// Makes a commit; `reference` is then this commit.
    pub(super) fn commit(&self, reference: &str, commit: &Commit<'_>) -> Result<String> {
        self.commit_in(ORIGIN, reference, commit)
    }

    fn commit_in(&self, repository: &str, reference: &str, commit: &Commit<'_>) -> Result<String> {
        let folder = self.at("editing");
        fs::create_dir(&folder).map_err(|e| Failure::io("make", &folder, &e))?;
        let origin = self.at(repository).display().to_string();
        git(&folder, &["init", "--quiet"])?;
        git(&folder, &["remote", "add", "origin", &origin])?;
        git(&folder, &["fetch", "--quiet", "origin", commit.onto])?;
        git(&folder, &["checkout", "--quiet", "--detach", "FETCH_HEAD"])?;
        for (name, edit) in commit.edits {
            let path = folder.join(name);
            let text = fs::read_to_string(&path).map_err(|e| Failure::io("read", &path, &e))?;
            let edited = edit(&text);
            if edited == text {
                let what = format!("the walk's edit of {name} changes nothing");
                return Err(Failure::new(Exit::Bug, what));
            }
            write_whole(&path, &edited)?;
        }
        (commit.then)(&folder)?;
        git(&folder, &["add", "--all"])?;
        let message = ["commit", "--quiet", "--message", "A change"];
        git(&folder, &[&IDENTITY[..], &message].concat())?;
        let refspec = format!("+HEAD:{reference}");
        git(&folder, &["push", "--quiet", "origin", &refspec])?;
        let made = git(&folder, &["rev-parse", "HEAD"])?;
        fs::remove_dir_all(&folder).map_err(|e| Failure::io("remove", &folder, &e))?;
        Ok(made.trim().to_owned())
    }

    /// A commit without any before it, with the files of `main`.
    pub(super) fn orphan(&self, reference: &str) -> Result<()> {
        let made = self.in_origin(&["commit-tree", "refs/heads/main^{tree}", "-m", "An orphan"])?;
        self.point(reference, &made)
    }

    /// The pull request of this number, from a fork that has commits of its own before `commit`: its head.
    pub(super) fn pull(&self, number: &str, commit: &Commit<'_>) -> Result<String> {
        let fork = self.at(FORK);
        if fork.exists() {
            fs::remove_dir_all(&fork).map_err(|e| Failure::io("remove", &fork, &e))?;
        }
        let shown = fork.display().to_string();
        git(
            &self.folder,
            &["clone", "--quiet", "--bare", "--", &self.origin(), &shown],
        )?;
        let of_the_fork = |text: &str| format!("{text}\nThis is a fork.\n");
        let before = Commit {
            onto: commit.onto,
            edits: &[("README.md", &of_the_fork)],
            then: &|_| Ok(()),
        };
        let branch = "refs/heads/change";
        self.commit_in(FORK, branch, &before)?;
        let after = Commit {
            onto: branch,
            ..*commit
        };
        let head = self.commit_in(FORK, branch, &after)?;
        let into = format!("+{branch}:refs/pull/{number}/head");
        self.in_origin(&["fetch", "--quiet", &shown, &into])?;
        Ok(head)
    }

    /// What GitHub would make of the pull request: a merge whose first parent is `base` as it is now.
    pub(super) fn merge(&self, number: &str, base: &str) -> Result<()> {
        let (base, head) = (
            self.commit_of(base)?,
            self.commit_of(&format!("refs/pull/{number}/head"))?,
        );
        let tree = self.in_origin(&["merge-tree", "--write-tree", &base, &head])?;
        let parents = ["-p", &base, "-p", &head, "-m", "A merge"];
        let merge = self.in_origin(&[&["commit-tree", &tree][..], &parents].concat())?;
        self.point(&format!("refs/pull/{number}/merge"), &merge)
    }

    fn in_origin(&self, arguments: &[&str]) -> Result<String> {
        let said = git(&self.at(ORIGIN), &[&IDENTITY[..], arguments].concat())?;
        Ok(said.trim().to_owned())
    }
}
