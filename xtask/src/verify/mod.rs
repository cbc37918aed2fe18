//! `verify DIR`: a release, checked to the last byte.
//!
//! Each step looks at one thing and says what it saw; a step that finds something does not keep the others from
//! running. What is trusted is the policy of this checkout: its keys decide whose release it is.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use clap::{Args, ValueEnum};
use trust::channel::Channel;
use trust::gate::Verdict;
use trust::policy::{KeySet, Policy};
use trust::source::SourceFile;

use crate::cli::ChannelArgument;
use crate::digest::sha256_hex;
use crate::entry_kind::EntryKind;
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::output;
use crate::project::{POLICY, Project};
use crate::release::manifest::{FILE_NAME, ReleaseManifest};

mod accounting;
mod files;
#[cfg(test)]
mod grown_ledger;
mod images;
#[cfg(test)]
mod odd_entries;
mod problem;
mod report;
mod secure_boot;
mod signatures;
mod statements;
mod store;
mod verdict;

pub use problem::{Problem, Step};

/// Arguments of `verify`.
#[derive(Args, Debug)]
pub struct VerifyArguments {
    /// Folder of the release: dist/<version>
    directory: PathBuf,
    /// What the release must be fit for [default: the channel that it names itself]
    #[arg(long, value_enum)]
    channel: Option<ChannelArgument>,
    /// Form of the answer
    #[arg(long, value_enum, default_value_t = Form::Human)]
    format: Form,
}

/// The forms of the answer.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub enum Form {
    /// Text for people
    Human,
    /// `perennial.verification/1`
    Json,
}

/// What a verification is made from: the bytes of every file, read once.
pub struct Evidence<'a> {
    /// The project whose policy is trusted.
    project: &'a Project,
    /// The keys of that policy.
    keys: &'a KeySet,
    /// Every plain file in the folder, by name.
    files: BTreeMap<String, Rc<StoredFile>>,
    /// Every other entry of the folder, by name, and why nothing of it was read.
    unread: BTreeMap<String, String>,
    /// `release.json`, when it can be read.
    manifest: std::result::Result<ReleaseManifest, String>,
    /// What the release must be fit for; without it, for what it says itself.
    channel: Option<Channel>,
    /// The verdict on the recorded inputs, computed when it is asked for.
    verdict: OnceCell<std::result::Result<Verdict, String>>,
}

/// A file of a release, hashed when it is asked for.
#[derive(Debug)]
pub struct StoredFile {
    bytes: Vec<u8>,
    sha256: OnceCell<String>,
}

