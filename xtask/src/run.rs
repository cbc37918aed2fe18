//! Runs a verb: parses what was typed, dispatches it and turns the outcome into an exit code.

use std::io::Write as _;
use std::process::ExitCode;

use clap::Parser as _;

use crate::cli::{Cli, Verb};
use crate::exit::Exit;
use crate::failure::Result;
use crate::progress::Progress;
use crate::project::Project;
use crate::{
    attestation, build, capsule, check, endpoints, explain, forecast, inspect, keys, outcome,
    output, policy, provision, rebuild, releases, render, roots, secure_boot, solve, test,
    toolchain, verify,
};

/// What a program of this library does.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    outcome::of(|| finished(&cli)).into()
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
        Verb::Endpoints(arguments) => endpoints::run(&project()?, arguments),
        Verb::Explain(arguments) => explain::run(arguments),
        Verb::Forecast(arguments) => forecast::run(&project()?, arguments),
        Verb::Import(arguments) => inspect::import(arguments),
        Verb::Keys(arguments) => keys::run(arguments, &mut out, &mut std::io::stderr()),
        Verb::Policy(arguments) => policy::run(&project()?, arguments),
        Verb::Provision(arguments) => provision::run(arguments),
        Verb::Rebuild(arguments) => rebuild::run(&project()?, arguments),
        Verb::Releases(arguments) => releases::run(&project()?, arguments),
        Verb::Render(arguments) => render::run(&project()?, arguments),
        Verb::Roots(arguments) => roots::run(&project()?, arguments),
        Verb::SecureBoot(arguments) => secure_boot::run(project, arguments),
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
