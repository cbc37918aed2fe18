//! `completions`: the script with which a shell completes what is typed.

use clap::{Args, ValueEnum};
use clap_complete::Shell;

use crate::cli;
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::output;

/// Arguments of `completions`.
#[derive(Args, Debug)]
pub struct CompletionsArguments {
    /// Which shell
    #[arg(value_enum)]
    shell: Known,
    /// What the command is called there: a shell completes a word of its own, not `cargo xtask`
    #[arg(long, value_name = "NAME", default_value = "xtask", value_parser = name)]
    name: String,
}

/// The shells that are tried.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
enum Known {
    /// GNU bash
    Bash,
    /// fish
    Fish,
    /// Z shell
    Zsh,
}

/// Prints the script.
///
/// # Errors
/// [`Exit::Unreadable`] where it cannot be written.
pub fn run(arguments: &CompletionsArguments) -> Result<Exit> {
    let shell = match arguments.shell {
        Known::Bash => Shell::Bash,
        Known::Fish => Shell::Fish,
        Known::Zsh => Shell::Zsh,
    };
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut cli::command(), &arguments.name, &mut script);
    let script = String::from_utf8(script)
        .map_err(|error| Failure::new(Exit::Bug, "the script is no text").evidence(error))?;
    output::print(&script)?;
    Ok(Exit::Done)
}

/// A name that stands in a script as it is.
fn name(text: &str) -> std::result::Result<String, String> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    let begins = text
        .bytes()
        .next()
        .is_some_and(|byte| byte.is_ascii_alphabetic());
    match begins && text.bytes().all(plain) {
        true => Ok(text.to_owned()),
        false => Err("a name is of letters, digits, - and _, and begins with a letter".to_owned()),
    }
}
