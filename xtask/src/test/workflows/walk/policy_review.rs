//! Pull requests from forks, their review, and the comment.

use std::fs;
use std::path::Path;

use super::history::{Commit, Edit};
use super::reviewers::Reviewer;
use super::scenario::Scenario;
use super::{Counts, Expected, Walk, forgeries, values};
use crate::failure::{Failure, Result};

/// The branch that is to be changed.
const BASE: &str = "refs/heads/base";

pub(super) fn walk(walk: &Walk<'_>) -> Result<Counts> {
    let mut counts = Counts::default();
    walk.hosting
        .point(BASE, &walk.hosting.commit_of("refs/heads/main")?)?;
    counts.add(of_the_readme(walk)?);
    counts.add(unreadable(walk)?);
    counts.add(without_a_difference(walk)?);
    counts.add(of_the_policy(walk)?);
    counts.add(approved_or_not(walk)?);
    Ok(counts)
}

/// The branch moves on after the fork was made; the comment replaces the one that is there; and what must be refused.
fn of_the_policy(walk: &Walk<'_>) -> Result<Counts> {
    let head = pull(walk, &[("policy.toml", &shorter)], &|_| Ok(()))?;
    let more = |text: &str| format!("{text}\nMore.\n");
    let moved = Commit {
        onto: BASE,
        edits: &[("CHANGELOG.md", &more)],
        then: &|_| Ok(()),
    };
    walk.hosting.commit(BASE, &moved)?;
    let mut counts = review(walk, "a change of the policy", Expected::Succeeds)?;
    for name in ["number", "comment.md", "findings.sarif"] {
        let path = walk.artifact("policy-review").join(name);
        let written = fs::metadata(&path).is_ok_and(|found| found.len() > 0);
        counts.add(walk.demand(&format!("{name} is handed on"), written));
    }
    let comment = comment(&head);
    let mut cancelled = Scenario {
        values: comment.values.clone(),
        ..comment
    };
    let conclusion = "github.event.workflow_run.conclusion".to_owned();
    cancelled
        .values
        .0
        .insert(conclusion, "cancelled".to_owned());
    counts.add(walk.scenario(
        "a review that was cancelled",
        &cancelled,
        Expected::Succeeds,
    )?);
    counts.add(walk.demand("nothing is commented", walk.hosting.asked()?.is_empty()));
    for (comments, request) in [
        (
            OF_OTHERS,
            "--method POST repos/example/perennial/issues/7/comments ",
        ),
        (
            OF_OURS,
            "--method PATCH repos/example/perennial/issues/comments/55 ",
        ),
    ] {
        walk.hosting.answer("comments", comments)?;
        counts.add(walk.scenario("the comment of that review", &comment, Expected::Succeeds)?);
        counts.add(walk.demand(request, walk.hosting.asked()?.contains(request)));
        let begins = posted(walk).starts_with("<!-- perennial-policy-review -->\n");
        counts.add(walk.demand("the comment begins with its mark", begins));
        let names = posted(walk).contains(&head) && posted(walk).contains("150");
        counts.add(walk.demand("the comment has its commit and the difference", names));
    }
    // Without a whole review there is nothing to forge.
    if counts.failed == 0 {
        counts.add(forgeries::walk(walk, &comment)?);
    }
    Ok(counts)
}

/// By the same login without the mark, and with the mark by another: neither is ours.
const OF_OTHERS: &str = r#"[
    {"id": 53, "user": {"login": "github-actions[bot]"}, "body": "Coverage\n<!-- perennial-policy-review -->"},
    {"id": 54, "user": {"login": "somebody"}, "body": "<!-- perennial-policy-review -->\nmine"}
]"#;

/// As above, and two of ours: the first counts.
const OF_OURS: &str = r#"[
    {"id": 53, "user": {"login": "github-actions[bot]"}, "body": "Coverage\n<!-- perennial-policy-review -->"},
    {"id": 54, "user": {"login": "somebody"}, "body": "<!-- perennial-policy-review -->\nmine"},
    {"id": 55, "user": {"login": "github-actions[bot]"}, "body": "<!-- perennial-policy-review -->\nPolicy review"},
    {"id": 56, "user": {"login": "github-actions[bot]"}, "body": "<!-- perennial-policy-review -->\nPolicy review"}
]"#;

/// Every pull request is reviewed: a required check that does not run waits for ever.
fn of_the_readme(walk: &Walk<'_>) -> Result<Counts> {
    let more = |text: &str| format!("{text}\nMore.\n");
    pull(walk, &[("docs/workflows.md", &more)], &|_| Ok(()))?;
    let mut counts = review(walk, "a change of a document", Expected::Succeeds)?;
    let said = fs::read_to_string(walk.artifact("policy-review").join("comment.md"));
    let nothing = said.unwrap_or_default().contains("othing changes");
    counts.add(walk.demand("it says that nothing changes", nothing));
    walk.forget_artifacts()?;
    Ok(counts)
}

