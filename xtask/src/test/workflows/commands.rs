//! Which commands a `run` step may have. What is decided, is decided by `cargo xtask`, which works on a laptop, too.

use super::shell;

/// The commands by their first words, and why each is not a verb.
const KNOWN: &[(&str, &str)] = &[
    ("cargo xtask", "the verbs"),
    ("built/tool", "the verbs, compiled by an earlier job"),
    ("gh", "what GitHub has: releases, issues, comments"),
    (
        "git config",
        "a container's git refuses the runner's checkout else",
    ),
    ("git merge-base", "whether a tag is on the branch"),
    ("cat", "shows what a verb wrote"),
    ("chmod", "an artifact does not keep the mode of a file"),
    ("cp", "hands files on"),
    ("mkdir", "hands files on"),
    ("printf", "hands a value on"),
    ("date", "the day: verbs are told it"),
    ("diff", "compares what two jobs handed on"),
    ("find", "judges an artifact where nothing is checked out"),
    ("grep", "judges an artifact where nothing is checked out"),
    ("head", "takes one of what `gh` lists"),
    ("stat", "judges an artifact where nothing is checked out"),
    ("test", "judges an artifact where nothing is checked out"),
    (
        "umask",
        "a key that is a file for a moment is for nobody else",
    ),
    ("rm", "removes that key"),
];

/// The one command of cargo that is no verb: it compiles the tool that signs.
const BUILD: &str = "cargo build --locked --package xtask";

/// Programs that are many commands: the next word belongs to the name.
const WITH_VERBS: &[&str] = &["cargo", "git"];

/// Arguments by which a known command runs another one.
const RUNS_ANOTHER: &[&str] = &["-exec", "-execdir", "-ok", "-okdir"];

/// Whether a step may run this command.
pub fn is_known(command: &str) -> bool {
    let name = name(command);
    let known = KNOWN.iter().any(|(known, _)| *known == name) || command == BUILD;
    known
        && !command
            .split_whitespace()
            .any(|word| RUNS_ANOTHER.contains(&word))
}

/// Each command of the lines: behind `&&`, `||`, `;` and `|`, too, and inside of `$( )`.
pub fn all(run: &str) -> Vec<String> {
    shell::commands(run)
}

/// What the command is called: its first word, `cargo` and `git` with their verb.
pub fn name(command: &str) -> String {
    let mut words = command.split_whitespace();
    let first = words.next().unwrap_or_default();
    match words.next() {
        Some(verb) if WITH_VERBS.contains(&first) => format!("{first} {verb}"),
        _ => first.to_owned(),
    }
}

/// The folder and the words of a command `cargo xtask [--project FOLDER] …`: the folder is empty where none is named.
pub fn verb(command: &str) -> Option<(&str, Vec<&str>)> {
    let mut words = command.split_whitespace();
    if (words.next(), words.next()) != (Some("cargo"), Some("xtask")) {
        return None;
    }
    let mut folder = "";
    let mut others = Vec::new();
    while let Some(word) = words.next() {
        match (word, word.strip_prefix("--project=")) {
            ("--project", _) => folder = words.next().unwrap_or_default(),
            (_, Some(named)) => folder = named,
            _ => others.push(word),
        }
    }
    Some((folder, others))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_step_may_run() {
        for known in [
            "cargo xtask check",
            BUILD,
            "git config --global x y",
            "cat a",
            "built/tool keys sign",
            "printf x",
        ] {
            assert!(is_known(known), "{known}");
        }
        for unknown in [
            "curl https://ota.example.com/",
            "git push",
            "git",
            "cargo",
            "cargo install x",
            "cargo build",
            "cargo build --locked --package xtask --config x",
            "cargo +nightly xtask",
            "cargo-xtask",
            "PATH=. cargo xtask check",
            "\"$COMMAND\"",
            "> cat",
            "if test -f x",
            "find . -exec sh {} +",
        ] {
            assert!(!is_known(unknown), "{unknown}");
        }
    }

    #[test]
    fn verbs_are_told_with_their_folder() {
        let of = |command| verb(command);
        let change = ("change", vec!["check", "--format", "sarif"]);
        assert_eq!(
            of("cargo xtask --project change check --format sarif"),
            Some(change)
        );
        assert_eq!(
            of("cargo xtask check --project=b"),
            Some(("b", vec!["check"]))
        );
        assert_eq!(of("cargo xtask render"), Some(("", vec!["render"])));
        assert_eq!(of("cargo build"), None);
    }
}