type Check = fn(&Evidence<'_>) -> (String, Vec<Problem>);

/// The steps, in the order in which trust is built.
const STEPS: &[(&str, Check)] = &[
    ("files", files::present),
    ("manifest", files::manifest),
    ("signatures", signatures::check),
    ("hashes", files::hashes),
    ("attestations", statements::envelopes),
    ("application image", images::application),
    ("flash image", images::flash),
    ("secure boot", secure_boot::check),
    ("bytes", accounting::check),
    ("trust store", store::check),
    ("inputs", verdict::inputs),
    ("verdict", verdict::check),
    ("documents", statements::documents),
];

/// Verifies the release in a folder.
///
/// # Errors
/// A folder or a policy that cannot be read. A release that is wrong ends with [`Exit::Tampered`]; one whose proof
/// does not hold with [`Exit::Findings`].
pub fn run(project: &Project, arguments: &VerifyArguments) -> Result<Exit> {
    let policy = trusted_policy(project)?;
    let folder = Folder::read(&arguments.directory)?;
    let mut evidence = Evidence {
        channel: arguments.channel.map(Channel::from),
        ..Evidence::new(project, &policy.signing, folder.files)
    };
    evidence.leave_unread(folder.unread);
    let steps: Vec<Step> = steps(&evidence).collect();
    output::print(&match arguments.format {
        Form::Human => report::human(&arguments.directory, &steps),
        Form::Json => report::json(&evidence, &steps),
    })?;
    Ok(exit_of(&steps))
}

/// What every step saw in the release in `directory`.
///
/// # Errors
/// A folder or a policy that cannot be read.
pub fn examined(project: &Project, directory: &Path) -> Result<Vec<Step>> {
    let policy = trusted_policy(project)?;
    let folder = Folder::read(directory)?;
    let mut evidence = Evidence::new(project, &policy.signing, folder.files);
    evidence.leave_unread(folder.unread);
    Ok(steps(&evidence).collect())
}

/// Every step, run as the iterator advances.
pub fn steps<'a>(evidence: &'a Evidence<'_>) -> impl Iterator<Item = Step> + 'a {
    STEPS
        .iter()
        .map(|(name, check)| Step::new(name, check(evidence)))
}

/// The step of this name alone, for those who know where to look; none where no step has the name.
pub fn step(name: &str, evidence: &Evidence<'_>) -> Option<Step> {
    let (name, check) = STEPS.iter().find(|(known, _)| *known == name)?;
    Some(Step::new(name, check(evidence)))
}

/// Tampering outweighs a verdict: of bytes that nobody signed there is nothing to prove.
fn exit_of(steps: &[Step]) -> Exit {
    let problems = || steps.iter().flat_map(|step| &step.problems);
    match problems()
        .map(|problem| problem.exit())
        .find(|exit| *exit == Exit::Tampered)
    {
        Some(tampered) => tampered,
        None => problems().next().map_or(Exit::Done, Problem::exit),
    }
}

/// The policy of this checkout, whose keys decide whose release it is.
///
/// # Errors
/// [`Exit::Unreadable`] when it cannot be read or has mistakes.
pub fn trusted_policy(project: &Project) -> Result<Policy> {
    let path = project.root.join(POLICY);
    let bytes = std::fs::read(&path).map_err(|error| Failure::io("read", &path, &error))?;
    let reading = trust::policy::read(&SourceFile::from_bytes(POLICY, &bytes));
    reading.policy.ok_or_else(|| {
        Failure::new(
            Exit::Unreadable,
            format!(
                "{} has mistakes, so that no key in it is trusted",
                path.display()
            ),
        )
        .help("`cargo xtask check` shows them")
    })
}

/// What is in the folder of a release.
struct Folder {
    /// Plain files, by name.
    files: BTreeMap<String, Rc<StoredFile>>,
    /// What is no file of a release, by name, and why.
    unread: BTreeMap<String, String>,
}

/// The largest file that a release may have: sixteen times the flash.
const MAX_BYTES: u64 = 64 << 20;

impl Folder {
    /// Reads every file of a folder.
    ///
    /// # Errors
    /// [`Exit::Unreadable`] for a folder or file that cannot be read.
    fn read(directory: &Path) -> Result<Self> {
        let unlisted = |error| Failure::io("list", directory, &error);
        let entries = std::fs::read_dir(directory).map_err(|error| {
            unlisted(error).help("give the folder of a release: dist/<version>")
        })?;
        let (mut files, mut unread) = (BTreeMap::new(), BTreeMap::new());
        for entry in entries {
            let entry = entry.map_err(unlisted)?;
            let name = entry.file_name().to_string_lossy().into_owned();
            match read_plain(&entry.path())? {
                Ok(bytes) => drop(files.insert(name, Rc::new(StoredFile::new(bytes)))),
                Err(why) => drop(unread.insert(name, why)),
            }
        }
        Ok(Self { files, unread })
    }
}

/// Reads a file that is one, or says why not: a link, a pipe or a folder in a release is somebody's trick.
fn read_plain(path: &Path) -> Result<std::result::Result<Vec<u8>, String>> {
    let unread = |error| Failure::io("read", path, &error);
    let metadata = std::fs::symlink_metadata(path).map_err(unread)?;
    if !metadata.is_file() {
        let kind = EntryKind::from(metadata.file_type());
        return Ok(Err(format!("it is {kind}, not a plain file")));
    }
    if metadata.len() > MAX_BYTES {
        let length = metadata.len();
        return Ok(Err(format!(
            "it has {length} bytes; no file of a release has more than {MAX_BYTES} (64 MiB)"
        )));
    }
    std::fs::read(path).map(Ok).map_err(unread)
}

impl StoredFile {
    /// A file with this content.
    pub fn new(bytes: Vec<u8>) -> Self {
        Self {
            bytes,
            sha256: OnceCell::new(),
        }
    }

    /// Its content, for somebody who changes it: a changed file has another hash.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// Its content.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    fn sha256(&self) -> &str {
        self.sha256.get_or_init(|| sha256_hex(&self.bytes))
    }
}

impl<'a> Evidence<'a> {
    /// What `files` are, for those who trust `keys` and have `project`.
    pub fn new(
        project: &'a Project,
        keys: &'a KeySet,
        files: BTreeMap<String, Rc<StoredFile>>,
    ) -> Self {
        let manifest = match files.get(FILE_NAME) {
            Some(file) => ReleaseManifest::from_bytes(&file.bytes),
            None => Err("the file is missing".to_owned()),
        };
        Self {
            project,
            keys,
            files,
            manifest,
            unread: BTreeMap::new(),
            channel: None,
            verdict: OnceCell::new(),
        }
    }

    /// Says what else is in the folder, by name, and why nothing of it was read.
    fn leave_unread(&mut self, unread: BTreeMap<String, String>) {
        if let Some(why) = unread.get(FILE_NAME) {
            self.manifest = Err(why.clone());
        }
        self.unread = unread;
    }

    /// The bytes of a file; none where it is missing, which the step `files` reports.
    fn bytes(&self, name: &str) -> Option<&[u8]> {
        self.files.get(name).map(|file| file.bytes())
    }
}
