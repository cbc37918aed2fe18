//! The watch of a policy with `[review]`: with update servers that answer, and with one that does not.

use std::path::Path;

use super::history::Commit;
use super::reviewers::Reviewer;
use super::scenario::Scenario;
use super::server::Server;
use super::{Counts, Expected, Walk, values};
use crate::failure::{Failure, Result};

const BRANCH: &str = "refs/heads/watched";

pub(super) fn walk(walk: &Walk<'_>) -> Result<Counts> {
    let folder = |name: &str| walk.hosting.at(name);
    // Two hosts: a failover on the host of the primary would be a finding.
    let primary = Server::start(walk.root(), &folder("primary"), "localhost")?;
    let failover = Server::start(walk.root(), &folder("failover"), "127.0.0.1")?;
    let keys = tempfile::tempdir().map_err(|e| Failure::io("make", Path::new("a folder"), &e))?;
    let reviewer = Reviewer::new(walk, keys.path())?;
    let here = |text: &str| {
        let text = text
            .replace("https://ota.example.com/perennial/", &primary.url)
            .replace("https://ota.example.net/perennial/", &failover.url);
        reviewer.listed(&text)
    };
    let watched = Commit {
        onto: "refs/heads/main",
        edits: &[("policy.toml", &here)],
        then: &|folder| walk.tool_on(folder, &["policy", "fmt"]),
    };
    walk.hosting.commit(BRANCH, &watched)?;
    let watch = Scenario::of("watch.yml", BRANCH, values(&[]));
    let mut counts = walk.scenario("servers that answer", &watch, Expected::Succeeds)?;
    let asked = walk.hosting.asked()?;
    counts.add(walk.demand("there is no issue", asked.is_empty()));
    let kept = walk.artifact("watch");
    let forecast = kept.join("watch/forecast.txt").is_file();
    counts.add(walk.demand("the forecast is kept", forecast));
    let chains = std::fs::read_dir(kept.join("trust/endpoints"));
    let names = chains
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.file_name());
    let names: Vec<_> = names
        .map(|name| name.to_string_lossy().into_owned())
        .collect();
    for endpoint in ["primary-", "failover-"] {
        let found = names.iter().any(|name| name.starts_with(endpoint));
        counts.add(walk.demand(&format!("the chain of {endpoint} is kept"), found));
    }
    drop(primary);
    for (what, open, asks) in [
        ("a server that is away", "", "issue create"),
        ("a server that is still away", "12\n", "issue comment 12 "),
    ] {
        walk.forget_artifacts()?;
        walk.hosting.answer("issues", open)?;
        let expected = Expected::FailsWith("1 of 2 endpoints not captured");
        counts.add(walk.scenario(what, &watch, expected)?);
        let asked = walk.hosting.asked()?;
        counts.add(walk.demand(asks, asked.contains(asks)));
    }
    walk.forget_artifacts()?;
    Ok(counts)
}
