//! The inputs as they were in each commit of a history, and what tells them apart.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use trust::gate::Inputs;
use trust::source::SourceFile;

use crate::entry_kind::EntryKind;
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::git::{self, Ancestor, Objects, TreeEntry};
use crate::project::{FOLDERS, POLICY, plain};

/// What git calls the inputs of one commit: two of the same names are the same inputs.
#[derive(Clone, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub struct State {
    policy: Option<TreeEntry>,
    /// One for each of [`FOLDERS`], whatever is there.
    folders: [Option<TreeEntry>; FOLDERS.len()],
}

/// The inputs of a history.
#[derive(Debug)]
pub struct States {
    objects: Objects,
    files: BTreeMap<(String, String), Arc<SourceFile>>,
}

impl State {
    /// A name for the inputs: another one for others.
    pub fn name(&self) -> String {
        let entries = std::iter::once(&self.policy).chain(&self.folders);
        let names = entries.map(|entry| match entry {
            Some(entry) => format!("{} {}", entry.mode, entry.object),
            None => "-".to_owned(),
        });
        names.collect::<Vec<_>>().join(" ")
    }
}

impl States {
    /// Of the repository that `root` is in.
    pub fn new(root: &Path) -> Self {
        Self {
            objects: Objects::of(root),
            files: BTreeMap::new(),
        }
    }

    /// What each of `commits` has at `root`. Something else in the place of a folder or of the policy is no error here: one
    /// such commit must not hide what the others ask for.
    ///
    /// # Errors
    /// [`Exit::Unreadable`] where an object is missing.
    pub fn of(&mut self, root: &Path, commits: &[Ancestor]) -> Result<Vec<State>> {
        let (_, below) = git::place(root)?;
        let mut roots: Vec<_> = commits.iter().map(|one| Some(one.tree.clone())).collect();
        for name in below.split('/').filter(|name| !name.is_empty()) {
            roots = folders(self.below(&roots, name)?);
        }
        let mut states = vec![State::default(); commits.len()];
        for (state, policy) in states.iter_mut().zip(self.below(&roots, POLICY)?) {
            state.policy = policy;
        }
        for (at, path) in FOLDERS.iter().enumerate() {
            let (above, name) = path.split_once('/').unwrap_or(("", path));
            let above = folders(self.below(&roots, above)?);
            for (state, entry) in states.iter_mut().zip(self.below(&above, name)?) {
                state.folders[at] = entry;
            }
        }
        Ok(states)
    }

    /// The policy of a state; `None` where there is none, or no plain file.
    ///
    /// # Errors
    /// As [`States::of`].
    pub fn policy(&mut self, state: &State) -> Result<Option<Arc<SourceFile>>> {
        let policy = state.policy.as_ref();
        let Some(entry) = policy.filter(|entry| is_kind(entry, EntryKind::File)) else {
            return Ok(None);
        };
        self.objects.load([&entry.object])?;
        self.file(POLICY, &entry.object).map(Some)
    }

    /// Reads the policies of all `states` at once.
    ///
    /// # Errors
    /// As [`States::of`].
    pub fn load_policies(&mut self, states: &[State]) -> Result<()> {
        let policies = states.iter().filter_map(|state| state.policy.as_ref());
        let files = policies.filter(|entry| is_kind(entry, EntryKind::File));
        self.objects.load(files.map(|entry| &entry.object))
    }

    /// The inputs of a state. A policy that is not there is an empty file.
    ///
    /// # Errors
    /// As [`States::of`]; also for something else in the place of the policy, of a folder or of an input.
    pub fn inputs(&mut self, state: &State) -> Result<Inputs> {
        if let Some(entry) = &state.policy {
            require(entry, EntryKind::File)?;
        }
        let absent = || SourceFile::new(POLICY, "");
        let policy = self.policy(state)?.unwrap_or_else(absent);
        let mut folders = Vec::new();
        for (folder, entry) in FOLDERS.iter().zip(&state.folders) {
            folders.push(self.folder(folder, entry.as_ref())?);
        }
        let mut folders = folders.into_iter();
        let mut next = || folders.next().unwrap_or_default();
        // In the order of `FOLDERS`.
        Ok(Inputs {
            policy,
            anchors: next(),
            calendar: next(),
            endpoints: next(),
            releases: [next(), next()].concat(),
        })
    }

    fn folder(&mut self, folder: &str, entry: Option<&TreeEntry>) -> Result<Vec<Arc<SourceFile>>> {
        let Some(entry) = entry else {
            return Ok(Vec::new());
        };
        require(entry, EntryKind::Folder)?;
        let object = &entry.object;
        self.objects.load([object])?;
        let entries = self.objects.entries(object)?;
        let listed = entries.iter().map(|entry| {
            let path = format!("{folder}/{}", entry.name);
            (path, EntryKind::of_git_mode(&entry.mode))
        });
        let paths = plain(listed.collect(), "an old commit")?;
        let objects: BTreeMap<_, _> = entries
            .iter()
            .map(|entry| (format!("{folder}/{}", entry.name), &entry.object))
            .collect();
        let files = paths
            .iter()
            .filter_map(|path| Some((path, *objects.get(path)?)));
        let files: Vec<_> = files.collect();
        self.objects.load(files.iter().map(|(_, object)| *object))?;
        files
            .into_iter()
            .map(|(path, object)| self.file(path, object))
            .collect()
    }

    /// One file; the same content in the same place is the same value, so that comparing them costs nothing.
    fn file(&mut self, path: &str, object: &str) -> Result<Arc<SourceFile>> {
        let key = (path.to_owned(), object.to_owned());
        if let Some(file) = self.files.get(&key) {
            return Ok(Arc::clone(file));
        }
        let file = SourceFile::from_bytes(path, self.objects.bytes(object)?);
        self.files.insert(key, Arc::clone(&file));
        Ok(file)
    }

    /// What is called `name` in each of `folders`.
    fn below(&mut self, folders: &[Option<String>], name: &str) -> Result<Vec<Option<TreeEntry>>> {
        self.objects.load(folders.iter().flatten())?;
        let of_one = |folder: &Option<String>| {
            let Some(folder) = folder else {
                return Ok(None);
            };
            let entries = self.objects.entries(folder)?;
            Ok(entries.into_iter().find(|entry| entry.name == name))
        };
        folders.iter().map(of_one).collect()
    }
}

/// Those that are folders, by their objects.
fn folders(entries: Vec<Option<TreeEntry>>) -> Vec<Option<String>> {
    let folder = |entry: Option<TreeEntry>| {
        let entry = entry.filter(|entry| is_kind(entry, EntryKind::Folder));
        entry.map(|entry| entry.object)
    };
    entries.into_iter().map(folder).collect()
}

fn is_kind(entry: &TreeEntry, kind: EntryKind) -> bool {
    EntryKind::of_git_mode(&entry.mode) == kind
}

/// A link would be followed here and not in a commit.
fn require(entry: &TreeEntry, kind: EntryKind) -> Result<()> {
    if is_kind(entry, kind) {
        return Ok(());
    }
    let (name, found) = (&entry.name, EntryKind::of_git_mode(&entry.mode));
    Err(Failure::new(
        Exit::Unreadable,
        format!("{name} in an old commit is {found}, not {kind}"),
    ))
}
