//! The ledger on disk: written once, shown, and grown after a release.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use clap::Parser as _;
use tempfile::TempDir;
use trust::ledger::{Ledger, Release, partition_table};
use trust::source::SourceFile;

use super::{ReleasesArguments, ReleasesCommand, ledger, list, record, require_recordable, show};
use crate::exit::Exit;
use crate::failure::Result;
use crate::git;
use crate::progress::Progress;
use crate::project::Project;
use crate::scratch;

const SAMPLE: &str =
    include_str!("../../../trust/fixtures/rules/L903-ledger-bad-value/pass/releases/1.0.4.toml");

#[derive(clap::Parser)]
struct Line {
    #[command(flatten)]
    arguments: ReleasesArguments,
}

fn sample() -> Release {
    let (ledger, _) = Ledger::read(&[SourceFile::new("trust/releases/1.0.4.toml", SAMPLE)]);
    let mut release = ledger.releases().next().unwrap().release.clone();
    release.units = None;
    release
}

/// A project with the base policy, below git.
struct Place {
    _folder: TempDir,
    project: Project,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().to_owned();
        let policy = include_str!("../../../trust/fixtures/base/policy.toml");
        fs::write(root.join("policy.toml"), policy).unwrap();
        let project = Project { root };
        Self {
            _folder: folder,
            project,
        }
    }

    fn record(&self, release: &Release) -> Result<String> {
        let mut out = Vec::new();
        record(&self.project, release, &mut out, Progress::Silent)?;
        Ok(String::from_utf8(out).unwrap())
    }

    fn path(&self) -> std::path::PathBuf {
        self.project.root.join("trust/releases/1.0.4.toml")
    }

    fn run(&self, line: &[&str]) -> Result<String> {
        let parsed = Line::try_parse_from([&["releases"], line].concat()).unwrap();
        let ledger = ledger(&self.project)?;
        let mut out = Vec::new();
        match &parsed.arguments.command {
            ReleasesCommand::List(arguments) => list::run(&ledger, arguments, &mut out),
            ReleasesCommand::Show(arguments) => show::run(&ledger, arguments, &mut out),
        }?;
        Ok(String::from_utf8(out).unwrap())
    }

    fn git(&self, arguments: &[&str]) {
        scratch::git(&self.project.root, arguments);
    }

    fn commit(&self) -> String {
        scratch::commit(&self.project.root)
    }
}

#[test]
fn a_release_is_recorded_once_and_units_are_for_people() {
    let place = Place::new();
    let release = sample();
    assert_eq!(
        place.record(&release).unwrap(),
        "trust/releases/1.0.4.toml\n"
    );
    let written = fs::read_to_string(place.path()).unwrap();
    assert_eq!(written, release.to_toml());
    place.record(&release).unwrap();
    fs::write(place.path(), SAMPLE).unwrap();
    place.record(&release).unwrap();
    assert_eq!(fs::read_to_string(place.path()).unwrap(), SAMPLE);
}

#[test]
fn an_entry_from_before_partition_tables_were_recorded_stays() {
    let place = Place::new();
    let (older, table) = (sample(), partition_table::sha256());
    place.record(&older).unwrap();
    let of = |table| Release {
        partition_table_sha256: Some(table),
        ..older.clone()
    };
    place.record(&of(table)).unwrap();
    assert_eq!(fs::read_to_string(place.path()).unwrap(), older.to_toml());
    fs::write(place.path(), of(table).to_toml()).unwrap();
    place.record(&of(table)).unwrap();
    let failure = place.record(&of([7; 32])).unwrap_err();
    assert_eq!(failure.exit, Exit::Unreadable);
    assert!(
        place
            .run(&["show", "1.0.4"])
            .unwrap()
            .contains(&hex::encode(table))
    );
}

