//! One defect each: which approval counts for which change.

use super::history::{Base, History, Missing, ReviewedChange, Signature, SignedApproval};
use crate::finding::Finding;
use crate::gate::Inputs;
use crate::policy::{self, Review};
use crate::review::Changes;
use crate::review::approval::Approval;
use crate::source::SourceFile;

const FIXTURE: &str =
    include_str!("../../../fixtures/rules/P201-change-not-approved/pass/policy.toml");

fn review() -> Review {
    policy::read(&SourceFile::new("policy.toml", FIXTURE))
        .draft
        .review
        .unwrap()
}

/// A change that weakens, at this place of the history.
fn change(position: usize) -> ReviewedChange {
    ReviewedChange {
        commit: Some(format!("{position:040}")),
        parent: format!("{:040}", position - 1),
        day: "2026-06-30".parse().unwrap(),
        position,
        made_upon: "before".to_owned(),
        digest: "5d".repeat(32),
        weakens: true,
        headline: "weakens".to_owned(),
        review: review(),
    }
}

fn approval(name: &str) -> SignedApproval {
    let review = review();
    let approvers = review.approvers.iter();
    let mut key = approvers
        .filter(|a| a.name.value == name)
        .map(|a| a.key.text().to_owned());
    let text = Approval {
        project: ".".to_owned(),
        change: "5d".repeat(32),
        base: format!("{:040}", 3),
        approver: name.to_owned(),
        expires: "2026-06-30".parse().unwrap(),
        headline: "weakens".to_owned(),
    };
    SignedApproval {
        file: SourceFile::new(format!("trust/approvals/{name}.approval"), text.to_string()),
        signature: key.next_back().map_or(Signature::Missing, Signature::By),
        base: Some(Base {
            position: 3,
            inputs: "before".to_owned(),
        }),
        text: Ok(text),
    }
}

fn found(
    changes: Vec<ReviewedChange>,
    approvals: Vec<SignedApproval>,
) -> Vec<(&'static str, String)> {
    let history = History {
        project: ".".to_owned(),
        changes: Ok(changes),
        approvals,
        strays: Vec::new(),
    };
    let findings = super::findings(&SourceFile::new("policy.toml", FIXTURE), &history);
    let said = |finding: Finding| (finding.rule.id, finding.message);
    findings.into_iter().map(said).collect()
}

/// Both approve, the second one with this defect: the change lacks one, and the reason is said.
fn refused(why: &str, defect: impl FnOnce(&mut SignedApproval)) {
    let mut second = approval("bob");
    defect(&mut second);
    let found = found(vec![change(4)], vec![approval("ada"), second]);
    let codes: Vec<_> = found.iter().map(|(code, _)| *code).collect();
    assert_eq!(codes, ["P201", "P202"], "{found:?}");
    assert!(found[0].1.contains("has 1 of the 2 approvals"), "{found:?}");
    assert!(found[1].1.contains(why), "{found:?}");
}

fn edit(approval: &mut SignedApproval, change: impl FnOnce(&mut Approval)) {
    change(approval.text.as_mut().unwrap());
}

#[test]
fn two_approvals_by_two_people_are_enough() {
    assert_eq!(
        found(vec![change(4)], vec![approval("ada"), approval("bob")]),
        []
    );
}

#[test]
fn as_many_are_needed_as_the_policy_before_the_change_asks_for() {
    let mut mild = change(4);
    mild.weakens = false;
    assert_eq!(found(vec![mild.clone()], vec![approval("ada")]), []);
    let missing = found(vec![mild.clone()], Vec::new());
    assert!(
        missing[0].1.contains("has 0 of the 1 approval that"),
        "{missing:?}"
    );
    mild.review.other.value = 0;
    assert_eq!(found(vec![mild], Vec::new()), []);
    let missing = found(vec![change(4)], vec![approval("bob")]);
    assert!(
        missing[0].1.contains("has 1 of the 2 approvals"),
        "{missing:?}"
    );
}