/// A policy for a newer tool: the review fails, and says why in the comment.
fn unreadable(walk: &Walk<'_>) -> Result<Counts> {
    let newer = |text: &str| text.replace("schema-version = 1", "schema-version = 99");
    let head = pull(walk, &[("policy.toml", &newer)], &|_| Ok(()))?;
    let expected = Expected::FailsWith("Findings");
    let mut counts = review(walk, "a policy that cannot be read", expected)?;
    let what = "the comment that says so";
    counts.add(walk.scenario(what, &comment(&head), Expected::Succeeds)?);
    let says = posted(walk).contains("cannot be read");
    counts.add(walk.demand("the comment says that it cannot be read", says));
    walk.hosting.asked()?;
    walk.forget_artifacts()?;
    Ok(counts)
}

/// The tool itself fails: the findings are handed on all the same, and the comment says what is missing.
fn without_a_difference(walk: &Walk<'_>) -> Result<Counts> {
    let head = pull(walk, &[("policy.toml", &shorter)], &|_| Ok(()))?;
    let failing = &[("policy diff --merge-base", "policy diff --not-an-option")];
    let expected = Expected::FailsWith("What the change does to the fleet");
    let what = "a difference that cannot be shown";
    let mut counts = review_with(walk, failing, what, expected)?;
    let findings = walk.artifact("policy-review").join("findings.sarif");
    let written = fs::metadata(findings).is_ok_and(|found| found.len() > 0);
    counts.add(walk.demand("the findings are handed on", written));
    let what = "the comment where there is no difference";
    counts.add(walk.scenario(what, &comment(&head), Expected::Succeeds)?);
    let says = posted(walk).contains("policy diff failed");
    counts.add(walk.demand("the comment says that there is none", says));
    walk.hosting.asked()?;
    walk.forget_artifacts()?;
    Ok(counts)
}

/// With `[review]`, the same change passes with an approval alone.
fn approved_or_not(walk: &Walk<'_>) -> Result<Counts> {
    let keys = tempfile::tempdir().map_err(|e| Failure::io("make", Path::new("a folder"), &e))?;
    let reviewer = Reviewer::new(walk, keys.path())?;
    let listed = |text: &str| reviewer.listed(text);
    let bound = Commit {
        onto: BASE,
        edits: &[("policy.toml", &listed)],
        then: &|folder| walk.tool_on(folder, &["policy", "fmt"]),
    };
    walk.hosting.commit(BASE, &bound)?;
    let change: &[Edit<'_>] = &[("policy.toml", &shorter)];

    pull(walk, change, &|_| Ok(()))?;
    let refused = Expected::FailsWith("Findings");
    let mut counts = review(walk, "a change that nobody approved", refused)?;
    let findings = || {
        let path = walk.artifact("policy-review").join("findings.sarif");
        fs::read_to_string(path).unwrap_or_default()
    };
    let named = findings().contains("\"ruleId\": \"P201\"");
    counts.add(walk.demand("P201 is among the findings", named));
    walk.forget_artifacts()?;

    let base = walk.hosting.commit_of(BASE)?;
    pull(walk, change, &|folder| {
        reviewer.approve(walk, folder, &base)
    })?;
    counts.add(review(
        walk,
        "a change that was approved",
        Expected::Succeeds,
    )?);
    walk.forget_artifacts()?;
    Ok(counts)
}

fn shorter(policy: &str) -> String {
    policy.replace("longest-offline-days = 180", "longest-offline-days = 150")
}

/// Pull request 7 on the branch as it is now: its head.
fn pull(walk: &Walk<'_>, edits: &[Edit<'_>], then: &dyn Fn(&Path) -> Result<()>) -> Result<String> {
    let commit = Commit {
        onto: BASE,
        edits,
        then,
    };
    let head = walk.hosting.pull("7", &commit)?;
    walk.hosting.answer("head-sha", &format!("{head}\n"))?;
    Ok(head)
}

/// A part of a step, and what stands in its place.
type Instead<'a> = &'a [(&'a str, &'a str)];

fn review(walk: &Walk<'_>, what: &str, expected: Expected<'_>) -> Result<Counts> {
    review_with(walk, &[], what, expected)
}

/// Reviews what would become of the branch, as it is now, by pull request 7.
fn review_with(
    walk: &Walk<'_>,
    instead: Instead<'_>,
    what: &str,
    expected: Expected<'_>,
) -> Result<Counts> {
    walk.hosting.merge("7", BASE)?;
    let review = Scenario {
        instead,
        ..Scenario::of(
            "policy-review.yml",
            "refs/pull/7/merge",
            values(&[
                ("github.event.pull_request.number", "7"),
                (
                    "github.event.pull_request.base.sha",
                    &walk.hosting.commit_of(BASE)?,
                ),
                ("github.event.pull_request.base.ref", "base"),
            ]),
        )
    };
    walk.scenario(what, &review, expected)
}

/// The comment that was posted last.
fn posted(walk: &Walk<'_>) -> String {
    fs::read_to_string(walk.hosting.at("comment.md")).unwrap_or_default()
}

fn comment(head: &str) -> Scenario<'static> {
    Scenario::of(
        "policy-comment.yml",
        "refs/heads/main",
        values(&[
            ("github.event.workflow_run.event", "pull_request"),
            ("github.event.workflow_run.conclusion", "failure"),
            ("github.event.workflow_run.id", "1"),
            ("github.event.workflow_run.head_sha", head),
            (
                "github.event.workflow_run.html_url",
                "https://github.example/run/1",
            ),
        ]),
    )
}
