//! A change that weakens by what it comes to, and by nothing that it says.

use crate::team::{Team, review};

/// No fact is later and nothing is gone: but one of the two paths ends within the service.
const ENDS: (&str, &str) = (
    "[[endpoint]]\nname = \"primary\"",
    "effective-end = \"2028-01-01\"\n\n[[endpoint]]\nname = \"primary\"",
);

fn ended() -> Team {
    let team = Team::new();
    team.edit(ENDS);
    team
}

#[test]
fn fewer_paths_need_the_approvals_of_what_weakens() {
    let team = ended();
    let diff = team.xtask(&[
        "policy",
        "diff",
        "--format",
        "json",
        "--as-of",
        "2026-07-01",
    ]);
    let diff: serde_json::Value = serde_json::from_slice(&diff.stdout).unwrap();
    assert_eq!(diff["weakens"], true, "{diff:#}");
    assert!(diff["changes"][0]["weakens"].is_null(), "{diff:#}");
    for commits in [false, true] {
        let team = ended();
        let mut range: &[&str] = &[];
        if commits {
            team.commit("2026-06-05");
            range = &["HEAD~1", "HEAD"];
        }
        team.approve("carol", range);
        let checked = team.check();
        assert_eq!(checked.codes(), ["P201"], "{checked:?}");
        assert!(
            checked.says("P201", "has 1 of the 2 approvals that it needs: "),
            "{checked:?}"
        );
        team.approve("ada", range);
        assert_eq!(team.check().codes(), [""; 0]);
    }
}

/// What it came to on its day counts, in any year.
#[test]
fn the_effect_is_that_of_the_day_of_the_change() {
    let team = ended();
    team.approve("carol", &[]);
    team.commit("2026-06-05");
    for day in ["2026-07-01", "2028-07-01"] {
        let checked = team.check_with(&["--as-of", day]);
        assert!(checked.says("P201", "has 1 of the 2"), "{checked:?}");
    }
}

/// Where both numbers are one, nobody asks what it comes to.
#[test]
fn one_number_for_everything_asks_for_no_more() {
    let team = Team::without_review();
    team.append(&review(1, 1, &["ada", "bob", "carol"]));
    team.commit("2026-06-02");
    team.edit(ENDS);
    team.approve("carol", &[]);
    assert_eq!(team.check().codes(), [""; 0]);
}
