//! Two projects of one repository, with the same policy: what is approved in one is not approved in the other.

use std::fs;
use std::path::Path;

use crate::team::{Checked, Team};

const LAMP: [&str; 2] = ["--project", "lamp"];
const LOCK: [&str; 2] = ["--project", "lock"];

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let copied = to.join(path.file_name().unwrap());
        match path.is_dir() {
            true => copy(&path, &copied),
            false => drop(fs::copy(&path, copied).unwrap()),
        }
    }
}

/// The same change that weakens in both, uncommitted.
fn two() -> Team {
    let team = Team::new();
    let root = team.path();
    for project in ["lamp", "lock"] {
        copy(&root.join("trust"), &root.join(project).join("trust"));
        fs::copy(
            root.join("policy.toml"),
            root.join(project).join("policy.toml"),
        )
        .unwrap();
    }
    fs::remove_dir_all(root.join("trust")).unwrap();
    fs::remove_file(root.join("policy.toml")).unwrap();
    team.commit("2026-06-04");
    for project in ["lamp", "lock"] {
        let path = root.join(project).join("policy.toml");
        let text = fs::read_to_string(&path).unwrap();
        let weaker = text.replacen("threshold = 2", "threshold = 1", 1);
        assert_ne!(text, weaker);
        fs::write(path, weaker).unwrap();
    }
    team
}

fn check(team: &Team, project: [&str; 2]) -> Checked {
    team.check_with(&[&project[..], &["--as-of", "2026-07-01"]].concat())
}

#[test]
fn an_approval_is_not_replayed_in_another_project() {
    let team = two();
    for name in ["ada", "bob"] {
        let path = team.approve(name, &LAMP);
        let text = fs::read_to_string(path).unwrap();
        assert!(text.contains("\nproject: lamp\n"), "{text}");
    }
    let approvals = |project: &str| team.path().join(project).join("trust/approvals");
    copy(&approvals("lamp"), &approvals("lock"));
    let refused = |checked: Checked| {
        assert_eq!(checked.codes(), ["P201", "P202", "P202"], "{checked:?}");
        assert!(
            checked.says("P201", "has 0 of the 2 approvals"),
            "{checked:?}"
        );
        let why = "it is for the project in lamp, and this one is in lock";
        assert!(checked.says("P202", why), "{checked:?}");
    };
    assert_eq!(check(&team, LAMP).codes(), [""; 0]);
    refused(check(&team, LOCK));
    team.commit("2026-06-05");
    assert_eq!(check(&team, LAMP).codes(), [""; 0]);
    refused(check(&team, LOCK));

    // Its own approvals count.
    fs::remove_dir_all(approvals("lock")).unwrap();
    for name in ["ada", "bob"] {
        team.approve(name, &[&["HEAD~1", "HEAD"], &LOCK[..]].concat());
    }
    assert_eq!(check(&team, LOCK).codes(), [""; 0]);
}

#[test]
fn the_project_at_the_root_is_another_one_too() {
    let team = Team::new();
    team.edit(crate::team::WEAKENS);
    let path = team.approve("ada", &[]);
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains("\nproject: .\n"), "{text}");
}
