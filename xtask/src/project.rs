//! The project on disk: where it is, and its inputs.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use trust::gate::Inputs;
use trust::ledger::RESCUES;
use trust::source::SourceFile;

use crate::digest::{directory_hash, sha256_hex};
use crate::entry_kind::EntryKind;
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::git;

/// The policy file, in the root of a project.
pub const POLICY: &str = "policy.toml";

/// The folders that a verdict is made from, besides the policy.
pub const FOLDERS: [&str; 5] = [
    "trust/anchors",
    "trust/calendar",
    "trust/endpoints",
    RELEASES,
    RESCUES,
];

/// The ledger: one file for each shipped release.
pub const RELEASES: &str = "trust/releases";

/// A project: a folder with a policy.
#[derive(Clone, Debug)]
pub struct Project {
    /// Its root.
    pub root: PathBuf,
}

/// The files that a verdict is made from, and their hashes.
#[derive(Clone, Debug)]
pub struct ProjectInputs {
    /// For the gate.
    pub inputs: Inputs,
    /// SHA-256 in hexadecimal of each file, by its path in the project.
    pub sha256: BTreeMap<String, String>,
}

/// Folders with a file for each release or rescue store. A release records each as a whole: devices hold what it records in memory,
/// and that must not grow with every release before it.
const GROWING_FOLDERS: [&str; 2] = ["trust/releases/", "trust/rescues/"];

impl ProjectInputs {
    /// What a release records of them: the SHA-256 of each file by its path, and the [`directory_hash`] of a folder with a file for each
    /// release by the folder's path, which ends with a slash.
    pub fn recorded(&self) -> BTreeMap<String, String> {
        let (growing, mut recorded): (BTreeMap<_, _>, BTreeMap<_, _>) =
            (self.sha256.clone().into_iter()).partition(|(path, _)| growing_folder(path).is_some());
        for folder in GROWING_FOLDERS {
            let names = growing
                .iter()
                .filter_map(|(path, hash)| Some((path.strip_prefix(folder)?, &**hash)));
            let files: Vec<_> = names.collect();
            if !files.is_empty() {
                recorded.insert(folder.to_owned(), directory_hash(&files));
            }
        }
        recorded
    }
}

fn growing_folder(path: &str) -> Option<&'static str> {
    GROWING_FOLDERS
        .into_iter()
        .find(|folder| path.starts_with(folder))
}

impl Project {
    /// The project in `given`, else in the working folder or the nearest one above it.
    ///
    /// # Errors
    /// [`Exit::Unreadable`] where there is no policy: a missing policy is never an empty one.
    pub fn find(given: Option<&Path>) -> Result<Self> {
        let working =
            std::env::current_dir().map_err(|error| Failure::io("open", Path::new("."), &error))?;
        let start = given.map_or_else(|| working.clone(), |given| working.join(given));
        let candidates = start
            .ancestors()
            .take(if given.is_some() { 1 } else { usize::MAX });
        let found = candidates
            .into_iter()
            .find(|folder| folder.join(POLICY).is_file());
        found
            .map(|root| Self {
                root: root.to_owned(),
            })
            .ok_or_else(|| {
                Failure::new(
                    Exit::Unreadable,
                    format!("there is no {POLICY} in {}", start.display()),
                )
                .help("run it in a checkout of the project, or say where that is: --project DIR")
            })
    }

    /// Where the project keeps what can be made again: below `target/`, whatever `CARGO_TARGET_DIR` says.
    pub fn private_folder(&self) -> PathBuf {
        self.root.join("target/perennial")
    }

    /// Reads the inputs as they lie in the folder.
    ///
    /// # Errors
    /// [`Exit::Unreadable`] for a file or folder that cannot be read. A folder that is not there has no files.
    pub fn inputs(&self) -> Result<ProjectInputs> {
        let mut files = vec![POLICY.to_owned()];
        for folder in FOLDERS {
            files.extend(self.files_below(folder)?);
        }
        collect(files, |path| {
            let full = self.root.join(path);
            std::fs::read(&full).map_err(|error| Failure::io("read", &full, &error))
        })
    }

    /// Reads the inputs as they were in `commit`.
    ///
    /// # Errors
    /// [`Exit::Unreadable`] where git does not have the commit or a file of it.
    pub fn inputs_at(&self, commit: &str) -> Result<ProjectInputs> {
        if commit.len() != 40 || !commit.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(Failure::new(
                Exit::Unreadable,
                format!("{commit:?} is not a commit: 40 hexadecimal digits"),
            ));
        }
        let mut files = vec![POLICY.to_owned()];
        for folder in FOLDERS {
            let entries = git::entries_at(&self.root, commit, folder)?;
            files.extend(plain(entries, &format!("commit {commit}"))?);
        }
        collect(files, |path| git::file_at(&self.root, commit, path))
    }

    /// The plain files in `folder`, as paths from the root of the project; not its description and hidden files.
    ///
    /// # Errors
    /// As of [`Project::inputs`].
    pub fn files_below(&self, folder: &str) -> Result<Vec<String>> {
        let full = self.root.join(folder);
        let unlisted = |error| Failure::io("list", &full, &error);
        let entries = match std::fs::read_dir(&full) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(unlisted(error)),
        };
        let mut found = Vec::new();
        for entry in entries {
            let entry = entry.map_err(unlisted)?;
            let kind = EntryKind::from(entry.file_type().map_err(unlisted)?);
            let name = entry.file_name().to_string_lossy().into_owned();
            found.push((format!("{folder}/{name}"), kind));
        }
        found.sort();
        plain(found, &self.root.display().to_string())
    }
}

/// The inputs among the entries of a folder, each with what it is. A folder or a link would be read differently here and
/// in a commit, or not at all: nobody passes it over in silence.
pub fn plain(entries: Vec<(String, EntryKind)>, place: &str) -> Result<Vec<String>> {
    let inputs = entries.into_iter().filter(|(path, _)| is_input(path));
    let named = |(path, kind)| match kind {
        EntryKind::File => Ok(path),
        kind => Err(Failure::new(
            Exit::Unreadable,
            format!("{path} in {place} is {kind}, not a plain file"),
        )
        .evidence("every entry of this folder is an input, but for README.md and hidden files")
        .help("put the file itself there, or move the entry out of the folder")),
    };
    inputs.map(named).collect()
}

/// Whether a file in one of the folders is an input: all of them, but for the folder's own description and
/// hidden files.
fn is_input(path: &str) -> bool {
    trust::anchors::is_pool_file(path)
}

fn collect(files: Vec<String>, read: impl Fn(&str) -> Result<Vec<u8>>) -> Result<ProjectInputs> {
    let mut sha256 = BTreeMap::new();
    let mut sources: Vec<Arc<SourceFile>> = Vec::new();
    for path in files {
        let bytes = read(&path)?;
        sha256.insert(path.clone(), sha256_hex(&bytes));
        sources.push(SourceFile::from_bytes(path, &bytes));
    }
    let below = |folder: &str| -> Vec<_> {
        sources
            .iter()
            .filter(|file| file.name.starts_with(folder))
            .cloned()
            .collect()
    };
    let inputs = Inputs {
        policy: Arc::clone(&sources[0]),
        anchors: below("trust/anchors/"),
        calendar: below("trust/calendar/"),
        endpoints: below("trust/endpoints/"),
        releases: [below("trust/releases/"), below("trust/rescues/")].concat(),
    };
    Ok(ProjectInputs { inputs, sha256 })
}

#[cfg(test)]
mod tests;
