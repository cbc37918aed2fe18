//! What `policy-comment.yml` must refuse: a review that its author wrote himself, as a pull request may.

use std::fs;
use std::path::Path;

use super::scenario::Scenario;
use super::{Counts, Expected, Walk};
use crate::failure::{Failure, Result};

/// What is done to the files of a whole review.
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

pub(super) fn walk(walk: &Walk<'_>, comment: &Scenario<'_>) -> Result<Counts> {
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
    counts.add(walk.demand("nothing was commented", !asked.contains("--method")));
    walk.forget_artifacts()?;
    Ok(counts)
}
