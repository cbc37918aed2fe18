//! Where the two sides are: commits, files, the working tree.

use std::path::Path;

use trust::date::Date;
use trust::gate::Inputs;
use trust::source::SourceFile;

use super::answer::Place;
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::git::{self, Revision};
use crate::project::{POLICY, Project};
use crate::release_date;

/// The word for the files as they lie.
pub(super) const WORKING_TREE: &str = "WORKTREE";

/// What a person named.
#[derive(Clone, Debug)]
pub(super) enum Named {
    /// Nothing at all: everything is new.
    Nothing,
    /// A revision, a file, or the working tree.
    Word(String),
}

/// What is to be compared.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    pub(super) base: Named,
    pub(super) head: Named,
    /// In place of the base: what it has in common with the head.
    pub(super) merge_base: bool,
}

/// One side, read.
#[derive(Clone, Debug)]
pub struct Side {
    /// Its files; an empty policy where it has none.
    pub inputs: Inputs,
    /// Where they are from.
    pub place: Place,
}

/// Both sides, read.
pub(super) struct Pair {
    pub(super) base: Side,
    pub(super) head: Side,
}

impl Pair {
    /// The day that both are judged at.
    pub(super) fn release_date(&self, project: &Project, as_of: Option<Date>) -> Result<Date> {
        let date = match &self.head.place.commit {
            Some(commit) => release_date::decide_at(as_of, &project.root, commit)?,
            None => release_date::decide(as_of, &project.root)?,
        };
        Ok(date.day)
    }
}

/// Reads both sides.
///
/// # Errors
/// A revision or file that is not there, or cannot be read.
pub(super) fn pair(project: &Project, asked: &Asked) -> Result<Pair> {
    let head = side(project, &asked.head)?;
    let base = match (&asked.base, asked.merge_base) {
        (Named::Word(word), true) => common(project, word, &head.place)?,
        (named, _) => side(project, named)?,
    };
    Ok(Pair { base, head })
}

fn common(project: &Project, word: &str, head: &Place) -> Result<Side> {
    let Some(Revision::Commit(base)) = revision(project, word)? else {
        return Err(
            Failure::new(Exit::Unreadable, format!("{word} is no commit"))
                .help("--merge-base is for two commits: give a branch, a tag or a hash as BASE"),
        );
    };
    // The working tree comes from the commit that is checked out.
    let head = match &head.commit {
        Some(commit) => commit.clone(),
        None => git::resolve(&project.root, "HEAD")?.id().to_owned(),
    };
    let commit = git::merge_base(&project.root, &base, &head)?;
    at_revision(
        project,
        &format!("merge base with {word}"),
        &Revision::Commit(commit),
    )
}

fn side(project: &Project, named: &Named) -> Result<Side> {
    let Named::Word(word) = named else {
        return Ok(nothing("nothing", None));
    };
    if word == WORKING_TREE {
        return working_tree(project);
    }
    match revision(project, word)? {
        Some(revision) => at_revision(project, word, &revision),
        None => file(project, Path::new(word)),
    }
}

/// The revision that `word` names; `None` where it names a policy's file.
fn revision(project: &Project, word: &str) -> Result<Option<Revision>> {
    if word == WORKING_TREE || (word.ends_with(".toml") && Path::new(word).exists()) {
        return Ok(None);
    }
    git::resolve(&project.root, word).map(Some)
}

fn working_tree(project: &Project) -> Result<Side> {
    Ok(Side {
        inputs: project.inputs()?.inputs,
        place: Place::new("the working tree"),
    })
}

/// A policy's file, with everything else as it lies. It is called as the project's own: what is compared is what it says.
fn file(project: &Project, path: &Path) -> Result<Side> {
    let bytes = std::fs::read(path).map_err(|error| Failure::io("read", path, &error))?;
    let inputs = Inputs {
        policy: SourceFile::from_bytes(POLICY, &bytes),
        ..project.inputs()?.inputs
    };
    let place = format!(
        "the file {}, with the facts of the working tree",
        path.display()
    );
    Ok(Side {
        inputs,
        place: Place::new(place),
    })
}

fn at_revision(project: &Project, word: &str, revision: &Revision) -> Result<Side> {
    let (commit, place) = match revision {
        Revision::Commit(id) => (Some(id.clone()), format!("{word} (commit {})", short(id))),
        Revision::Tree(id) => (None, format!("{word} (tree {})", short(id))),
    };
    if !git::has_file(&project.root, revision.id(), POLICY)? {
        let mut side = nothing(&place, commit);
        side.place.elsewhere = git::files_named(&project.root, revision.id(), POLICY)?;
        return Ok(side);
    }
    Ok(Side {
        inputs: project.inputs_at(revision.id())?.inputs,
        place: Place {
            commit,
            ..Place::new(place)
        },
    })
}

fn nothing(place: &str, commit: Option<String>) -> Side {
    Side {
        inputs: Inputs {
            policy: SourceFile::new(POLICY, ""),
            anchors: Vec::new(),
            calendar: Vec::new(),
            endpoints: Vec::new(),
            releases: Vec::new(),
        },
        place: Place {
            commit,
            ..Place::new(place)
        },
    }
}

fn short(id: &str) -> &str {
    id.get(..12).unwrap_or(id)
}
