//! Ways around approvals: each must be closed.

use std::fs;
use std::process::Command;

use crate::team::{KEYS, OTHER, Team, WEAKENS, review, sign, succeeds};

fn approved(team: &Team, names: &[&str], day: &str) {
    for name in names {
        team.approve(name, &[]);
    }
    team.commit(day);
}

/// The change that brings `[review]` is not bound by it; the one that takes it away is.
#[test]
fn review_binds_from_the_next_change_on_and_its_removal_too() {
    let team = Team::new();
    assert_eq!(team.check().codes(), [""; 0]);
    team.remove_review();
    let checked = team.check();
    assert!(
        checked.says("P201", "what is not committed has 0 of the 2 approvals"),
        "{checked:?}"
    );
    team.commit("2026-06-05");
    team.edit(WEAKENS);
    team.commit("2026-06-06");
    team.append(&review(1, 0, &["eve"]));
    team.commit("2026-06-07");
    let checked = team.check();
    // Nobody asked for approvals after it was gone: the removal is what stays in the way, for good.
    assert_eq!(checked.codes(), ["P201"], "{checked:?}");
    assert!(checked.says("P201", "[review] is removed"), "{checked:?}");
}

#[test]
fn a_change_cannot_lower_its_own_bar() {
    let team = Team::new();
    team.edit(("weakening = 2\nother = 1", "weakening = 1\nother = 0"));
    team.edit(WEAKENS);
    team.approve("ada", &[]);
    team.commit("2026-06-05");
    let checked = team.check();
    assert!(
        checked.says("P201", "has 1 of the 2 approvals"),
        "{checked:?}"
    );
    // Nor bring its own approver.
    let team = Team::new();
    team.edit((
        "approvers = [\n",
        &format!("approvers = [\n{}", line_of("eve")),
    ));
    team.approve("ada", &[]);
    let path = team.write_approval("bob", &[]);
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace("approver: bob", "approver: eve")).unwrap();
    sign(&path, "eve", crate::team::NAMESPACE);
    team.commit("2026-06-05");
    let checked = team.check();
    assert!(
        checked.says("P201", "has 1 of the 2 approvals"),
        "{checked:?}"
    );
    assert!(checked.says("P202", "eve is no approver"), "{checked:?}");
}

fn line_of(name: &str) -> String {
    let section = review(1, 0, &[name]);
    let line = section
        .lines()
        .find(|line| line.contains("name = "))
        .unwrap();
    format!("{line}\n")
}

/// A policy that nobody can read for one commit does not forget what it asked for.
#[test]
fn a_broken_or_missing_policy_in_between_changes_nothing() {
    type Break = fn(&str) -> String;
    let breaks: [Break; 4] = [
        |text| text.replace("[review]", "[revew]"),
        |text| text.replace("weakening = 2", "weakening = two"),
        |text| text.replace("[review]", "[review"),
        |_| String::new(),
    ];
    for broken in breaks {
        let team = Team::new();
        let path = team.path().join("policy.toml");
        let good = fs::read_to_string(&path).unwrap();
        let text = broken(&good);
        match text.is_empty() {
            true => fs::remove_file(&path).unwrap(),
            false => fs::write(&path, text).unwrap(),
        }
        team.commit("2026-06-05");
        let (without, _) = good.split_once("\n[review]").unwrap();
        fs::write(&path, without).unwrap();
        team.commit("2026-06-06");
        let checked = team.check();
        assert_eq!(checked.codes(), ["P201", "P201"], "{checked:?}");
    }
}

#[test]
fn a_branch_is_approved_as_a_whole_when_it_is_merged() {
    let team = Team::new();
    team.git(&["switch", "--quiet", "--create", "topic"]);
    team.edit(OTHER);
    team.commit("2026-06-05");
    team.edit(WEAKENS);
    team.commit("2026-06-06");
    team.approve("ada", &["main", "topic"]);
    team.approve("bob", &["--merge-base", "main", "topic"]);
    team.commit("2026-06-07");
    team.git(&["switch", "--quiet", "main"]);
    // Something else moved meanwhile.
    fs::write(team.path().join("README.md"), "x\n").unwrap();
    team.commit("2026-06-08");
    team.merge("topic", "2026-06-09");
    let checked = team.check();
    assert_eq!(checked.codes(), [""; 0], "{checked:?}");
}

/// The base moved in meaning: nobody saw what the merge came to.
#[test]
fn an_approval_upon_another_base_is_refused() {
    let team = Team::new();
    team.git(&["switch", "--quiet", "--create", "topic"]);
    team.edit(WEAKENS);
    approved(&team, &["ada", "bob"], "2026-06-05");
    team.git(&["switch", "--quiet", "main"]);
    team.edit(OTHER);
    approved(&team, &["carol"], "2026-06-06");
    team.merge("topic", "2026-06-07");
    let checked = team.check();
    assert_eq!(checked.codes(), ["P201", "P202", "P202"], "{checked:?}");
    assert!(
        checked.says("P202", "upon other inputs than it was made upon"),
        "{checked:?}"
    );
}

