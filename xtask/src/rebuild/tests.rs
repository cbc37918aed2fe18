//! Published and rebuilt files side by side, and what is stated of them.

use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::*;
use crate::attestation::rebuild::{Outcome, Rebuild};
use crate::attestation::sample::{self, Sample};
use crate::attestation::statement::Statement;
use crate::failure::Failure;
use crate::signing::dsse::Envelope;
use crate::signing::sample::write_key;

/// A release in `published`, and the same in `rebuilt`.
struct Case(TempDir);

impl Case {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let contents = Sample::made().contents();
        for place in ["published", "rebuilt"] {
            std::fs::create_dir(folder.path().join(place)).unwrap();
            for (name, bytes) in contents.files() {
                std::fs::write(folder.path().join(place).join(name), bytes).unwrap();
            }
        }
        Self(folder)
    }

    fn path(&self, below: &str) -> PathBuf {
        self.0.path().join(below)
    }

    fn published(&self, below: &str) -> Result<Published> {
        Published::read(&self.path(below))
    }

    fn comparison(&self, below: &str) -> Comparison {
        Comparison::of(&self.published(below).unwrap(), &self.path("rebuilt")).unwrap()
    }

    fn attester(&self) -> Attester {
        let arguments = AttestArguments::named(
            "lab",
            write_key(self.0.path(), 1),
            self.path("attestations"),
        );
        Attester::of(&sample::project(), &arguments)
            .unwrap()
            .unwrap()
    }
}

/// What is stated in a file, after its signature was looked for.
fn stated(path: &Path, published: &Published) -> Rebuild {
    let envelope = Envelope::from_bytes(&std::fs::read(path).unwrap()).unwrap();
    let statement: Statement<Rebuild> =
        Statement::from_bytes(envelope.unverified_payload()).unwrap();
    assert_eq!(statement.predicate.fault(published.manifest()), None);
    statement.predicate
}

#[test]
fn the_same_files_are_a_match_that_is_stated() {
    let case = Case::new();
    for below in ["published", "published/release.json"] {
        let comparison = case.comparison(below);
        assert_eq!(comparison.exit(), Exit::Done);
        assert!(!comparison.human().contains("MISMATCH"));
        let published = case.published(below).unwrap();
        let path = case
            .attester()
            .compared(published.manifest(), &comparison)
            .unwrap();
        assert!(path.ends_with(format!(
            "{}/lab/rebuild.dsse.json",
            published.manifest().version
        )));
        assert_eq!(stated(&path, &published).outcome, Outcome::Match);
    }
}

#[test]
fn another_byte_is_a_mismatch_with_its_range() {
    let case = Case::new();
    let rebuilt = case.path("rebuilt/trust-store.bin");
    let mut bytes = std::fs::read(&rebuilt).unwrap();
    bytes[3] ^= 1;
    std::fs::write(&rebuilt, bytes).unwrap();
    for (below, range) in [("published", 0..10), ("published/release.json", 0..10)] {
        let comparison = case.comparison(below);
        assert_eq!(comparison.exit(), Exit::NotReproducible);
        assert!(comparison.human().contains("MISMATCH"));
        let json: serde_json::Value =
            serde_json::from_str(&comparison.json(case.published(below).unwrap().manifest()))
                .unwrap();
        assert_eq!(json["outcome"], "mismatch");
        let published = case.published(below).unwrap();
        let path = case
            .attester()
            .compared(published.manifest(), &comparison)
            .unwrap();
        let rebuild = stated(&path, &published);
        assert_eq!(rebuild.outcome, Outcome::Mismatch);
        let store = rebuild
            .artefacts
            .iter()
            .find(|one| one.name == "trust-store.bin")
            .unwrap();
        let found = (store.ranges[0].start, store.ranges[0].end);
        assert_eq!(found, (range.start, range.end), "{:?}", store.ranges);
    }
}

