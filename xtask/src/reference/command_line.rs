//! Every verb with its options, as `--help` says it.

use clap::Command;

use super::heading;
use crate::cli;

/// Columns of the page, whatever terminal it is made on.
const WIDTH: usize = 100;

/// `command-line.md`
pub fn page() -> String {
    let mut command = cli::command()
        .term_width(WIDTH)
        .color(clap::ColorChoice::Never);
    command.build();
    let mut text = heading(
        "Command line",
        "What `--help` prints, for every verb. Data goes to standard output, talk to standard error. \
         [Exit codes](exit-codes.md) and [JSON forms](json.md) have pages of their own.",
    );
    add(&mut text, &command, "cargo xtask");
    text
}

fn add(text: &mut String, command: &Command, name: &str) {
    let help = command.clone().render_long_help().to_string();
    let help: String = help
        .lines()
        .map(|line| format!("{}\n", line.trim_end()))
        .collect();
    let help = help.trim_end();
    *text += &format!("\n## `{name}`\n\n```text\n{help}\n```\n");
    let verbs = command
        .get_subcommands()
        .filter(|verb| verb.get_name() != "help");
    for verb in verbs {
        add(text, verb, &format!("{name} {}", verb.get_name()));
    }
}
