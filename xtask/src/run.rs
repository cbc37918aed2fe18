//! Runs a verb: parses what was typed, dispatches it and turns the outcome into an exit code.

use std::ffi::OsString;
use std::io::Write as _;
use std::process::ExitCode;

use clap::FromArgMatches as _;

use crate::cli::{self, Cli, Verb};
use crate::exit::Exit;
use crate::failure::Result;
use crate::progress::Progress;
use crate::project::Project;
use crate::report::{Colour, Wish};
use crate::{
    attestation, build, called, capsule, check, completions, endpoints, explain, forecast, init,
    inspect, keys, outcome, output, policy, provision, rebuild, reference, releases, render, roots,
    secure_boot, serve, solve, test, toolchain, verify,
};

/// What a program of this library does.
pub fn main() -> ExitCode {
    main_called(called::XTASK)
}

/// The same of a program that is called otherwise: its help and its messages say that name.
pub fn main_called(name: &'static str) -> ExitCode {
    called::set(name);
    let typed = std::env::args_os().collect();
    match parsed(without_subcommand(typed, name), name) {
        Ok(cli) => outcome::of(|| finished(&cli)).into(),
        Err(answer) => answered(&answer),
    }
}

fn parsed(arguments: Vec<OsString>, name: &'static str) -> std::result::Result<Cli, clap::Error> {
    let command = cli::command().name(name).bin_name(name);
    let mut matches = command.clone().try_get_matches_from(arguments)?;
    // The values were checked when they were parsed.
    Cli::from_arg_matches_mut(&mut matches).map_err(|error| error.format(&mut command.clone()))
}

/// Cargo runs `cargo-perennial perennial check` for `cargo perennial check`.
fn without_subcommand(mut arguments: Vec<OsString>, name: &str) -> Vec<OsString> {
    let subcommand = name
        .strip_prefix("cargo ")
        .filter(|_| name != called::XTASK);
    if subcommand.is_some() && arguments.get(1).and_then(|typed| typed.to_str()) == subcommand {
        arguments.remove(1);
    }
    arguments
}

/// Prints help, version or what is wrong with the command line, with the name of the program.
fn answered(answer: &clap::Error) -> ExitCode {
    let rendered = answer.render();
    let text = |colour: Colour| match colour {
        Colour::Ansi => rendered.ansi().to_string(),
        Colour::Plain => rendered.to_string(),
    };
    let wish = Wish::of_environment();
    if answer.use_stderr() {
        let text = text(Colour::of(&std::io::stderr(), wish));
        output::say(text.trim_end());
    } else if let Err(failure) = output::print(&text(Colour::of(&std::io::stdout(), wish))) {
        output::say(&failure);
        return failure.exit.into();
    }
    ExitCode::from(u8::try_from(answer.exit_code()).unwrap_or(2))
}

/// Runs the verb; an answer that is not written whole is none.
fn finished(cli: &Cli) -> Result<Exit> {
    let exit = run(cli)?;
    let flushed = output::stdout().flush();
    flushed.map_err(|error| output::unwritten(&error))?;
    Ok(exit)
}

fn run(cli: &Cli) -> Result<Exit> {
    let mut out = output::stdout();
    let project = || Project::find(cli.project.as_deref());
    match &cli.verb {
        Verb::Attest(arguments) => attestation::collect::run(&project()?, arguments),
        Verb::BuildFirmware(arguments) => build::run(&project()?, arguments),
        Verb::Capsule(arguments) => capsule::run(&project()?, arguments),
        Verb::Check(arguments) => check::run(project, arguments),
        Verb::Completions(arguments) => completions::run(arguments),
        Verb::Endpoints(arguments) => endpoints::run(&project()?, arguments),
        Verb::Explain(arguments) => explain::run(arguments),
        Verb::Forecast(arguments) => forecast::run(&project()?, arguments),
        Verb::Import(arguments) => inspect::import(arguments),
        Verb::Init(arguments) => init::run(cli.project.as_deref(), arguments),
        Verb::Keys(arguments) => keys::run(project, arguments, &mut out, &mut std::io::stderr()),
        Verb::Policy(arguments) => policy::run(&project()?, arguments),
        Verb::Provision(arguments) => provision::run(arguments),
        Verb::Rebuild(arguments) => rebuild::run(&project()?, arguments),
        Verb::Reference(arguments) => reference::run(&project()?, arguments),
        Verb::Releases(arguments) => releases::run(&project()?, arguments),
        Verb::Render(arguments) => render::run(&project()?, arguments),
        Verb::Roots(arguments) => roots::run(&project()?, arguments),
        Verb::SecureBoot(arguments) => secure_boot::run(project, arguments),
        Verb::Serve(arguments) => serve::run(arguments, &mut out),
        Verb::Solve(arguments) => solve::run(&project()?, arguments),
        Verb::Test(arguments) => test::run(&project()?.root, arguments),
        Verb::Verify(arguments) => verify::run(&project()?, arguments),
        Verb::Toolchain(arguments) => toolchain::cli::run(
            &project()?.root,
            &arguments.command,
            &mut out,
            Progress::stderr(),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cargo_puts_in_front_is_dropped_and_nothing_else() {
        let drop = |arguments: &[&str], name| {
            let arguments = arguments.iter().map(OsString::from).collect();
            without_subcommand(arguments, name)
        };
        assert_eq!(
            drop(&["c", "perennial", "check"], called::PERENNIAL),
            ["c", "check"]
        );
        assert_eq!(drop(&["c", "check"], called::PERENNIAL), ["c", "check"]);
        assert_eq!(drop(&["x", "xtask"], called::XTASK), ["x", "xtask"]);
    }
}
