//! The files of `trust/approvals/`: texts, and their signatures beside them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use trust::policy::ApproverKey;
use trust::review::approval::Approval;
use trust::review::approvals::{Base, History, ReviewedChange, Signature, SignedApproval, Stray};
use trust::source::SourceFile;

use super::history::keys;
use super::signature;
use crate::failure::{Failure, Result};
use crate::git;
use crate::project::Project;

/// Where approvals lie.
pub const FOLDER: &str = "trust/approvals";

/// What the name of an approval ends with.
pub const ENDING: &str = ".approval";

/// What is behind it in the name of an SSH signature.
pub const SSH_ENDING: &str = ".sig";

/// What is behind it in the name of a signature of minisign.
pub const MINISIGN_ENDING: &str = ".minisig";

/// The folder, read.
#[derive(Debug, Default)]
pub struct Folder {
    /// Where the project is in its repository; empty where there is none.
    project: String,
    files: BTreeMap<String, Vec<u8>>,
}

impl Folder {
    /// Reads what lies in the working tree.
    ///
    /// # Errors
    /// [`crate::exit::Exit::Unreadable`] for a file that cannot be read, or an entry that is no plain file.
    pub fn read(project: &Project) -> Result<Self> {
        let mut files = BTreeMap::new();
        for path in project.files_below(FOLDER)? {
            let full = project.root.join(&path);
            let bytes = std::fs::read(&full).map_err(|error| Failure::io("read", &full, &error))?;
            files.insert(path, bytes);
        }
        // Without a repository there is no change that any of them could count for.
        let project = git::folder(&project.root).unwrap_or_default();
        Ok(Self { project, files })
    }

    /// Whether nobody approved anything.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// Where no change asks for approvals.
    pub fn alone(&self) -> History {
        self.with(Vec::new(), &BTreeMap::new())
    }

    /// The approvals with what is known of them beside `changes`; `bases` are the commits of the history.
    pub fn with(&self, changes: Vec<ReviewedChange>, bases: &BTreeMap<String, Base>) -> History {
        let keys = keys(&changes);
        let mut approvals = Vec::new();
        let mut strays = Vec::new();
        let mut used = BTreeSet::new();
        for (path, bytes) in self.files.iter().filter(|(path, _)| path.ends_with(ENDING)) {
            let file = SourceFile::from_bytes(path.as_str(), bytes);
            used.extend([
                path.clone(),
                path.clone() + SSH_ENDING,
                path.clone() + MINISIGN_ENDING,
            ]);
            // Bytes that are not UTF-8 would be read as other ones than were signed.
            if file.text.as_bytes() != bytes {
                strays.push(stray(file, "it is not UTF-8"));
                continue;
            }
            let text = Approval::parse(&file.text);
            let base = text.as_ref().ok().and_then(|text| bases.get(&text.base));
            approvals.push(SignedApproval {
                base: base.cloned(),
                signature: self.signature(path, bytes, &keys),
                text,
                file,
            });
        }
        let others = self.files.iter().filter(|(path, _)| !used.contains(*path));
        strays.extend(others.map(|(path, bytes)| {
            let file = SourceFile::from_bytes(path.as_str(), bytes);
            stray(file, "it is neither an approval nor the signature of one")
        }));
        History {
            project: self.project.clone(),
            changes: Ok(changes),
            approvals,
            strays,
        }
    }

    fn signature(&self, path: &str, bytes: &[u8], keys: &[ApproverKey]) -> Signature {
        let beside = |ending: &str| self.files.get(&format!("{path}{ending}"));
        match (beside(SSH_ENDING), beside(MINISIGN_ENDING)) {
            (None, None) => Signature::Missing,
            (Some(ssh), None) => signature::of_ssh(bytes, ssh),
            (None, Some(minisign)) => signature::of_minisign(bytes, minisign, keys),
            (Some(_), Some(_)) => Signature::Refused(
                "there are two signatures beside it, of SSH and of minisign: which one counts?"
                    .to_owned(),
            ),
        }
    }
}

fn stray(file: Arc<SourceFile>, why: &str) -> Stray {
    Stray {
        file,
        why: why.to_owned(),
    }
}