#[test]
fn a_file_that_the_rebuild_does_not_have_is_a_mismatch_of_all_of_it() {
    let case = Case::new();
    std::fs::remove_file(case.path("rebuilt/trust-store.bin")).unwrap();
    let published = case.published("published").unwrap();
    let comparison = case.comparison("published");
    assert_eq!(comparison.exit(), Exit::NotReproducible);
    assert!(comparison.human().contains("made no such file"));
    let path = case.attester().compared(published.manifest(), &comparison);
    let rebuild = stated(&path.unwrap(), &published);
    assert_eq!(rebuild.outcome, Outcome::Mismatch);
    let mut files = rebuild.artefacts.iter();
    let store = files.find(|one| one.name == "trust-store.bin").unwrap();
    assert_eq!(store.rebuilt_sha256, None);
    let size = published.file("trust-store.bin").unwrap().len() as u64;
    assert_eq!((store.ranges[0].start, store.ranges[0].end), (0, size));
}

#[test]
fn a_release_that_no_key_of_the_policy_signed_is_not_run() {
    let case = Case::new();
    for below in ["published", "published/release.json"] {
        let failure = case
            .published(below)
            .unwrap()
            .require_signed(&sample::project())
            .unwrap_err();
        assert_eq!(failure.exit, Exit::Tampered);
        assert!(failure.help.contains("--dangerously-run-unsigned"));
    }
}

#[test]
fn a_version_that_names_another_folder_is_none() {
    let case = Case::new();
    let manifest = case.path("published/release.json");
    let text = std::fs::read_to_string(&manifest).unwrap();
    let version = case
        .published("published")
        .unwrap()
        .manifest()
        .version
        .clone();
    for other in ["../../published", "/tmp/x", "", ".hidden", "-v"] {
        std::fs::write(&manifest, text.replacen(&version, other, 1)).unwrap();
        assert!(case.published("published").is_err(), "{other}");
    }
}

#[test]
fn another_toolchain_than_the_recorded_one_proves_nothing() {
    let case = Case::new();
    let manifest = case.path("rebuilt/release.json");
    let text = std::fs::read_to_string(&manifest).unwrap();
    std::fs::write(&manifest, text.replacen("rustc 1.96.0", "rustc 1.97.0", 1)).unwrap();
    let outcome = Comparison::of(&case.published("published").unwrap(), &case.path("rebuilt"));
    assert_eq!(outcome.unwrap_err().exit, Exit::Environment);
}

#[test]
fn a_build_that_failed_is_stated_with_its_reason_and_takes_nothing_back() {
    let case = Case::new();
    let published = case.published("published").unwrap();
    let failure = Failure::new(Exit::Environment, "no compiler");
    let path = case
        .attester()
        .failed(published.manifest(), &failure)
        .unwrap()
        .unwrap();
    let rebuild = stated(&path, &published);
    assert_eq!(
        (rebuild.outcome, rebuild.reason.as_deref()),
        (Outcome::BuildFailed, Some("no compiler"))
    );
    case.attester()
        .compared(published.manifest(), &case.comparison("published"))
        .unwrap();
    assert_eq!(
        case.attester()
            .failed(published.manifest(), &failure)
            .unwrap(),
        None
    );
    assert_eq!(stated(&path, &published).outcome, Outcome::Match);
}

#[test]
fn what_cannot_be_rebuilt_is_refused_before_anything_is_built() {
    let case = Case::new();
    let manifest = case.path("published/release.json");
    let text = std::fs::read_to_string(&manifest).unwrap();
    let dirty = text.replacen("\"dirty\": false", "\"dirty\": true", 1);
    std::fs::write(&manifest, dirty).unwrap();
    let failure = case.published("published").unwrap_err();
    assert_eq!(
        failure.evidence,
        ["it was built with changes that are in no commit"]
    );
    std::fs::write(&manifest, "{}").unwrap();
    assert!(
        case.published("published")
            .unwrap_err()
            .what
            .contains("is no release manifest")
    );
    std::fs::write(&manifest, text).unwrap();
    std::fs::write(case.path("published/flash.bin"), "exchanged").unwrap();
    assert_eq!(
        case.published("published").unwrap_err().exit,
        Exit::Tampered
    );
}

#[test]
fn a_commit_that_is_not_here_is_named_with_the_next_step() {
    let case = Case::new();
    let published = case.published("published").unwrap();
    let private = case.path("private");
    let outcome = Place::from_repository(
        &sample::project(),
        published.manifest(),
        &private,
        Progress::Silent,
    );
    let failure = outcome.unwrap_err();
    assert!(failure.what.contains(sample::COMMIT));
    assert!(failure.help.contains("--capsule"));
    assert!(!private.exists());
}
