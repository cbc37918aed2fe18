//! The release workflow, and the rebuild of what it publishes.

use std::fs;
use std::path::{Path, PathBuf};

use super::expression::Values;
use super::history::Commit;
use super::scenario::Scenario;
use super::{Counts, Expected, Walk, actions, values};
use crate::failure::{Failure, Result};
use crate::git;
use crate::output;
use crate::signing::release_directory::{is_envelope_name, is_signature_name};

const TAG: &str = "refs/tags/v0.0.0-walk";

const MAIN: &str = "refs/heads/main";

/// What is refused before anything is built: a tag on a commit that is not on the default branch.
pub(super) fn of_an_orphan(walk: &Walk<'_>) -> Result<Counts> {
    const ORPHAN: &str = "refs/tags/v9.0.0-walk";
    walk.hosting.orphan(ORPHAN)?;
    let release = Scenario::of("release.yml", ORPHAN, values(&[]));
    let refused = Expected::FailsWith("The tag is on the default branch");
    let mut counts = walk.scenario("a tag without the history", &release, refused)?;
    let built = walk.artifact("built-a").exists();
    counts.add(walk.demand("nothing was built", !built));
    Ok(counts)
}

/// A project that has published nothing yet: no work, and no alarm.
pub(super) fn none_to_rebuild(walk: &Walk<'_>) -> Result<Counts> {
    let rebuild = Scenario::of("rebuild.yml", MAIN, values(&[]));
    let mut counts = walk.scenario("no release yet", &rebuild, Expected::Succeeds)?;
    let asked = walk.hosting.asked()?;
    let once = asked.lines().count() == 1 && asked.starts_with("release list ");
    counts.add(walk.demand("nothing but the list was asked for", once));
    Ok(counts)
}

/// The workflow from its second job on, with the release that the step `build` made in place of both builds, and the
/// published key.
pub(super) fn of_the_test_release(walk: &Walk<'_>) -> Result<Counts> {
    let skipped = |why: &str| {
        output::say(format_args!("skipped: release.yml, rebuild.yml: {why}"));
        let skipped = 2;
        Ok(Counts {
            skipped,
            ..Counts::default()
        })
    };
    let Some(built) = test_release(walk.root()) else {
        return skipped("there is no release yet: the step `build` makes it");
    };
    if !git::head(walk.root())?.changed.is_empty() {
        return skipped("the release has changes that are in no commit: nobody else can verify it");
    }
    let main = walk.hosting.commit_of(MAIN)?;
    walk.hosting.point(TAG, &main)?;
    hand_on(walk, &built)?;
    let key = walk.root().join("trust/keys/development.key");
    let release = Scenario {
        without: &[(
            "build",
            "it compiles the firmware: the step `walk-release` runs it",
        )],
        // This project's policy has published keys alone, which the production channel refuses.
        instead: &[("--channel production", "--channel development")],
        ..Scenario::of("release.yml", TAG, signing_with(&key)?)
    };
    let mut counts = published(walk, &release)?;
    let rebuild = Scenario {
        passing_over: &[(
            "cargo xtask rebuild",
            "it compiles the firmware: the step `walk-release` runs it",
        )],
        ..Scenario::of("rebuild.yml", MAIN, values(&[]))
    };
    counts.add(walk.scenario("what was published", &rebuild, Expected::Succeeds)?);
    counts.add(refusals(walk, &built, &release)?);
    Ok(counts)
}

/// The whole workflow: two builds, throw-away keys, the production channel; then the rebuild.
pub(super) fn with_throw_away_keys(walk: &Walk<'_>) -> Result<Counts> {
    let keys = tempfile::tempdir().map_err(|e| Failure::io("make", Path::new("a folder"), &e))?;
    let names = ["first.key", "second.key"].into_iter();
    let lines = names.map(|name| walk.new_key(&keys.path().join(name)));
    let lines: Vec<_> = lines.collect::<Result<_>>()?;
    let own = |text: &str| {
        let before = text
            .split_once("keys = [")
            .map_or(text, |(before, _)| before);
        let listed: String = lines
            .iter()
            .map(|line| format!("    {},\n", line.trim()))
            .collect();
        format!("{before}keys = [\n{listed}]\n")
    };
    let render = |folder: &Path| {
        walk.tool_on(folder, &["policy", "fmt"])?;
        walk.tool_on(folder, &["render"])
    };
    let keys_of_its_own = Commit {
        onto: MAIN,
        edits: &[("policy.toml", &own)],
        then: &render,
    };
    let commit = walk.hosting.commit(MAIN, &keys_of_its_own)?;
    walk.hosting.point(TAG, &commit)?;
    let key = keys.path().join("first.key");
    let release = Scenario::of("release.yml", TAG, signing_with(&key)?);
    let mut counts = published(walk, &release)?;
    let rebuild = Scenario::of("rebuild.yml", TAG, values(&[]));
    counts.add(walk.scenario("what was published", &rebuild, Expected::Succeeds)?);
    Ok(counts)
}

