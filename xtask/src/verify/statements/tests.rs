use std::collections::BTreeMap;
use std::rc::Rc;

use trust::policy::{KeyRole, KeySet};

use super::*;
use crate::attestation::sample::{Sample, project};
use crate::project::Project;
use crate::signing::dsse::Envelope;
use crate::signing::key_file::SigningKeyFile;
use crate::signing::password::PasswordSource;
use crate::signing::sample::{key, key_set, listed, write_key};
use crate::verify::StoredFile;

/// A release of this checkout, whose documents are of the crates that its lockfile has.
struct Stage {
    sample: Sample,
    project: Project,
    files: BTreeMap<String, Vec<u8>>,
}

impl Stage {
    fn new() -> Self {
        let mut sample = Sample::made();
        let project = project();
        let lock = std::fs::read(project.root.join(LOCKFILE)).unwrap();
        let locked = ingredients::locked(&lock).unwrap();
        for one in &mut sample.crates {
            let same = locked.iter().find(|((name, _), hash)| {
                hash.is_some() == one.sha256.is_some() && (*name == one.name || hash.is_some())
            });
            let ((name, version), hash) = same.unwrap();
            (one.name, one.version, one.sha256) = (name.clone(), version.clone(), hash.clone());
        }
        sample.manifest.lockfile_sha256 = StoredFile::new(lock).sha256().to_owned();
        (
            sample.manifest.blobs[0].package,
            sample.manifest.blobs[0].version,
        ) = (
            sample.crates[1].name.clone(),
            sample.crates[1].version.clone(),
        );
        let files = sample.contents().files().clone();
        let mut stage = Self {
            sample,
            project,
            files,
        };
        stage.sign(&[1]);
        stage
    }

    fn sign(&mut self, numbers: &[u8]) {
        let folder = tempfile::tempdir().unwrap();
        for kind in ArtefactKind::ALL {
            let Some(name) = kind.envelope_name() else {
                continue;
            };
            let mut envelope = Envelope::new(self.files[kind.file_name()].clone());
            for number in numbers {
                let path = write_key(folder.path(), *number);
                let key = SigningKeyFile::open(&path, &PasswordSource::Terminal).unwrap();
                envelope.sign(&key).unwrap();
            }
            self.files.insert(name.to_owned(), envelope.to_bytes());
        }
    }

