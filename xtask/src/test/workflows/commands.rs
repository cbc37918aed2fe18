//! Which commands a `run` step may have. What is decided, is decided by `cargo xtask`, which works on a laptop, too.

/// The commands, and why each is not a verb.
const KNOWN: &[(&str, &str)] = &[
    ("cargo", "the verbs, and the tool that signs is compiled"),
    ("built/tool", "the verbs, compiled by an earlier job"),
    ("gh", "what GitHub has: releases, issues, comments"),
    (
        "git config",
        "a container's git refuses the runner's checkout else",
    ),
    ("cat", "shows what a verb wrote"),
    ("chmod", "an artifact does not keep the mode of a file"),
    ("cp", "hands files on"),
    ("mkdir", "hands files on"),
    ("printf", "hands a value on"),
    ("diff", "compares what two jobs handed on"),
    ("find", "judges an artifact where nothing is checked out"),
    ("grep", "judges an artifact where nothing is checked out"),
    ("test", "judges an artifact where nothing is checked out"),
    (
        "umask",
        "a key that is a file for a moment is for nobody else",
    ),
    ("rm", "removes that key"),
];

/// Whether a step may run the command that begins so.
pub fn is_known(name: &str) -> bool {
    KNOWN.iter().any(|(known, _)| *known == name)
}

/// What each command of the lines is, in order; `git` with its verb. Of each line the first one, and those behind pipes.
pub fn names(run: &str) -> impl Iterator<Item = &str> {
    let lines = run.lines().map(str::trim);
    let commands = lines.flat_map(|line| line.split(" | ")).map(str::trim);
    commands
        .filter(|command| !command.is_empty() && !["{", "}"].contains(command))
        .filter(|command| !command.starts_with("} >"))
        .map(name)
}

fn name(command: &str) -> &str {
    let mut ends = command.match_indices(' ').map(|(at, _)| at);
    let first = ends.next().unwrap_or(command.len());
    match &command[..first] {
        "git" => &command[..ends.next().unwrap_or(command.len())],
        name => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_found_on_each_line_and_behind_pipes() {
        let run = "umask 077\n{\n  cat a\n} > b\ngit config --global x y\nprintf x | built/tool keys sign\n";
        let found: Vec<_> = names(run).collect();
        assert_eq!(
            found,
            ["umask", "cat", "git config", "printf", "built/tool"]
        );
        assert!(found.into_iter().all(is_known));
        assert!(!is_known("curl") && !is_known("git push"));
    }
}
