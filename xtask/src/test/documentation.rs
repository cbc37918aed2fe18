//! Runs the commands of the documentation, as they are written.
//!
//! A fenced block of `console` holds commands, each after `$ `, and perhaps what they print. The blocks of all
//! files run in order in a fresh clone of the project that has a release in `dist/`. A block below an HTML comment
//! that begins with `not run:` is passed over; a block below `fixture: PATH` is compared with that file.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::compiled;
use super::counts::Counts;
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::git;

/// The documents, in the order in which their commands run.
const DOCUMENTS: &[&str] = &[
    "README.md",
    "docs/quick-start.md",
    "docs/completions.md",
    "docs/policy.md",
    "docs/adopt.md",
    "docs/policy-diff.md",
    "docs/approvals.md",
    "docs/release.md",
    "docs/attestations.md",
    "docs/secure-boot.md",
    "docs/explain.md",
    "docs/reproducible.md",
    "docs/auditing.md",
    "docs/toolchain.md",
    "docs/rules.md",
    "docs/capture.md",
    "docs/forecast.md",
    "docs/solve.md",
    "docs/operating.md",
    "docs/serve.md",
    "docs/incident.md",
    "docs/rescue.md",
    "docs/how-the-proof-works.md",
    "docs/import.md",
    "docs/reference/ledger.md",
    "docs/workflows.md",
    "docs/fuzzing.md",
    "docs/performance.md",
    "docs/device-performance.md",
];

/// A fenced block.
#[derive(Debug, Eq, PartialEq)]
struct Block {
    /// Line of the fence, from 1.
    line: usize,
    /// What stands behind the fence.
    language: String,
    /// The HTML comment directly above, without its marks.
    comment: Option<String>,
    text: String,
}

/// Runs every command and compares every fixture, in a clone whose `dist/` is a copy of `release`. `tools` are put in front of
/// `PATH`.
pub fn run(root: &Path, release: &Path, tools: &[PathBuf]) -> Result<Counts> {
    let clone = fresh_clone(root, release)?;
    let mut counts = Counts::default();
    for document in DOCUMENTS {
        let path = root.join(document);
        let text =
            std::fs::read_to_string(&path).map_err(|error| Failure::io("read", &path, &error))?;
        for block in blocks(&text) {
            let outcome = check_block(&block, root, &clone, tools);
            let passed = outcome.iter().filter(|problem| problem.is_none()).count();
            for problem in outcome.iter().flatten() {
                crate::output::say(format_args!("{document}:{}: {problem}", block.line));
            }
            counts.add(Counts {
                passed,
                failed: outcome.len() - passed,
                skipped: 0,
            });
        }
    }
    Ok(counts)
}

/// What is wrong with each command or fixture of a block; nothing for a block of another kind.
fn check_block(block: &Block, root: &Path, clone: &Path, tools: &[PathBuf]) -> Vec<Option<String>> {
    let comment = block.comment.as_deref().unwrap_or("");
    if let Some(fixture) = comment.strip_prefix("fixture:") {
        let same =
            std::fs::read_to_string(root.join(fixture.trim())).is_ok_and(|text| text == block.text);
        return vec![(!same).then(|| format!("it is not {}", fixture.trim()))];
    }
    if block.language != "console" || comment.starts_with("not run:") {
        return Vec::new();
    }
    let commands = block
        .text
        .lines()
        .filter_map(|line| line.strip_prefix("$ "));
    commands
        .map(|command| run_command(command, clone, tools).err())
        .collect()
}

fn run_command(command: &str, clone: &Path, tools: &[PathBuf]) -> std::result::Result<(), String> {
    let output = Command::new("bash")
        .args(["-euo", "pipefail", "-c", command])
        .current_dir(clone)
        .env("PATH", path_with(tools))
        .env_remove("CARGO_TARGET_DIR")
        .output()
        .map_err(|error| format!("bash does not start: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(format!(
        "`{command}` ended with {}:\n{}",
        output.status,
        said.trim_end()
    ))
}

fn path_with(tools: &[PathBuf]) -> OsString {
    let inherited = std::env::var_os("PATH").unwrap_or_default();
    let folders = tools
        .iter()
        .cloned()
        .chain(std::env::split_paths(&inherited));
    std::env::join_paths(folders).unwrap_or(inherited)
}

