//! `build-firmware --record`: the entry of a release that was just made.

use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use sha2::{Digest as _, Sha256};
use trust::ledger::{Ledger, Release, ReleaseArtefact};
use trust::source::SourceFile;

use super::print;
use crate::atomic::{self, Existing, Readers};
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::git::Head;
use crate::progress::Progress;
use crate::project::{Project, RELEASES};
use crate::release::contents::ReleaseContents;

/// A release of a dirty tree is nobody's release: no device runs it, and nobody could build it again.
///
/// # Errors
/// [`Exit::Findings`] for a dirty tree.
pub fn require_recordable(head: &Head) -> Result<()> {
    if head.changed.is_empty() {
        return Ok(());
    }
    let what = "the tree has changes that are in no commit: such a release is not recorded";
    let failure = Failure::new(Exit::Findings, what);
    let shown = head.changed.iter().fold(failure, Failure::evidence);
    Err(shown.help("commit them, or build without --record"))
}

/// The published files, ordered by name.
pub fn artefacts(release: &ReleaseContents) -> Vec<ReleaseArtefact> {
    let artefact = |(name, bytes): (&String, &Vec<u8>)| ReleaseArtefact {
        name: name.clone(),
        sha256: Sha256::digest(bytes).into(),
    };
    release.files().iter().map(artefact).collect()
}

/// Writes the entry, and says what to do with it. A file that says the same stays; one that says the same and how many
/// devices run the release does too, and one that was recorded before partition tables were.
///
/// # Errors
/// [`Exit::Unreadable`] when another entry is there, which then stays as it is, and when it cannot be written.
pub fn record(
    project: &Project,
    release: &Release,
    out: &mut dyn Write,
    progress: Progress,
) -> Result<()> {
    let shown = format!("{RELEASES}/{}", release.file_name());
    let path = project.root.join(&shown);
    if path.exists() {
        same(&path, &shown, release)?;
        progress.say("the release was recorded already");
        return print(out, &format!("{shown}\n"));
    }
    let folder = project.root.join(RELEASES);
    std::fs::create_dir_all(&folder).map_err(|error| Failure::io("make", &folder, &error))?;
    atomic::write(
        &path,
        release.to_toml().as_bytes(),
        Existing::Refuse,
        Readers::Everyone,
    )?;
    progress.say("recorded; review the file and commit it: every later release is judged with it");
    print(out, &format!("{shown}\n"))
}

/// The entry that is there is this one, whatever it says about `units`, and where it says nothing of the partition table.
fn same(path: &Path, shown: &str, release: &Release) -> Result<()> {
    let bytes = std::fs::read(path).map_err(|error| Failure::io("read", path, &error))?;
    let file = SourceFile::from_bytes(shown, &bytes);
    let (ledger, _) = Ledger::read(&[Arc::clone(&file)]);
    let counted = ledger.releases().next().map(|found| Release {
        units: found.release.units,
        partition_table_sha256: (found.release.partition_table_sha256)
            .and(release.partition_table_sha256),
        ..release.clone()
    });
    let is_same = |expected: &Release| {
        ledger
            .releases()
            .next()
            .is_some_and(|found| found.release == *expected)
    };
    if counted.as_ref().is_some_and(is_same) {
        return Ok(());
    }
    let ours = release.to_toml();
    let lines = ours.lines().zip(file.text.lines());
    let differs = lines.enumerate().find(|(_, (ours, theirs))| ours != theirs);
    let line = differs.map_or_else(
        || ours.lines().count().min(file.text.lines().count()) + 1,
        |(at, _)| at + 1,
    );
    let what =
        format!("{shown} records another release of this version; what shipped never changes");
    Err(Failure::new(Exit::Unreadable, what)
        .evidence(format!("line {line} is the first that differs"))
        .help("the release itself is in its folder; if the file was never committed, remove it and run this again"))
}
