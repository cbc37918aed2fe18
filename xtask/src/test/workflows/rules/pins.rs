//! Every action, and every workflow that is called, is pinned by commit.
//!
//! What is judged is what GitHub reads: each `uses` of the parsed file. The version stands in a comment, and YAML has none, so the
//! same references must be in the lines of the text, one on a line, with their comments.

use super::super::FOLDER;
use super::super::model::Workflow;
use super::Findings;

/// Judges each reference of the workflow; gives the number of those that are not of this repository.
pub(super) fn rules(
    workflow: &Workflow,
    text: &str,
    files: &[&str],
    found: &mut Findings,
) -> usize {
    let mut parsed = Vec::new();
    let mut others = 0;
    for (id, job) in &workflow.jobs {
        if let Some(called) = job.uses.as_deref() {
            parsed.push(called);
            match called.strip_prefix(&format!("./{FOLDER}/")) {
                // A file of this repository is of this commit.
                Some(name) => found.unless(
                    files.contains(&name),
                    id,
                    &format!("{called} is no workflow of this repository"),
                ),
                None => others += remote(id, called, found),
            }
        }
        for step in &job.steps {
            if let Some(action) = step.uses.as_deref() {
                parsed.push(action);
                others += remote(id, action, found);
            }
        }
    }
    lines(&mut parsed, text, found);
    others
}

fn remote(id: &str, reference: &str, found: &mut Findings) -> usize {
    if !is_pinned(reference) {
        found.add(id, unpinned(reference));
    }
    1
}

/// The references that are written are those that are read, and those of others have their version.
fn lines(parsed: &mut [&str], text: &str, found: &mut Findings) {
    let mut written = Vec::new();
    for (index, line) in text
        .lines()
        .enumerate()
        .filter(|(_, line)| names_uses(line))
    {
        let line = line.trim().trim_start_matches("- ");
        let place = format!("line {}", index + 1);
        let Some(given) = line.strip_prefix("uses: ") else {
            found.add(
                place,
                "a `uses` is written `uses: NAME@COMMIT # vX.Y.Z`, on a line of its own",
            );
            continue;
        };
        let (reference, comment) = given.split_once(" # ").unwrap_or((given, ""));
        written.push(reference);
        if !reference.starts_with("./") && !is_version(comment) {
            found.add(place, unpinned(given));
        }
    }
    parsed.sort_unstable();
    written.sort_unstable();
    if parsed != written {
        let message = format!(
            "{} `uses` are read and {} are written on lines of their own: they must be the same",
            parsed.len(),
            written.len()
        );
        found.add("the file", message);
    }
}

/// Whether the line has the key `uses`, in whatever way it is written.
fn names_uses(line: &str) -> bool {
    let code = line.split_once(" #").map_or(line, |(code, _)| code);
    let mut words = code.split(|c: char| !c.is_ascii_alphanumeric() && !"_./@-".contains(c));
    !line.trim_start().starts_with('#') && words.any(|word| word == "uses")
}

fn unpinned(reference: &str) -> String {
    format!(
        "{reference} is not pinned: write NAME@COMMIT # vX.Y.Z, with the 40 digits of the commit"
    )
}

/// `owner/name@<40 hexadecimal digits>`
fn is_pinned(reference: &str) -> bool {
    let Some((name, commit)) = reference.split_once('@') else {
        return false;
    };
    let hexadecimal = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    let of_somebody = name.contains('/') && !name.starts_with('.') && !name.contains(':');
    of_somebody && commit.len() == 40 && commit.bytes().all(hexadecimal)
}

/// `vX.Y.Z`.
fn is_version(comment: &str) -> bool {
    let version = comment.strip_prefix('v').unwrap_or_default();
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    version.split('.').count() == 3 && version.split('.').all(digits)
}
