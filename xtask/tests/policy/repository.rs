//! `policy diff` as a program, in real repositories: a first commit, a fork without remotes, a shallow clone, a project in a
//! folder of a larger repository.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

use crate::copied::copy_pool_and_calendar;

/// A repository that holds a copy of this project in a folder of it.
struct Repository {
    folder: TempDir,
    project: PathBuf,
}

impl Repository {
    /// With the project in `place`, and nothing committed.
    fn new(place: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let project = folder.path().join(place);
        copy_project(&project);
        let repository = Self { folder, project };
        repository.git(&["init", "--quiet", "--initial-branch", "main"]);
        repository
    }

    fn git(&self, arguments: &[&str]) -> String {
        git(self.folder.path(), arguments)
    }

    fn commit(&self, message: &str) -> String {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--allow-empty", "-m", message]);
        self.git(&["rev-parse", "HEAD"])
    }

    fn edit(&self, from: &str, to: &str) {
        let path = self.project.join("policy.toml");
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{from}");
        std::fs::write(&path, text.replace(from, to)).unwrap();
    }

    fn diff(&self, arguments: &[&str]) -> Output {
        diff(&self.project, arguments)
    }

    /// The first line, of a difference that succeeds.
    fn headline(&self, arguments: &[&str]) -> String {
        headline(&self.diff(arguments))
    }
}

