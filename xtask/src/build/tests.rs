//! What is asked before anything is downloaded or compiled.

use std::fs;
use std::path::Path;

use clap::Parser as _;
use tempfile::TempDir;

use crate::cli::{Cli, Verb};
use crate::exit::Exit;
use crate::failure::Result;
use crate::git;
use crate::project::Project;
use crate::scratch;

/// A proven project that is a folder of a larger repository, with its store rendered.
fn larger_repository() -> (TempDir, Project) {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("products/thermostat");
    let trust = Path::new(env!("CARGO_MANIFEST_DIR")).join("../trust");
    for kind in ["anchors", "calendar"] {
        let into = root.join("trust").join(kind);
        fs::create_dir_all(&into).unwrap();
        for entry in fs::read_dir(trust.join(kind)).unwrap() {
            let entry = entry.unwrap();
            fs::copy(entry.path(), into.join(entry.file_name())).unwrap();
        }
    }
    fs::copy(
        trust.join("fixtures/base/policy.toml"),
        root.join("policy.toml"),
    )
    .unwrap();
    fs::create_dir_all(root.join("firmware/src")).unwrap();
    fs::write(root.join("firmware/src/main.rs"), "fn main() {}\n").unwrap();
    fs::write(
        root.join("firmware/Cargo.toml"),
        "[package]\nname = \"firmware\"\nversion = \"1.0.0\"\n",
    )
    .unwrap();
    fs::write(root.join(".gitignore"), "/target/\n").unwrap();
    let project = Project { root };
    assert_eq!(run(&project, "render").unwrap(), Exit::Done);
    scratch::git(folder.path(), &["init", "--quiet"]);
    scratch::commit(folder.path());
    (folder, project)
}

fn run(project: &Project, verb: &str) -> Result<Exit> {
    let words = ["xtask", verb, "--as-of", "2026-07-01"];
    match Cli::try_parse_from(words).unwrap().verb {
        Verb::BuildFirmware(arguments) => super::run(project, &arguments),
        Verb::Render(arguments) => crate::render::run(project, &arguments),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_clean_project_in_a_larger_repository_is_its_commit() {
    let (_folder, project) = larger_repository();
    let head = git::head(&project.root).unwrap();
    assert_eq!(head.changed, [""; 0]);
    super::require_committed(&project, &head, &project.inputs().unwrap()).unwrap();
}

/// With no toolchain there, the build fails otherwise: these come first.
#[test]
fn a_tree_that_is_not_its_commit_is_refused_before_the_toolchain_is_fetched() {
    let (_folder, project) = larger_repository();
    let main = project.root.join("firmware/src/main.rs");
    scratch::git(
        &project.root,
        &["update-index", "--skip-worktree", "firmware/src/main.rs"],
    );
    fs::write(&main, "fn main() { panic!() }\n").unwrap();
    let failure = run(&project, "build-firmware").unwrap_err();
    assert_eq!(failure.exit, Exit::Findings);
    assert_eq!(failure.evidence, ["firmware/src/main.rs"]);
    assert!(failure.help.contains("--no-skip-worktree"), "{failure}");

    // And a file that git ignores.
    let (folder, project) = larger_repository();
    let (repository, anchor) = (folder.path(), first_anchor(&project));
    scratch::git(&project.root, &["rm", "--quiet", "--cached", &anchor]);
    fs::write(repository.join(".git/info/exclude"), "*.pem\n").unwrap();
    scratch::git(repository, &["commit", "--quiet", "--message", "x"]);
    let failure = run(&project, "build-firmware").unwrap_err();
    assert_eq!(failure.exit, Exit::Findings);
    assert!(failure.what.starts_with(&anchor), "{failure}");
    assert!(
        failure.what.contains("not what the commit has"),
        "{failure}"
    );
}

fn first_anchor(project: &Project) -> String {
    let inputs = project.inputs().unwrap().sha256;
    let mut anchors = inputs.into_keys().filter(|path| path.ends_with(".pem"));
    anchors.next().unwrap()
}

#[test]
fn a_policy_for_another_chip_is_told_how_to_build_with_it() {
    super::require_chip("esp32c3").unwrap();
    let failure = super::require_chip("esp32s3").unwrap_err();
    assert_eq!(failure.exit, Exit::Unreadable);
    assert!(failure.what.contains("esp32c3 alone"), "{failure}");
    assert!(failure.help.contains("[[output]]"), "{failure}");
}
