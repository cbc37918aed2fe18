//! A release is verified with the ledger of its commit, whatever was recorded since.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::rc::Rc;

use super::{Evidence, StoredFile, trusted_policy, verdict};
use crate::project::Project;
use crate::release::manifest::{FILE_NAME, ReleaseManifest, SCHEMA, StoreRecord, ToolchainRecord};
use crate::scratch;

const ENTRY: &str =
    include_str!("../../../trust/fixtures/rules/L903-ledger-bad-value/pass/releases/1.0.4.toml");

#[test]
fn an_older_release_passes_when_the_ledger_has_grown() {
    let folder = tempfile::tempdir().unwrap();
    let project = project(folder.path());
    let manifest = manifest(&project, scratch::commit(&project.root));
    assert_eq!(
        steps(&project, &manifest),
        ("in this checkout".to_owned(), vec![])
    );

    let releases = project.root.join("trust/releases");
    fs::create_dir(&releases).unwrap();
    let path = releases.join("1.0.4.toml");
    let in_commit = format!("in commit {}", manifest.commit);
    // Recorded and not yet committed; committed; and then damaged.
    fs::write(&path, retired()).unwrap();
    assert_eq!(steps(&project, &manifest), (in_commit.clone(), vec![]));
    let grown = scratch::commit(&project.root);
    assert_eq!(steps(&project, &manifest), (in_commit.clone(), vec![]));
    let later = self::manifest(&project, grown);
    assert_eq!(later.inputs.len(), manifest.inputs.len() + 1);
    assert_eq!(
        steps(&project, &later),
        ("in this checkout".to_owned(), vec![])
    );
    fs::write(&path, ENTRY.replace("units", "unit")).unwrap();
    scratch::commit(&project.root);
    assert_eq!(steps(&project, &manifest), (in_commit.clone(), vec![]));
    // Neither does a ledger that cannot be read at all.
    fs::create_dir(releases.join("odd")).unwrap();
    project.inputs().unwrap_err();
    assert_eq!(steps(&project, &manifest), (in_commit, vec![]));
}

#[test]
fn a_ledger_with_a_mistake_closes_the_gate_of_the_releases_after_it() {
    let folder = tempfile::tempdir().unwrap();
    let project = project(folder.path());
    let releases = project.root.join("trust/releases");
    fs::create_dir(&releases).unwrap();
    fs::write(releases.join("1.0.4.toml"), ENTRY.replace("units", "unit")).unwrap();
    let manifest = manifest(&project, scratch::commit(&project.root));
    let (_, problems) = steps(&project, &manifest);
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert!(problems[0].contains("L902"), "{problems:?}");
}

/// The day of the facts is a part of the question that was asked, and of no question about devices in the field.
#[test]
fn a_release_is_judged_by_the_facts_of_the_day_that_it_names() {
    let folder = tempfile::tempdir().unwrap();
    let project = project(folder.path());
    let event = "schema-version = 1\n\n[[event]]\ndate = \"2027-01-01\"\nannounced = \"2026-06-15\"\n\
                 owner = \"Let's Encrypt\"\nkind = \"distrust\"\nretires = [{ name = \"ISRG Root X1\", spki-sha256 = \
                 \"0b9fa5a59eed715c26c1020c711b4f6ec42d58b0015e14337a39dad301c5afc3\" }]\n\
                 confidence = \"announced\"\nsource = \"made for this test\"\n";
    fs::write(project.root.join("trust/calendar/news.toml"), event).unwrap();
    let all = manifest(&project, scratch::commit(&project.root));
    assert_ne!(steps(&project, &all).1, [""; 0]);
    let known_on = |day: &str| ReleaseManifest {
        facts_known_on: Some(day.to_owned()),
        ..all.clone()
    };
    assert_eq!(steps(&project, &known_on("2026-06-14")).1, [""; 0]);
    assert_ne!(steps(&project, &known_on("2026-06-15")).1, [""; 0]);
    let bad = steps(&project, &known_on("yesterday")).1;
    assert!(
        bad.iter().any(|why| why.contains("cannot be computed")),
        "{bad:?}"
    );
    let in_the_field = ReleaseManifest {
        channel: "production".to_owned(),
        ..known_on("2026-06-14")
    };
    let (_, problems) = steps(&project, &in_the_field);
    assert!(
        problems
            .iter()
            .any(|why| why.contains("without facts that are known")),
        "{problems:?}"
    );
}