/// The secrets of a job that signs with the key in this file, which has no password.
fn signing_with(key: &Path) -> Result<Values> {
    let text = fs::read_to_string(key).map_err(|e| Failure::io("read", key, &e))?;
    Ok(values(&[
        ("secrets.SIGNING_KEY", text.trim_end()),
        ("secrets.SIGNING_PASSWORD", ""),
    ]))
}

fn published(walk: &Walk<'_>, release: &Scenario<'_>) -> Result<Counts> {
    let mut counts = walk.scenario("two builds that agree", release, Expected::Succeeds)?;
    let asked = walk.hosting.asked()?;
    let draft = "release create v0.0.0-walk";
    counts.add(walk.demand(
        "a draft was made",
        asked.contains(draft) && asked.contains("--draft "),
    ));
    counts.add(walk.demand("it was published", asked.contains("--draft=false")));
    let summary = fs::read_to_string(walk.hosting.at("summary.md")).unwrap_or_default();
    counts.add(walk.demand(
        "who approves sees what is signed",
        summary.contains("# What to sign"),
    ));
    let handed_on = fs::read_dir(walk.artifact("signatures"))
        .into_iter()
        .flatten()
        .flatten();
    let signatures = handed_on.map(|entry| entry.file_name().to_string_lossy().into_owned());
    let mut signatures = signatures;
    let alone = signatures.all(|name| is_signature_name(&name) || is_envelope_name(&name));
    counts.add(walk.demand("the job that signs hands on signatures alone", alone));
    Ok(counts)
}

/// Builds that differ, and signatures by a key that the policy does not have.
fn refusals(walk: &Walk<'_>, built: &Path, release: &Scenario<'_>) -> Result<Counts> {
    let mut counts = Counts::default();
    walk.forget_artifacts()?;
    walk.hosting.asked()?;
    hand_on(walk, built)?;
    let image = walk.artifact("built-b").join("release/application.bin");
    let mut bytes = fs::read(&image).map_err(|e| Failure::io("read", &image, &e))?;
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&image, bytes).map_err(|e| Failure::io("write", &image, &e))?;
    let differ = Expected::FailsWith("If not, why");
    counts.add(walk.scenario("two builds that differ", release, differ)?);
    let signed = walk.artifact("signatures").exists();
    counts.add(walk.demand("nothing was signed", !signed));

    walk.forget_artifacts()?;
    hand_on(walk, built)?;
    let folder = tempfile::tempdir().map_err(|e| Failure::io("make", Path::new("a folder"), &e))?;
    let unknown = folder.path().join("unknown.key");
    walk.new_key(&unknown)?;
    let values = signing_with(&unknown)?;
    let unknown = Scenario { values, ..*release };
    let refused = Expected::FailsWith("is not a key");
    counts.add(walk.scenario("a key that the policy does not have", &unknown, refused)?);
    let asked = walk.hosting.asked()?;
    counts.add(walk.demand("no draft was made", asked.is_empty()));
    walk.forget_artifacts()?;
    Ok(counts)
}

/// The release of the step `build`, when there is exactly one.
fn test_release(root: &Path) -> Option<PathBuf> {
    let folders = fs::read_dir(root.join("target/perennial/test-dist")).ok()?;
    let mut folders = folders.flatten().map(|entry| entry.path());
    folders.next().filter(|_| folders.next().is_none())
}

/// The release without signatures, and this program, as what both builders handed on.
fn hand_on(walk: &Walk<'_>, built: &Path) -> Result<()> {
    for name in ["built-a", "built-b"] {
        let folder = walk.artifact(name);
        let release = folder.join("release");
        actions::copy(built, &release)?;
        for entry in fs::read_dir(&release).into_iter().flatten().flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            if is_signature_name(&name) || is_envelope_name(&name) {
                let path = entry.path();
                fs::remove_file(&path).map_err(|e| Failure::io("remove", &path, &e))?;
            }
        }
        let tool = folder.join("tool");
        let program = walk.tool().get_program().to_owned();
        fs::copy(&program, &tool).map_err(|e| Failure::io("copy", &tool, &e))?;
    }
    Ok(())
}