#[test]
fn each_defect_makes_an_approval_void_for_what_it_is() {
    refused("no change that needs approvals has this digest", |bob| {
        edit(bob, |text| text.change = "5e".repeat(32));
    });
    refused(
        "it is for the project in lamp, and this one is in .",
        |bob| {
            edit(bob, |text| text.project = "lamp".to_owned());
        },
    );
    refused("eve is no approver", |bob| {
        edit(bob, |text| text.approver = "eve".to_owned());
    });
    refused(
        "it expired 2026-06-29, and the change is of 2026-06-30",
        |bob| {
            edit(bob, |text| text.expires = "2026-06-29".parse().unwrap());
        },
    );
    refused("signed by another key than that of bob", |bob| {
        bob.signature = approval("ada").signature;
    });
    refused("there is no signature beside it", |bob| {
        bob.signature = Signature::Missing;
    });
    refused("it does not verify", |bob| {
        bob.signature = Signature::Refused("it does not verify".to_owned());
    });
    refused("no commit that is before the change", |bob| bob.base = None);
    refused("no commit that is before the change", |bob| {
        bob.base.as_mut().unwrap().position = 4;
    });
    refused("a commit with other inputs", |bob| {
        bob.base.as_mut().unwrap().inputs = "others".to_owned();
    });
    refused("the first line is not", |bob| {
        bob.text = Approval::parse("perennial\n");
    });
    // One person is one person.
    refused("ada approved this change already", |bob| {
        *bob = approval("ada");
    });
}

/// The same change made again, after a revert, upon inputs that are the same again.
#[test]
fn an_approval_counts_for_the_oldest_change_that_it_fits_and_no_other() {
    let found = found(
        vec![change(4), change(6)],
        vec![approval("ada"), approval("bob")],
    );
    let codes: Vec<_> = found.iter().map(|(code, _)| *code).collect();
    assert_eq!(codes, ["P201"], "{found:?}");
    assert!(
        found[0].1.starts_with("commit 000000000000 has 0 of"),
        "{found:?}"
    );
}

/// It was too late for the first, and is in time for nothing else; a later change by another path takes what is left.
#[test]
fn an_approval_that_an_older_change_could_not_use_counts_for_a_later_one() {
    let mut old = change(4);
    old.made_upon = "others".to_owned();
    old.review.weakening.value = 0;
    assert_eq!(
        found(vec![old, change(6)], vec![approval("ada"), approval("bob")]),
        []
    );
}

#[test]
fn the_published_key_approves_nothing() {
    let published = include_str!("../../../keys/development.pub")
        .lines()
        .nth(1)
        .unwrap();
    let mut change = change(4);
    let text = FIXTURE.replace(
        &format!("ssh = \"{}\"", review().approvers[1].key.text()),
        &format!("minisign = \"{published}\""),
    );
    change.review = policy::read(&SourceFile::new("policy.toml", text))
        .draft
        .review
        .unwrap();
    let mut bob = approval("bob");
    bob.signature = Signature::By(published.to_owned());
    let found = found(vec![change], vec![approval("ada"), bob]);
    assert!(
        found[1].1.contains("secret half of this key is published"),
        "{found:?}"
    );
}

#[test]
fn a_history_that_is_missing_is_one_finding() {
    let history = History {
        project: ".".to_owned(),
        changes: Err(Missing {
            why: "this clone is shallow".to_owned(),
            help: String::new(),
        }),
        approvals: vec![approval("ada")],
        strays: Vec::new(),
    };
    let findings = super::findings(&SourceFile::new("policy.toml", FIXTURE), &history);
    assert_eq!(findings.len(), 1);
    assert_eq!((findings[0].rule.id, findings[0].blocks()), ("P203", true));
    assert!(findings[0].location().start().0 > 40);
}

/// Whoever may lower the bar may do everything.
#[test]
fn a_change_of_review_weakens_where_fewer_or_others_may_approve() {
    let inputs = |text: &str| Inputs {
        policy: SourceFile::new("policy.toml", text),
        anchors: Vec::new(),
        calendar: Vec::new(),
        endpoints: Vec::new(),
        releases: Vec::new(),
    };
    let weakens = |old: &str, new: &str| {
        let text = FIXTURE.replacen(old, new, 1);
        assert_ne!(text, FIXTURE, "{old}");
        let forth = Changes::between(&inputs(FIXTURE), &inputs(&text));
        let back = Changes::between(&inputs(&text), &inputs(FIXTURE));
        assert!(!forth.is_empty() && !back.is_empty(), "{old}");
        (forth.weakens(), back.weakens())
    };
    assert_eq!(weakens("weakening = 2", "weakening = 1"), (true, false));
    assert_eq!(weakens("other = 1", "other = 0"), (true, false));
    // Another name is one more who may approve, either way.
    assert_eq!(weakens("name = \"bob\"", "name = \"eve\""), (true, true));
    let (_, section) = FIXTURE.split_once("[review]").unwrap();
    assert_eq!(weakens(&format!("[review]{section}"), ""), (true, false));
}
