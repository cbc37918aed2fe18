//! The same inputs in a folder and in a commit, wherever the project lies in its repository.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use tempfile::TempDir;

use super::Project;
use crate::exit::Exit;
use crate::git;
use crate::scratch;

/// A repository whose folder `products/thermostat` is a project.
fn larger_repository() -> (TempDir, Project) {
    let folder = tempfile::tempdir().unwrap();
    let project = Project {
        root: folder.path().join("products/thermostat"),
    };
    for kind in ["anchors", "calendar", "releases"] {
        fs::create_dir_all(project.root.join("trust").join(kind)).unwrap();
    }
    let files = [
        ("policy.toml", "schema = 1\n"),
        ("trust/anchors/a \"root\".pem", "a\n"),
        ("trust/anchors/README.md", "about\n"),
        ("trust/calendar/owners.toml", "b\n"),
    ];
    for (path, text) in files {
        fs::write(project.root.join(path), text).unwrap();
    }
    // What stands in the root of the repository is somebody else's.
    fs::write(folder.path().join("policy.toml"), "another\n").unwrap();
    scratch::git(folder.path(), &["init", "--quiet"]);
    (folder, project)
}

#[test]
fn a_project_in_a_larger_repository_has_its_own_inputs() {
    let (folder, project) = larger_repository();
    let commit = scratch::commit(folder.path());
    let here = project.inputs().unwrap().sha256;
    assert_eq!(here.len(), 3, "{here:?}");
    assert_eq!(project.inputs_at(&commit).unwrap().sha256, here);
    let (repository, prefix) = git::place(&project.root).unwrap();
    assert_eq!(prefix, "products/thermostat/");
    let found = Path::new(&repository).canonicalize().unwrap();
    assert_eq!(found, folder.path().canonicalize().unwrap());
}

#[test]
fn a_folder_or_link_among_the_inputs_is_refused_here_and_in_a_commit() {
    type Make = fn(&Path);
    let kinds: [(&str, Make); 2] = [
        ("a folder", |path| {
            fs::create_dir(path).unwrap();
            fs::write(path.join("1.0.0.toml"), "garbage").unwrap();
        }),
        ("a link", |path| symlink("../../policy.toml", path).unwrap()),
    ];
    for (kind, make) in kinds {
        let (folder, project) = larger_repository();
        make(&project.root.join("trust/releases/odd"));
        let commit = scratch::commit(folder.path());
        for failure in [
            project.inputs().unwrap_err(),
            project.inputs_at(&commit).unwrap_err(),
        ] {
            assert_eq!(failure.exit, Exit::Unreadable);
            assert!(
                failure.what.starts_with("trust/releases/odd in "),
                "{failure}"
            );
            let said = format!(" is {kind}, not a plain file");
            assert!(failure.what.ends_with(&said), "{failure}");
            assert!(!failure.help.is_empty());
        }
    }
}

#[test]
fn a_pipe_among_the_inputs_is_refused_and_hidden_files_and_the_description_are_passed_over() {
    let (_folder, project) = larger_repository();
    let anchors = project.root.join("trust/anchors");
    fs::write(anchors.join(".note"), "x").unwrap();
    assert_eq!(project.inputs().unwrap().sha256.len(), 3);
    let pipe = anchors.join("pipe.pem");
    scratch::pipe(&pipe);
    let failure = project.inputs().unwrap_err();
    assert!(failure.what.contains("pipe.pem"), "{failure}");
    assert!(failure.what.contains("is a pipe"), "{failure}");
}

#[test]
fn files_that_git_was_told_not_to_look_at_are_found() {
    for mark in ["--assume-unchanged", "--skip-worktree"] {
        let (folder, project) = larger_repository();
        scratch::commit(folder.path());
        assert_eq!(git::unwatched(&project.root).unwrap(), [""; 0]);
        scratch::git(
            &project.root,
            &["update-index", mark, "policy.toml", "../../policy.toml"],
        );
        fs::write(project.root.join("policy.toml"), "changed\n").unwrap();
        assert!(git::head(&project.root).unwrap().changed.is_empty());
        let mut found = git::unwatched(&project.root).unwrap();
        found.sort();
        assert_eq!(found, ["../../policy.toml", "policy.toml"]);
    }
}

/// However many releases the ledger has, what a device holds in memory of a release does not grow; and another one computes the same.
#[test]
fn a_release_records_the_ledger_as_one_input_that_coreutils_compute_too() {
    let (folder, project) = larger_repository();
    let releases = project.root.join("trust/releases");
    let none = project.inputs().unwrap().recorded();
    for release in ["1.0.10", "1.0.9", "0.9.0"] {
        fs::write(releases.join(format!("{release}.toml")), release).unwrap();
    }
    fs::write(releases.join("README.md"), "no input").unwrap();
    let found = project.inputs().unwrap();
    let recorded = found.recorded();
    assert_eq!(recorded.len(), none.len().max(found.sha256.len() - 3 + 1));
    let line =
        "cd trust/releases/ && sha256sum $(LC_ALL=C ls -I README.md) | sha256sum | cut -c -64";
    let output = std::process::Command::new("sh")
        .current_dir(&project.root)
        .args(["-c", line])
        .output()
        .unwrap();
    assert_eq!(
        String::from_utf8(output.stdout).unwrap().trim(),
        recorded["trust/releases/"]
    );
    fs::write(releases.join("0.9.0.toml"), "another").unwrap();
    assert_ne!(project.inputs().unwrap().recorded(), recorded);
    drop(folder);
}