#[test]
fn a_base_that_is_no_commit_of_the_history_is_refused() {
    let team = Team::new();
    // The same inputs in a commit that is on no branch of this history.
    team.git(&["switch", "--quiet", "--create", "elsewhere", "HEAD~1"]);
    team.append(&review(2, 1, &["ada", "bob", "carol", "dan"]));
    let elsewhere = team.commit("2026-06-04");
    team.git(&["switch", "--quiet", "main"]);
    team.edit(WEAKENS);
    let head = team.commit("2026-06-05");
    team.approve("ada", &[&elsewhere, &head]);
    team.approve("bob", &["HEAD~1", "HEAD"]);
    let checked = team.check();
    assert_eq!(checked.codes(), ["P201", "P202"], "{checked:?}");
    assert!(
        checked.says("P202", "no commit that is before the change"),
        "{checked:?}"
    );
}

#[test]
fn a_history_that_cannot_be_seen_is_refused() {
    let team = Team::new();
    team.edit(WEAKENS);
    team.commit("2026-06-05");
    let shallow = clone(&team, &["--depth", "1"]);
    let checked = shallow.check();
    assert_eq!(
        (checked.codes(), checked.code),
        (vec!["P203"], Some(10)),
        "{checked:?}"
    );
    assert!(checked.says("P203", "this clone is shallow"), "{checked:?}");
    // With every commit, it is what it was.
    assert_eq!(clone(&team, &[]).check().codes(), ["P201"]);

    let commit = team.head();
    team.git(&["replace", "--graft", &commit]);
    let checked = team.check();
    assert!(checked.says("P203", "refs/replace"), "{checked:?}");
    team.git(&["replace", "--delete", &commit]);
    assert_eq!(team.check().codes(), ["P201"]);

    fs::create_dir_all(team.path().join(".git/info")).unwrap();
    fs::write(team.path().join(".git/info/grafts"), format!("{commit}\n")).unwrap();
    let checked = team.check();
    assert!(checked.says("P203", "info/grafts"), "{checked:?}");
    fs::remove_file(team.path().join(".git/info/grafts")).unwrap();

    // A policy that asks for approvals, and no repository to look at.
    fs::remove_dir_all(team.path().join(".git")).unwrap();
    assert_eq!(team.check().codes(), ["P203"]);
}

fn clone(team: &Team, more: &[&str]) -> Team {
    let folder = tempfile::tempdir().unwrap();
    let mut git = Command::new("git");
    git.args(["clone", "--quiet"]).args(more);
    git.arg(format!("file://{}", team.path().display()))
        .arg(folder.path());
    succeeds(&mut git);
    Team { folder }
}

#[test]
fn an_old_input_that_is_gone_or_no_plain_file_is_refused() {
    let team = Team::new();
    let blob = team.git(&["rev-parse", "HEAD:policy.toml"]);
    team.edit(WEAKENS);
    team.commit("2026-06-05");
    let object = blob.trim();
    let path = team
        .path()
        .join(".git/objects")
        .join(&object[..2])
        .join(&object[2..]);
    fs::remove_file(path).unwrap();
    let checked = team.check();
    assert_eq!(checked.codes(), ["P203"], "{checked:?}");

    let team = Team::new();
    std::os::unix::fs::symlink(
        "../../policy.toml",
        team.path().join("trust/anchors/link.pem"),
    )
    .unwrap();
    team.commit("2026-06-05");
    fs::remove_file(team.path().join("trust/anchors/link.pem")).unwrap();
    team.commit("2026-06-06");
    let checked = team.check();
    assert_eq!(checked.codes(), ["P203"], "{checked:?}");
}

/// A commit that nobody can read, after `[review]` is gone, hides nothing of what was asked before.
#[test]
fn a_commit_that_cannot_be_read_does_not_hide_that_review_is_gone() {
    for path in ["trust/anchors", "policy.toml"] {
        let team = Team::new();
        team.remove_review();
        team.commit("2026-06-05");
        let (full, aside) = (team.path().join(path), team.path().join("aside"));
        fs::rename(&full, &aside).unwrap();
        std::os::unix::fs::symlink(&aside, &full).unwrap();
        team.commit("2026-06-06");
        fs::remove_file(&full).unwrap();
        fs::rename(&aside, &full).unwrap();
        team.commit("2026-06-07");
        let checked = team.check();
        assert_eq!(checked.code, Some(10), "{path}: {checked:?}");
        assert!(
            checked.says("P201", "[review] is removed") || checked.codes() == ["P203"],
            "{path}: {checked:?}"
        );
    }
}

