//! Published and rebuilt files side by side, and what is stated of them.

use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::*;
use crate::attestation::rebuild::{Outcome, Rebuild};
use crate::attestation::sample::{self, Sample};
use crate::attestation::statement::Statement;
use crate::digest::sha256_hex;
use crate::failure::Failure;
use crate::signing::dsse::Envelope;
use crate::signing::sample::write_key;
use crate::{image, secure_boot, signing};

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

/// A release with an application of `code` bytes of code.
fn write_application(folder: &Path, code: usize) {
    std::fs::create_dir_all(folder).unwrap();
    signing::sample::write_release_of(folder, image::sample_application(code));
}

/// A published release, its application signed for Secure Boot as one of `signed` bytes of code, and a rebuilt one.
fn with_signed_image(
    published: usize,
    signed: usize,
    rebuilt: usize,
) -> (Case, Result<Comparison>) {
    let case = Case(tempfile::tempdir().unwrap());
    write_application(&case.path("published"), published);
    write_application(&case.path("rebuilt"), rebuilt);
    let signed = secure_boot::tests::signed(&secure_boot::tests::padded(signed), 2);
    std::fs::write(case.path("published/application.signed.bin"), signed).unwrap();
    let comparison = Comparison::of(&case.published("published").unwrap(), &case.path("rebuilt"));
    (case, comparison)
}

#[test]
fn published_signatures_behind_the_rebuilt_image_give_the_published_file() {
    let (case, comparison) = with_signed_image(700, 700, 700);
    let comparison = comparison.unwrap();
    assert!(comparison.is_match(), "{}", comparison.human());
    let signed = comparison.files.last().unwrap();
    assert_eq!(signed.name, "application.signed.bin");
    let published = std::fs::read(case.path("published/application.signed.bin")).unwrap();
    assert_eq!(signed.rebuilt, Some(sha256_hex(published)));
}

#[test]
fn another_rebuilt_image_does_not_become_the_signed_one() {
    let comparison = with_signed_image(700, 700, 900).1.unwrap();
    let differing = comparison.files.iter().filter(|file| !file.is_equal());
    let names: Vec<&str> = differing.map(|file| file.name.as_str()).collect();
    assert_eq!(
        names,
        ["application.bin", "release.json", "application.signed.bin"]
    );
}

#[test]
fn signatures_of_another_application_are_tampering_and_no_mismatch_of_the_rebuild() {
    let failure = with_signed_image(700, 900, 700).1.unwrap_err();
    assert_eq!(failure.exit, Exit::Tampered);
    assert!(failure.what.contains("another application"), "{failure}");
}

#[test]
fn a_release_that_lacks_a_file_or_has_other_sums_is_not_what_its_manifest_says() {
    let case = Case::new();
    let sums = std::fs::read_to_string(case.path("published/SHA256SUMS")).unwrap();
    for (name, content, why) in [
        ("flash.bin", None, "flash.bin: it is missing"),
        ("SHA256SUMS", None, "SHA256SUMS: it is missing"),
        (
            "SHA256SUMS",
            Some(sums.replacen('a', "b", 1)),
            "SHA256SUMS: line 1 is",
        ),
    ] {
        let case = Case::new();
        let path = case.path("published").join(name);
        match content {
            Some(content) => std::fs::write(path, content).unwrap(),
            None => std::fs::remove_file(path).unwrap(),
        }
        let failure = case.published("published").unwrap_err();
        assert_eq!(failure.exit, Exit::Tampered, "{failure}");
        assert!(failure.evidence[0].starts_with(why), "{failure}");
        // The manifest alone says enough to compare with.
        case.published("published/release.json").unwrap();
    }
}

#[test]
fn only_a_builder_of_the_policy_with_its_own_key_speaks() {
    let case = Case::new();
    let public = signing::sample::key(1).public().to_base64();
    let policy = |name: &str, public: &str| {
        let text = std::fs::read_to_string(sample::project().root.join("policy.toml")).unwrap();
        let audit = format!(
            "\n[audit]\nthreshold = 1\ndistinct = 1\nbuilders = [{{ name = \"{name}\", operator = \"o\", public = \"{public}\" }}]\n"
        );
        let file = trust::source::SourceFile::new("policy.toml", text + &audit);
        trust::policy::read(&file).policy.unwrap()
    };
    let attester = case.attester();
    attester.require_listed(&policy("lab", &public)).unwrap();
    let other = signing::sample::key(2).public().to_base64();
    for (name, key, why) in [
        ("ci", &public, "lists no builder lab"),
        ("lab", &other, "another key for the builder lab"),
    ] {
        let failure = attester.require_listed(&policy(name, key)).unwrap_err();
        assert_eq!(failure.exit, Exit::Unreadable);
        assert!(failure.what.contains(why), "{failure}");
    }
}

#[test]
fn a_builder_does_not_take_a_mismatch_back() {
    let case = Case::new();
    let published = case.published("published").unwrap();
    let path = case.path("rebuilt/trust-store.bin");
    let good = std::fs::read(&path).unwrap();
    std::fs::write(&path, "another").unwrap();
    let state = || {
        let comparison = case.comparison("published");
        case.attester().compared(published.manifest(), &comparison)
    };
    let stated_in = state().unwrap();
    std::fs::write(&path, good).unwrap();
    let failure = state().unwrap_err();
    assert_eq!(failure.exit, Exit::Findings);
    assert_eq!(stated(&stated_in, &published).outcome, Outcome::Mismatch);
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