fn git(folder: &Path, arguments: &[&str]) -> String {
    let output = Command::new("git")
        .current_dir(folder)
        .args(["-c", "user.name=Ada", "-c", "user.email=ada@example.com"])
        .args([
            "-c",
            "commit.gpgsign=false",
            "-c",
            "protocol.file.allow=always",
        ])
        .args(arguments)
        .env("GIT_COMMITTER_DATE", "2026-11-23T12:00:00Z")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .output()
        .unwrap();
    assert!(output.status.success(), "{arguments:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

fn copy_project(into: &Path) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    std::fs::create_dir_all(into).unwrap();
    std::fs::copy(root.join("policy.toml"), into.join("policy.toml")).unwrap();
    copy_pool_and_calendar(into);
}

fn diff(project: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_xtask"))
        .current_dir(project)
        .args(["policy", "diff"])
        .args(arguments)
        .env_remove("SOURCE_DATE_EPOCH")
        .output()
        .unwrap()
}

fn headline(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    text.lines().next().unwrap_or_default().to_owned()
}

/// What is said on standard error, of a difference that cannot be made.
fn refusal(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    assert!(output.stdout.is_empty(), "{output:?}");
    String::from_utf8(output.stderr.clone()).unwrap()
}

const FEWER_DAYS: (&str, &str) = ("min-remaining-days = 1825", "min-remaining-days = 365");
const WEAKENS: &str = "weakens: days that each anchor must have left go from 1825 to 365";
const FIRST: &str = "first policy: 2 anchors and 2 endpoints, held from 2026-11-23 to 2032-06-30 with at least 2 independent paths";

#[test]
fn the_first_commit_adds_everything() {
    let repository = Repository::new(".");
    repository.commit("Begin");
    assert_eq!(repository.headline(&["--root", "HEAD"]), FIRST);
    assert_eq!(repository.headline(&["--root"]), FIRST);
    let refused = refusal(&repository.diff(&["HEAD~1", "HEAD"]));
    assert!(refused.contains("\"HEAD~1\" names no commit"), "{refused}");
    let refused = refusal(&repository.diff(&["--root", "HEAD", "HEAD"]));
    assert!(refused.contains("one revision with nothing"), "{refused}");
}

#[test]
fn the_commit_that_brings_the_policy_is_the_first() {
    let repository = Repository::new(".");
    let kept = std::fs::read(repository.project.join("policy.toml")).unwrap();
    std::fs::remove_file(repository.project.join("policy.toml")).unwrap();
    repository.commit("Without");
    std::fs::write(repository.project.join("policy.toml"), kept).unwrap();
    repository.commit("With");
    assert_eq!(repository.headline(&["HEAD~1", "HEAD"]), FIRST);
    assert_eq!(
        repository.headline(&["HEAD", "HEAD~1"]),
        "weakens: the policy is removed"
    );
}

#[test]
fn the_working_tree_is_compared_with_its_commit() {
    let repository = Repository::new(".");
    repository.commit("Begin");
    assert_eq!(repository.headline(&[]), "nothing changes");
    repository.edit(FEWER_DAYS.0, FEWER_DAYS.1);
    assert_eq!(repository.headline(&[]), WEAKENS);
    assert_eq!(repository.headline(&["HEAD", "WORKTREE"]), WEAKENS);
    assert_eq!(
        repository.headline(&["WORKTREE", "HEAD"]),
        "weakens nothing: days that each anchor must have left go from 365 to 1825"
    );
    repository.commit("Lower");
    assert_eq!(repository.headline(&[]), "nothing changes");
    assert_eq!(repository.headline(&["HEAD~1", "HEAD"]), WEAKENS);
}

#[test]
fn a_policy_in_a_file_is_compared_with_the_facts_as_they_lie() {
    let repository = Repository::new(".");
    repository.commit("Begin");
    let path = repository.project.join("proposed.toml");
    std::fs::copy(repository.project.join("policy.toml"), &path).unwrap();
    repository.edit(FEWER_DAYS.0, FEWER_DAYS.1);
    assert_eq!(repository.headline(&["proposed.toml", "WORKTREE"]), WEAKENS);
    let output = repository.diff(&["proposed.toml", "policy.toml"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(
        text.contains("the file proposed.toml, with the facts of the working tree"),
        "{text}"
    );
    // A name that is no file is a revision.
    let refused = refusal(&repository.diff(&["missing.toml", "HEAD"]));
    assert!(refused.contains("names no commit"), "{refused}");
}

/// A pull request: what the base did meanwhile is not the head's doing.
#[test]
fn a_branch_is_compared_with_what_it_comes_from() {
    let repository = Repository::new(".");
    repository.commit("Begin");
    repository.git(&["switch", "--quiet", "--create", "branch"]);
    repository.edit(FEWER_DAYS.0, FEWER_DAYS.1);
    repository.commit("Lower");
    repository.git(&["switch", "--quiet", "main"]);
    repository.edit("leaf-days = 90", "leaf-days = 45");
    repository.commit("Meanwhile");
    assert_eq!(
        repository.headline(&["--merge-base", "main", "branch"]),
        WEAKENS
    );
    let both = repository.diff(&["main", "branch"]);
    let text = String::from_utf8(both.stdout).unwrap();
    assert!(text.contains("leaf-days goes from 45 to 90"), "{text}");
    repository.git(&["switch", "--quiet", "branch"]);
    assert_eq!(repository.headline(&["--merge-base", "main"]), WEAKENS);
}

#[test]
fn a_fork_without_remotes_works() {
    let repository = Repository::new(".");
    repository.commit("Begin");
    repository.edit(FEWER_DAYS.0, FEWER_DAYS.1);
    repository.commit("Lower");
    let fork = tempfile::tempdir().unwrap();
    let from = repository.folder.path().display().to_string();
    git(fork.path(), &["clone", "--quiet", &from, "fork"]);
    let fork = fork.path().join("fork");
    git(&fork, &["remote", "remove", "origin"]);
    assert_eq!(headline(&diff(&fork, &["HEAD~1", "HEAD"])), WEAKENS);
    let refused = refusal(&diff(&fork, &["origin/main", "HEAD"]));
    assert!(
        refused.contains("\"origin/main\" names no commit"),
        "{refused}"
    );
    assert!(refused.contains("git fetch"), "{refused}");
    assert!(refused.contains("fetch-depth: 0"), "{refused}");
}

#[test]
fn a_shallow_clone_says_how_to_get_the_rest() {
    let repository = Repository::new(".");
    repository.commit("Begin");
    repository.git(&["branch", "other"]);
    repository.edit(FEWER_DAYS.0, FEWER_DAYS.1);
    repository.commit("Lower");
    repository.git(&["switch", "--quiet", "other"]);
    repository.edit("leaf-days = 90", "leaf-days = 45");
    repository.commit("Other");
    let place = tempfile::tempdir().unwrap();
    let from = format!("file://{}", repository.folder.path().display());
    let arguments = [
        "clone",
        "--quiet",
        "--depth=1",
        "--no-single-branch",
        &from,
        "cut",
    ];
    git(place.path(), &arguments);
    let cut = place.path().join("cut");
    let refused = refusal(&diff(
        &cut,
        &["--merge-base", "origin/main", "origin/other"],
    ));
    assert!(refused.contains("git fetch --unshallow"), "{refused}");
    assert!(refused.contains("fetch-depth: 0"), "{refused}");
    // What is there can be compared.
    assert_eq!(
        headline(&diff(&cut, &["origin/other", "origin/main"])),
        format!("{WEAKENS}, and 1 more weakening change")
    );
    let refused = refusal(&diff(&cut, &["HEAD~1", "HEAD"]));
    assert!(refused.contains("names no commit"), "{refused}");
    assert!(refused.contains("git fetch --unshallow"), "{refused}");
}

#[test]
fn histories_with_nothing_in_common_have_no_merge_base() {
    let repository = Repository::new(".");
    repository.commit("Begin");
    repository.git(&["switch", "--quiet", "--orphan", "new"]);
    copy_project(&repository.project);
    repository.commit("Begin again");
    let refused = refusal(&repository.diff(&["--merge-base", "main", "new"]));
    assert!(refused.contains("no commit in common"), "{refused}");
    assert!(!refused.contains("unshallow"), "{refused}");
    let refused = refusal(&repository.diff(&["--merge-base", "policy.toml", "new"]));
    assert!(refused.contains("is no commit"), "{refused}");
}

#[test]
fn a_project_in_a_folder_of_a_larger_repository() {
    let repository = Repository::new("firmware/sensor");
    repository.commit("Begin");
    repository.edit(FEWER_DAYS.0, FEWER_DAYS.1);
    repository.commit("Lower");
    assert_eq!(repository.headline(&["HEAD~1", "HEAD"]), WEAKENS);
}

/// A project that moves could hide anything: the answer says that there was another policy.
#[test]
fn a_policy_that_was_moved_is_named() {
    let repository = Repository::new("old");
    repository.commit("Begin");
    repository.git(&["mv", "old", "new"]);
    repository.commit("Move");
    let moved = repository.folder.path().join("new");
    let output = diff(&moved, &["HEAD~1", "HEAD"]);
    assert_eq!(headline(&output), FIRST);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(
        text.contains("which has no policy here; it has old/policy.toml"),
        "{text}"
    );
}

#[test]
fn the_release_date_is_that_of_the_head() {
    let repository = Repository::new(".");
    repository.commit("Begin");
    let dated = |arguments: &[&str]| {
        let output = repository.diff(&[arguments, &["--format", "json"]].concat());
        let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        json["effect"]["as_of"].as_str().unwrap().to_owned()
    };
    assert_eq!(dated(&["HEAD", "HEAD"]), "2026-11-23");
    assert_eq!(
        dated(&["HEAD", "HEAD", "--as-of", "2027-01-01"]),
        "2027-01-01"
    );
}

#[test]
fn the_answer_goes_into_a_file_whole() {
    let repository = Repository::new(".");
    repository.commit("Begin");
    let path = repository.project.join("comment.md");
    let output = repository.diff(&["--format", "markdown", "--output", "comment.md"]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert!(output.stdout.is_empty(), "{output:?}");
    let text = std::fs::read_to_string(path).unwrap();
    assert!(text.starts_with("### nothing changes\n"), "{text}");
}

#[test]
fn a_word_that_looks_like_an_option_is_a_revision() {
    let repository = Repository::new(".");
    repository.commit("Begin");
    let refused = refusal(&repository.diff(&["--", "--output=/tmp/x", "HEAD"]));
    assert!(refused.contains("names no commit"), "{refused}");
}
