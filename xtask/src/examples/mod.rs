//! Examples below the help of every verb.

mod table;

use clap::Command;

pub use table::TABLE;

/// What can be typed for one verb.
#[derive(Clone, Copy, Debug)]
pub struct Examples {
    /// The verb: `roots show`.
    pub verb: &'static str,
    /// Each with what it does.
    pub commands: &'static [Example],
}

/// One example.
#[derive(Clone, Copy, Debug)]
pub struct Example {
    /// What is typed.
    pub command: &'static str,
    /// What it does, in a few words.
    pub does: &'static str,
}

/// The same command with the examples of every verb below its help; a verb of verbs has the first one of each.
pub fn attach(command: Command) -> Command {
    below(command, "")
}

fn below(command: Command, path: &str) -> Command {
    let names: Vec<_> = command
        .get_subcommands()
        .map(|verb| verb.get_name().to_owned())
        .collect();
    let command = names.into_iter().fold(command, |command, name| {
        let path = format!("{path} {name}").trim().to_owned();
        command.mut_subcommand(name, |verb| below(verb, &path))
    });
    let said = text(path);
    if path.is_empty() || said.is_empty() {
        return command;
    }
    let before = command.get_after_help().map(|text| format!("{text}\n\n"));
    command.after_help(format!("{}Examples:\n{said}", before.unwrap_or_default()))
}

/// Two lines for each example: what it does, and what is typed.
fn text(path: &str) -> String {
    let lines = of(path).into_iter().map(|example| {
        let Example { command, does } = example;
        format!("  # {does}\n  $ {command}")
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// The examples of a verb; of one that has verbs, the first of each of them.
fn of(path: &str) -> Vec<Example> {
    let own = TABLE.iter().find(|examples| examples.verb == path);
    if let Some(own) = own {
        return own.commands.to_vec();
    }
    let beginning = format!("{path} ");
    let mut children = TABLE
        .iter()
        .filter(|examples| examples.verb.starts_with(&beginning));
    children
        .by_ref()
        .filter_map(|examples| examples.commands.first().copied())
        .collect()
}