/// What is recorded of the day is read back, and a release without it has the bytes that it always had.
#[test]
fn the_day_of_the_facts_is_in_the_manifest_only_where_it_was_asked() {
    let folder = tempfile::tempdir().unwrap();
    let project = project(folder.path());
    let mut manifest = manifest(&project, scratch::commit(&project.root));
    let text = String::from_utf8(manifest.to_bytes()).unwrap();
    assert!(!text.contains("facts-known-on"));
    manifest.facts_known_on = Some("2026-06-14".to_owned());
    let bytes = manifest.to_bytes();
    assert_eq!(ReleaseManifest::from_bytes(&bytes).unwrap(), manifest);
    let text = String::from_utf8(bytes).unwrap();
    assert!(
        text.contains("\"facts-known-on\": \"2026-06-14\""),
        "{text}"
    );
}

/// The entry, of a release that no device runs any more: whether its devices reach the next one is another question.
fn retired() -> String {
    let retired = ENTRY.replace("units = 12000", "units = 0");
    assert_ne!(retired, ENTRY);
    retired
}

/// Where the inputs were found, and what the steps `inputs` and `verdict` have against the release.
fn steps(project: &Project, manifest: &ReleaseManifest) -> (String, Vec<String>) {
    let policy = trusted_policy(project).unwrap();
    let file = Rc::new(StoredFile::new(manifest.to_bytes()));
    let files = BTreeMap::from([(FILE_NAME.to_owned(), file)]);
    let evidence = Evidence::new(project, &policy.signing, files);
    let (seen, mut problems) = verdict::inputs(&evidence);
    problems.extend(verdict::check(&evidence).1);
    let place = seen.rsplit(", ").next().unwrap_or_default().to_owned();
    let said = problems.iter().map(|problem| problem.message.clone());
    (place, said.collect())
}

/// The base policy with the pool and the calendar of this repository.
fn project(root: &Path) -> Project {
    let trust = Path::new(env!("CARGO_MANIFEST_DIR")).join("../trust");
    fs::copy(
        trust.join("fixtures/base/policy.toml"),
        root.join("policy.toml"),
    )
    .unwrap();
    for kind in ["anchors", "calendar"] {
        let into = root.join("trust").join(kind);
        fs::create_dir_all(&into).unwrap();
        for entry in fs::read_dir(trust.join(kind)).unwrap() {
            let entry = entry.unwrap();
            fs::copy(entry.path(), into.join(entry.file_name())).unwrap();
        }
    }
    let project = Project {
        root: root.to_owned(),
    };
    scratch::git(&project.root, &["init", "--quiet"]);
    project
}

fn manifest(project: &Project, commit: String) -> ReleaseManifest {
    let policy = trusted_policy(project).unwrap();
    let nothing = || "0".repeat(64);
    ReleaseManifest {
        schema: SCHEMA.to_owned(),
        product: policy.product.name.value.clone(),
        chip: policy.product.chip.value.clone(),
        version: "1.0.5".to_owned(),
        channel: "development".to_owned(),
        commit,
        dirty: false,
        released: "2026-07-01".to_owned(),
        facts_known_on: None,
        source_date_epoch: 1_782_864_000,
        service_ends: policy.service_life.ends.value.to_string(),
        secure_version: 0,
        secure_boot: None,
        store: StoreRecord {
            format_version: 1,
            sequence: 1,
            sha256: nothing(),
        },
        inputs: project.inputs().unwrap().recorded(),
        lockfile_sha256: "0".repeat(64),
        blobs: Vec::new(),
        toolchain: ToolchainRecord {
            provider: "debian".to_owned(),
            rustc: "rustc".to_owned(),
            tree_sha256: nothing(),
            converter: "espflash".to_owned(),
            bootloader_sha256: nothing(),
            packages: Vec::new(),
        },
        artefacts: Vec::new(),
    }
}