#[test]
fn another_entry_is_never_written_over() {
    let release = sample();
    let written = release.to_toml();
    let line = |text: &str| {
        written
            .lines()
            .position(|line| line.contains(text))
            .unwrap()
            + 1
    };
    for (from, to, at) in [
        ("2040-09-17", "2040-09-18", line("2040-09-17")),
        ("9f86d081", "00000000", line("9f86d081")),
        ("schema-version", "schema", line("schema-version")),
        ("\n[[artefact]]", "\nnot toml", line("[[artefact]]")),
    ] {
        let place = Place::new();
        fs::create_dir_all(place.path().parent().unwrap()).unwrap();
        let other = written.replacen(from, to, 1);
        fs::write(place.path(), &other).unwrap();
        let failure = place.record(&release).unwrap_err();
        assert_eq!(failure.exit, Exit::Unreadable);
        assert_eq!(
            failure.evidence,
            [format!("line {at} is the first that differs")]
        );
        assert_eq!(fs::read_to_string(place.path()).unwrap(), other);
    }
}

#[test]
fn a_release_of_a_dirty_tree_is_not_recorded() {
    let place = Place::new();
    place.git(&["init", "--quiet"]);
    place.commit();
    let head = || git::head(&place.project.root).unwrap();
    assert!(require_recordable(&head()).is_ok());
    fs::write(place.project.root.join("new"), "").unwrap();
    let failure = require_recordable(&head()).unwrap_err();
    assert_eq!(
        (failure.exit, failure.evidence),
        (Exit::Findings, vec!["?? new".to_owned()])
    );
    fs::remove_file(place.project.root.join("new")).unwrap();
    // An entry that nobody has reviewed makes the tree dirty too.
    place.record(&sample()).unwrap();
    assert!(require_recordable(&head()).is_err());
}

#[test]
fn a_release_keeps_its_inputs_when_the_ledger_grows() {
    let place = Place::new();
    place.git(&["init", "--quiet"]);
    let first = place.commit();
    let then = place.project.inputs().unwrap().sha256;
    assert_eq!(names(&then), ["policy.toml"]);
    place.record(&sample()).unwrap();
    let second = place.commit();
    let now = place.project.inputs().unwrap().sha256;
    assert_eq!(names(&now), ["policy.toml", "trust/releases/1.0.4.toml"]);
    assert_eq!(place.project.inputs_at(&first).unwrap().sha256, then);
    let grown = place.project.inputs_at(&second).unwrap();
    assert_eq!(grown.sha256, now);
    assert_eq!(grown.inputs.releases.len(), 1);
}

fn names(inputs: &BTreeMap<String, String>) -> Vec<&str> {
    inputs.keys().map(String::as_str).collect()
}

#[test]
fn the_ledger_is_listed_and_shown() {
    let place = Place::new();
    assert!(
        place
            .run(&["list"])
            .unwrap()
            .contains("no release is recorded")
    );
    place.record(&sample()).unwrap();
    fs::write(place.path(), SAMPLE).unwrap();
    insta::assert_snapshot!("list", place.run(&["list"]).unwrap());
    insta::assert_snapshot!("show", place.run(&["show", "1.0.4"]).unwrap());
    insta::assert_snapshot!(
        "show-json",
        place.run(&["show", "1.0.4", "--format", "json"]).unwrap()
    );
    let shown: serde_json::Value =
        serde_json::from_str(&place.run(&["list", "--format", "json"]).unwrap()).unwrap();
    assert_eq!(shown["schema"], "perennial.releases/1");
    assert_eq!(shown["releases"][0]["units"], 12_000);
    let failure = place.run(&["show", "1.0.5"]).unwrap_err();
    assert_eq!(failure.help, "recorded are: 1.0.4");
}

#[test]
fn a_ledger_with_mistakes_is_not_shown_as_if_it_were_whole() {
    let place = Place::new();
    fs::create_dir_all(place.path().parent().unwrap()).unwrap();
    fs::write(place.path(), SAMPLE.replace("units", "unit")).unwrap();
    let failure = place.run(&["list"]).unwrap_err();
    assert_eq!(failure.exit, Exit::Findings);
    assert!(
        failure.evidence[0].contains("1.0.4.toml:13:1: [L902]"),
        "{failure}"
    );
    assert!(Path::new(&place.path()).is_file());
}