/// A clone of the commit, with the compiled crates and the toolchain of this checkout and a copy of `release`, so that the commands
/// run as for somebody who has built once.
fn fresh_clone(root: &Path, release: &Path) -> Result<PathBuf> {
    let clone = root.join("target/perennial/docs-clone");
    // The project may be a folder of a larger repository.
    let (repository, prefix) = git::place(root)?;
    let project = clone.join(prefix);
    let failed =
        |what: &str, seen: String| Failure::new(Exit::Environment, what.to_owned()).evidence(seen);
    if clone.exists() {
        std::fs::remove_dir_all(&clone).map_err(|error| Failure::io("remove", &clone, &error))?;
    }
    let script = format!(
        "git clone --quiet {repository:?} {clone:?} && mkdir -p {project:?}/target/debug \
         && ln -s {root:?}/target/toolchain {project:?}/target/toolchain \
         && cp -a {release:?} {project:?}/dist",
    );
    let output = Command::new("bash")
        .args(["-euo", "pipefail", "-c", &script])
        .current_dir(root)
        .output();
    let output = output.map_err(|error| failed("bash does not start", error.to_string()))?;
    if !output.status.success() {
        return Err(failed(
            "cannot clone the project",
            String::from_utf8_lossy(&output.stderr).into_owned(),
        ));
    }
    compiled::copy(root, &project.join("target/debug"))?;
    Ok(project)
}

fn blocks(text: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    // Spaces before the fence of the block that is open: a block of a list is indented with it.
    let mut open = None;
    let mut comment = None;
    for (number, line) in text.lines().enumerate() {
        let unindented = line.trim_start_matches(' ');
        match (unindented.strip_prefix("```"), open) {
            (Some(language), None) => {
                open = Some(line.len() - unindented.len());
                let language = language.trim().to_owned();
                blocks.push(Block {
                    line: number + 1,
                    language,
                    comment: comment.take(),
                    text: String::new(),
                });
            }
            (Some(_), Some(_)) => open = None,
            (None, Some(indent)) => {
                if let Some(block) = blocks.last_mut() {
                    let spaces = line.len() - unindented.len();
                    block.text.push_str(&line[spaces.min(indent)..]);
                    block.text.push('\n');
                }
            }
            (None, None) if unindented.is_empty() => {}
            (None, None) => comment = html_comment(unindented),
        }
    }
    blocks
}

/// What stands in a line that is one HTML comment.
fn html_comment(line: &str) -> Option<String> {
    let inside = line.strip_prefix("<!--")?.strip_suffix("-->")?;
    Some(inside.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_know_their_line_language_and_comment() {
        let text = "# Title\n\n<!-- not run: needs a board -->\n```console\n$ a\nout\n```\n\n```text\n$ b\n```\n";
        let found = blocks(text);
        assert_eq!(found.len(), 2);
        assert_eq!(
            (found[0].line, found[0].comment.as_deref()),
            (4, Some("not run: needs a board"))
        );
        assert_eq!(found[0].text, "$ a\nout\n");
        assert_eq!(
            (found[1].language.as_str(), &found[1].comment),
            ("text", &None)
        );
    }

    #[test]
    fn a_block_of_a_list_is_a_block() {
        let text = "1. First\n\n   <!-- not run: no -->\n   ```console\n   $ a\n     out\n   ```\n";
        let found = blocks(text);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].comment.as_deref(), Some("not run: no"));
        assert_eq!(found[0].text, "$ a\n  out\n");
    }

    #[test]
    fn every_document_with_commands_is_run() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let mut documents = vec![root.join("README.md")];
        let mut folders = vec![root.join("docs")];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                match path.is_dir() {
                    true => folders.push(path),
                    false => documents.push(path),
                }
            }
        }
        let is_markdown = |path: &&PathBuf| path.extension().is_some_and(|end| end == "md");
        let mut found = 0;
        for path in documents.iter().filter(is_markdown) {
            let text = std::fs::read_to_string(path).unwrap();
            let checked = |block: &Block| {
                let comment = block.comment.as_deref().unwrap_or_default();
                block.language == "console" || comment.starts_with("fixture:")
            };
            if blocks(&text).iter().any(checked) {
                let name = path.strip_prefix(root).unwrap().to_str().unwrap();
                assert!(DOCUMENTS.contains(&name), "{name} is not in DOCUMENTS");
                found += 1;
            }
        }
        assert_eq!(
            found,
            DOCUMENTS.len(),
            "a document of the list has nothing to run"
        );
    }

    /// CI clones the last commit alone.
    #[test]
    fn no_command_needs_an_older_commit() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        for document in DOCUMENTS {
            let text = std::fs::read_to_string(root.join(document)).unwrap();
            for block in blocks(&text) {
                let older = ["HEAD~", "HEAD^", "HEAD@"].map(|name| block.text.contains(name));
                let commands = block.language == "console";
                assert!(
                    !commands || older == [false; 3],
                    "{document}:{}",
                    block.line
                );
            }
        }
    }

    #[test]
    fn a_command_that_fails_is_told() {
        let here = std::env::temp_dir();
        assert_eq!(run_command("true", &here, &[]), Ok(()));
        assert!(
            run_command("echo no >&2; false", &here, &[])
                .is_err_and(|problem| problem.contains("no"))
        );
    }
}
