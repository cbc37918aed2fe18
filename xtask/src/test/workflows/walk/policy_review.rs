//! A pull request that changes the policy, its review, and the comment: also where the review hands on what it should not.

use std::fs;
use std::path::Path;

use super::scenario::Scenario;
use super::{Counts, Expected, Walk, values};
use crate::failure::{Failure, Result};

pub(super) fn walk(walk: &Walk<'_>) -> Result<Counts> {
    let offline =
        |text: &str| text.replace("longest-offline-days = 180", "longest-offline-days = 150");
    let head = walk.hosting.commit(
        "refs/pull/7/head",
        &[("policy.toml", &offline)],
        &|_| Ok(()),
    )?;
    walk.hosting.point("refs/pull/7/merge", &head)?;
    walk.hosting.answer("head-sha", &format!("{head}\n"))?;
    let base = walk.hosting.commit_of("refs/heads/main")?;
    let review = Scenario {
        workflow: "policy-review.yml",
        reference: "refs/pull/7/merge",
        values: values(&[
            ("github.event.pull_request.number", "7"),
            ("github.event.pull_request.base.sha", &base),
            ("github.event.pull_request.base.ref", "main"),
        ]),
        without: &[],
        passing_over: &[],
        instead: &[],
    };
    let mut counts = walk.scenario("a change of the policy", &review, Expected::Succeeds)?;
    for name in ["number", "comment.md", "findings.sarif"] {
        let path = walk.artifact("policy-review").join(name);
        let written = fs::metadata(&path).is_ok_and(|found| found.len() > 0);
        counts.add(walk.demand(&format!("{name} is handed on"), written));
    }
    let comment = comment(&head);
    let what = "the comment of that review";
    counts.add(walk.scenario(what, &comment, Expected::Succeeds)?);
    let asked = walk.hosting.asked()?;
    counts.add(walk.demand(
        "pull request 7 is commented",
        asked.contains("pr comment 7 "),
    ));
    let posted = fs::read_to_string(walk.hosting.at("comment.md")).unwrap_or_default();
    counts.add(walk.demand(
        "the comment says of which commit it is",
        posted.contains(&head),
    ));
    // Without a whole review there is nothing to forge.
    if counts.failed == 0 {
        counts.add(refusals(walk, &comment)?);
    }
    Ok(counts)
}

fn comment(head: &str) -> Scenario<'static> {
    Scenario {
        workflow: "policy-comment.yml",
        reference: "refs/heads/main",
        values: values(&[
            ("github.event.workflow_run.event", "pull_request"),
            ("github.event.workflow_run.id", "1"),
            ("github.event.workflow_run.head_sha", head),
            (
                "github.event.workflow_run.html_url",
                "https://github.example/run/1",
            ),
        ]),
        without: &[],
        passing_over: &[],
        instead: &[],
    }
}

/// What somebody could hand on who wrote the review himself, as a pull request may.
type Forgery = (&'static str, fn(&Path) -> std::io::Result<()>);

const FORGERIES: &[Forgery] = &[
    ("a number that is a command", |review| {
        fs::write(review.join("number"), "7; gh release delete v1\n")
    }),
    ("a number that is a path", |review| {
        fs::write(review.join("number"), "../../issues/7\n")
    }),
    ("no number", |review| fs::write(review.join("number"), "")),
    ("a comment that is too long", |review| {
        fs::write(review.join("comment.md"), "x".repeat(70_000))
    }),
    ("a comment that is a link", |review| {
        fs::remove_file(review.join("comment.md"))?;
        std::os::unix::fs::symlink("/etc/hostname", review.join("comment.md"))
    }),
    ("no findings", |review| {
        fs::remove_file(review.join("findings.sarif"))
    }),
];

fn refusals(walk: &Walk<'_>, comment: &Scenario<'_>) -> Result<Counts> {
    let review = walk.artifact("policy-review");
    let whole = walk.hosting.at("review");
    fs::rename(&review, &whole).map_err(|e| Failure::io("move", &review, &e))?;
    let mut counts = Counts::default();
    for (what, forge) in FORGERIES {
        super::actions::copy(&whole, &review)?;
        forge(&review).map_err(|e| Failure::io("change", &review, &e))?;
        let expected = Expected::FailsWith("The number is a number");
        counts.add(walk.scenario(what, comment, expected)?);
        let asked = walk.hosting.asked()?;
        counts.add(walk.demand("nobody was asked for anything", asked.is_empty()));
        walk.forget_artifacts()?;
    }
    super::actions::copy(&whole, &review)?;
    walk.hosting
        .answer("head-sha", "the commit of another pull request\n")?;
    let expected = Expected::FailsWith("whose commit was reviewed");
    counts.add(walk.scenario("the number of another pull request", comment, expected)?);
    let asked = walk.hosting.asked()?;
    counts.add(walk.demand("nothing was commented", !asked.contains("pr comment")));
    walk.forget_artifacts()?;
    Ok(counts)
}