    /// The files as they are now, with a manifest that records them.
    fn judged(&self, step: fn(&Evidence<'_>) -> (String, Vec<Problem>)) -> Vec<Problem> {
        let keys = keys(1);
        let files = self.files.iter();
        let files =
            files.map(|(name, bytes)| (name.clone(), Rc::new(StoredFile::new(bytes.clone()))));
        step(&Evidence::new(&self.project, &keys, files.collect())).1
    }

    fn change(&mut self, name: &str, old: &str, new: &str) {
        let text = String::from_utf8(self.files[name].clone()).unwrap();
        assert!(text.contains(old), "{old} is not in {name}");
        self.files
            .insert(name.to_owned(), text.replacen(old, new, 1).into_bytes());
    }
}

/// Keys 1 and 2 release, 3 rescues.
fn keys(threshold: u32) -> KeySet {
    let roles = [KeyRole::Release, KeyRole::Release, KeyRole::Rescue];
    let keys = (1..).zip(roles);
    key_set(
        threshold,
        keys.map(|(n, role)| listed(&key(n).public(), role))
            .collect(),
    )
}

fn codes(problems: &[Problem]) -> Vec<(&str, &str, &str)> {
    problems
        .iter()
        .map(|one| (one.code, one.artefact.as_str(), one.field.as_str()))
        .collect()
}

#[test]
fn a_release_that_is_what_it_says_passes() {
    let stage = Stage::new();
    assert_eq!(codes(&stage.judged(documents)), []);
    assert_eq!(codes(&stage.judged(envelopes)), []);
}

/// One lie in each document, whatever the hashes and signatures say.
#[test]
fn a_document_that_says_something_else_is_named_with_the_place() {
    let stage = Stage::new();
    let (until, version) = (
        stage.sample.manifest.service_ends.clone(),
        stage.sample.manifest.version.clone(),
    );
    let linked = stage.sample.crates[1].name.clone();
    let cases = [
        (
            "provenance.json",
            "\"channel\": \"development\"",
            "\"channel\": \"production\"",
            "V111",
            "/predicate/buildDefinition/externalParameters/channel",
        ),
        (
            "provenance.json",
            "application.bin",
            "other.bin",
            "V111",
            "/subject/0/name",
        ),
        ("provenance.json", "  ", "\t", "V111", "content"),
        (
            "coverage.json",
            "\"verdict\": \"approved\"",
            "\"verdict\": \"best\"",
            "V111",
            "/predicate/verdict",
        ),
        (
            "coverage.json",
            &format!("\"until\": \"{until}\""),
            "\"until\": \"2099-01-01\"",
            "V111",
            "/predicate/service/until",
        ),
        (
            "coverage.json",
            "\"state\": \"sure\"",
            "\"state\": \"surest\"",
            "V107",
            "/predicate/endpoints/0/intervals/0/state",
        ),
        (
            "sbom.cdx.json",
            &format!("\"version\": \"{version}\""),
            "\"version\": \"9\"",
            "V111",
            "/metadata/component/version",
        ),
        (
            "sbom.cdx.json",
            "\"serialNumber\": \"urn:uuid:",
            "\"serialNumber\": \"urn:uuid:0",
            "V111",
            "/serialNumber",
        ),
        (
            "sbom.cdx.json",
            "cryptographic-asset",
            "library",
            "V111",
            "",
        ),
    ];
    for (name, old, new, code, place) in cases {
        let mut stage = Stage::new();
        stage.change(name, old, new);
        let problems = stage.judged(documents);
        let found = codes(&problems);
        assert_eq!(found.len(), 1, "{old}: {found:?}");
        assert_eq!((found[0].0, found[0].1), (code, name), "{old}: {found:?}");
        assert!(
            found[0].2.starts_with(place) && !found[0].2.is_empty(),
            "{found:?}"
        );
    }
    // What only the bill of materials says is held against the lockfile.
    let mut stage = Stage::new();
    stage.change(
        "sbom.cdx.json",
        &format!("\"name\": \"{linked}\""),
        "\"name\": \"other\"",
    );
    let problems = stage.judged(documents);
    assert!(
        problems
            .iter()
            .any(|one| one.field.starts_with("crate other")),
        "{problems:?}"
    );
    let mut stage = Stage::new();
    stage.change("sbom.cdx.json", "\"specVersion\"", "\"version\"");
    assert_eq!(
        codes(&stage.judged(documents)),
        [("V111", "sbom.cdx.json", "content")]
    );
}

#[test]
fn another_lockfile_and_a_blob_of_nobody_are_found() {
    let mut stage = Stage::new();
    let lock = stage.sample.manifest.lockfile_sha256.clone();
    stage.change("release.json", &lock, &"0".repeat(64));
    let problems = stage.judged(documents);
    let found = codes(&problems);
    assert!(
        found.contains(&("V107", "release.json", "lockfile-sha256")),
        "{found:?}"
    );
    let mut stage = Stage::new();
    let package = format!("\"package\": \"{}\"", stage.sample.crates[1].name);
    stage.change("release.json", &package, "\"package\": \"other\"");
    let problems = stage.judged(documents);
    let found = codes(&problems);
    assert!(
        found.contains(&("V111", "release.json", "blobs: libs/libphy.a")),
        "{found:?}"
    );
}

/// One defect in each envelope.
#[test]
fn an_envelope_that_is_not_right_is_named_with_the_place() {
    let both = |found: &[Problem], field: &str, why: &str| {
        let names: Vec<_> = found.iter().map(|one| one.artefact.as_str()).collect();
        assert_eq!(
            names,
            ["coverage.dsse.json", "provenance.dsse.json"],
            "{found:?}"
        );
        let right =
            |one: &Problem| one.code == "V112" && one.field == field && one.message.contains(why);
        assert!(found.iter().all(right), "{found:?}");
    };
    let mut stage = Stage::new();
    stage.sign(&[]);
    both(&stage.judged(envelopes), "threshold", "0 of the 1");
    let mut stage = Stage::new();
    stage.sign(&[1, 4]);
    both(
        &stage.judged(envelopes),
        "signature 0404040404040404",
        "not a key",
    );
    stage.sign(&[1, 3]);
    both(
        &stage.judged(envelopes),
        "signature 0303030303030303",
        "not a key",
    );
    stage.sign(&[1, 2]);
    assert_eq!(codes(&stage.judged(envelopes)), []);

    let mut stage = Stage::new();
    stage.files.remove("provenance.dsse.json");
    let absent = [("V112", "provenance.dsse.json", "threshold")];
    assert_eq!(codes(&stage.judged(envelopes)), absent);
    let mut stage = Stage::new();
    stage.change("coverage.dsse.json", "payloadType", "payloadtype");
    assert_eq!(
        codes(&stage.judged(envelopes)),
        [("V112", "coverage.dsse.json", "content")]
    );
    // A valid envelope of another statement.
    let mut stage = Stage::new();
    let other = stage.files["coverage.dsse.json"].clone();
    stage.files.insert("provenance.dsse.json".to_owned(), other);
    assert_eq!(
        codes(&stage.judged(envelopes)),
        [("V112", "provenance.dsse.json", "payload")]
    );
}
