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
    /// One for each of [`FOLDERS`].
    folders: [Option<String>; FOLDERS.len()],
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
        let policy = self.policy.iter().map(|entry| entry.object.as_str());
        let policy = policy.chain(self.policy.is_none().then_some("-"));
        let folders = self
            .folders
            .iter()
            .map(|folder| folder.as_deref().unwrap_or("-"));
        policy.chain(folders).collect::<Vec<_>>().join(" ")
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

    /// What each of `commits` has at `root`.
    ///
    /// # Errors
    /// [`Exit::Unreadable`] where an object is missing, or something else is in the place of a folder or of the policy.
    pub fn of(&mut self, root: &Path, commits: &[Ancestor]) -> Result<Vec<State>> {
        let (_, below) = git::place(root)?;
        let mut roots: Vec<_> = commits.iter().map(|one| Some(one.tree.clone())).collect();
        for name in below.split('/').filter(|name| !name.is_empty()) {
            roots = self.below(&roots, name)?;
        }
        let mut states = vec![State::default(); commits.len()];
        self.load(&roots)?;
        for (state, root) in states.iter_mut().zip(&roots) {
            state.policy = self.entry(root.as_deref(), POLICY)?;
        }
        for (at, folder) in FOLDERS.iter().enumerate() {
            let mut folders = roots.clone();
            for name in folder.split('/') {
                folders = self.below(&folders, name)?;
            }
            for (state, folder) in states.iter_mut().zip(folders) {
                state.folders[at] = folder;
            }
        }
        Ok(states)
    }

    /// The policy of a state; `None` where there is none.
    ///
    /// # Errors
    /// As [`States::of`].
    pub fn policy(&mut self, state: &State) -> Result<Option<Arc<SourceFile>>> {
        let Some(entry) = &state.policy else {
            return Ok(None);
        };
        require(entry, EntryKind::File, POLICY)?;
        self.objects.load([&entry.object])?;
        self.file(POLICY, &entry.object).map(Some)
    }

    /// Reads the policies of all `states` at once.
    ///
    /// # Errors
    /// As [`States::of`].
    pub fn load_policies(&mut self, states: &[State]) -> Result<()> {
        let policies = states.iter().filter_map(|state| state.policy.as_ref());
        let files = policies.filter(|entry| EntryKind::of_git_mode(&entry.mode) == EntryKind::File);
        self.objects.load(files.map(|entry| &entry.object))
    }

    /// The inputs of a state. A policy that is not there is an empty file.
    ///
    /// # Errors
    /// As [`States::of`]; also for an entry among the inputs that is no plain file.
    pub fn inputs(&mut self, state: &State) -> Result<Inputs> {
        let absent = || SourceFile::new(POLICY, "");
        let policy = self.policy(state)?.unwrap_or_else(absent);
        let mut folders = Vec::new();
        for (folder, object) in FOLDERS.iter().zip(&state.folders) {
            folders.push(self.folder(folder, object.as_ref())?);
        }
        let mut folders = folders.into_iter();
        let mut next = || folders.next().unwrap_or_default();
        // In the order of `FOLDERS`.
        Ok(Inputs {
            policy,
            anchors: next(),
            calendar: next(),
            endpoints: next(),
            releases: next(),
        })
    }

    fn folder(&mut self, folder: &str, object: Option<&String>) -> Result<Vec<Arc<SourceFile>>> {
        let Some(object) = object else {
            return Ok(Vec::new());
        };
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

    fn load(&mut self, folders: &[Option<String>]) -> Result<()> {
        self.objects.load(folders.iter().flatten())
    }

    /// The folder `name` in each of `folders`.
    fn below(&mut self, folders: &[Option<String>], name: &str) -> Result<Vec<Option<String>>> {
        self.load(folders)?;
        let of_one = |folder: &Option<String>| {
            let Some(entry) = self.entry(folder.as_deref(), name)? else {
                return Ok(None);
            };
            require(&entry, EntryKind::Folder, name)?;
            Ok(Some(entry.object))
        };
        folders.iter().map(of_one).collect()
    }

    fn entry(&self, folder: Option<&str>, name: &str) -> Result<Option<TreeEntry>> {
        let Some(folder) = folder else {
            return Ok(None);
        };
        let entries = self.objects.entries(folder)?;
        Ok(entries.into_iter().find(|entry| entry.name == name))
    }
}

/// A link would be followed here and not in a commit.
fn require(entry: &TreeEntry, kind: EntryKind, name: &str) -> Result<()> {
    let found = EntryKind::of_git_mode(&entry.mode);
    if found == kind {
        return Ok(());
    }
    Err(Failure::new(
        Exit::Unreadable,
        format!("{name} in an old commit is {found}, not {kind}"),
    ))
}