/// Not the policy alone: what the proof rests on.
#[test]
fn facts_anchors_and_the_ledger_are_bound_too() {
    let team = Team::new();
    let anchors = fs::read_dir(team.path().join("trust/anchors")).unwrap();
    let mut paths: Vec<_> = anchors.map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|ending| ending == "pem"));
    paths.sort();
    fs::remove_file(paths.last().unwrap()).unwrap();
    assert_eq!(team.check().codes(), ["P201"]);
    team.commit("2026-06-05");
    assert_eq!(team.check().codes(), ["P201"]);
}

/// A policy in a folder of a larger repository has its own history.
#[test]
fn a_project_in_a_folder_of_a_repository_is_followed() {
    let team = Team::new();
    let product = team.path().join("products/lamp");
    fs::create_dir_all(&product).unwrap();
    for name in ["policy.toml", "trust"] {
        fs::rename(team.path().join(name), product.join(name)).unwrap();
    }
    team.commit("2026-06-05");
    let check = || team.check_with(&["--as-of", "2026-07-01", "--project", "products/lamp"]);
    assert_eq!(check().codes(), [""; 0]);
    let policy = product.join("policy.toml");
    let text = fs::read_to_string(&policy).unwrap();
    fs::write(&policy, text.replace(WEAKENS.0, WEAKENS.1)).unwrap();
    team.commit("2026-06-06");
    assert_eq!(check().codes(), ["P201"]);
}

#[test]
fn who_never_asked_for_approvals_is_not_asked_for_a_history() {
    let team = Team::without_review();
    team.edit(WEAKENS);
    team.commit("2026-06-05");
    assert_eq!(team.check().codes(), [""; 0]);
    assert_eq!(clone(&team, &["--depth", "1"]).check().codes(), [""; 0]);
    fs::remove_dir_all(team.path().join(".git")).unwrap();
    assert_eq!(team.check().codes(), [""; 0]);
}

/// Before anything is compiled or fetched; what is for a desk may be tried.
#[test]
fn a_production_build_demands_approvals() {
    let team = Team::new();
    team.edit(WEAKENS);
    team.commit("2026-06-05");
    fs::create_dir_all(team.path().join("firmware")).unwrap();
    fs::write(team.path().join(".gitignore"), "target/\n").unwrap();
    fs::write(
        team.path().join("firmware/Cargo.toml"),
        "[package]\nname = \"x\"\nversion = \"1.0.0\"\n",
    )
    .unwrap();
    team.commit("2026-06-05");
    let build = |more: &[&str]| {
        let common = ["build-firmware", "--as-of", "2026-07-01"];
        let output = team.xtask(&[&common, more].concat());
        (
            output.status.code(),
            String::from_utf8_lossy(&output.stderr).into_owned(),
        )
    };
    let (code, said) = build(&["--channel", "production"]);
    assert_eq!(code, Some(10), "{said}");
    assert!(said.contains("P201"), "{said}");
    for more in [
        &["--channel", "production", "--dangerously-skip-approvals"][..],
        &[],
    ] {
        let (_, said) = build(more);
        assert!(!said.contains("P201"), "{said}");
    }
}

#[test]
fn files_that_are_no_approvals_are_named() {
    let team = Team::new();
    let folder = team.path().join("trust/approvals");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("README.md"), "about\n").unwrap();
    fs::write(folder.join("note.txt"), "yes\n").unwrap();
    fs::write(folder.join("old.approval.sig"), "x\n").unwrap();
    let checked = team.check();
    assert_eq!(
        (checked.codes(), checked.code),
        (vec!["P202", "P202"], Some(0)),
        "{checked:?}"
    );
}

#[test]
fn approve_refuses_what_would_be_void() {
    let team = Team::new();
    let refused = |arguments: &[&str], why: &str| {
        let common = [
            "policy",
            "approve",
            "--expires",
            "2026-12-31",
            "--as-of",
            "2026-06-02",
        ];
        let output = team.xtask(&[&common, arguments].concat());
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains(why), "{said}");
    };
    refused(&["--as", "ada"], "nothing changes in meaning");
    refused(&["--as", "ada", "HEAD~1", "HEAD"], "has no [review]");
    team.edit(WEAKENS);
    refused(&["--as", "eve"], "\"eve\" is no approver");
    refused(&["--as", "ada", "WORKTREE", "HEAD"], "is no commit");
    let key = KEYS.secret("eve");
    refused(
        &["--as", "ada", "--ssh-key", key.to_str().unwrap()],
        "not the key that [review] lists for ada",
    );
    // Nothing that is void stays in the way.
    let key = KEYS.secret("ada");
    let right = [
        "policy",
        "approve",
        "--as",
        "ada",
        "--expires",
        "2026-12-31",
        "--as-of",
        "2026-06-02",
        "--ssh-key",
    ];
    let output = team.xtask(&[&right[..], &[key.to_str().unwrap()]].concat());
    assert!(output.status.success(), "{output:?}");
    team.approve("bob", &[]);
    assert_eq!(team.check().codes(), [""; 0]);
}
