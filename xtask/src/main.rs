//! `cargo xtask`: the command line of Perennial.
//!
//! `main` parses, dispatches and turns the outcome into an exit code; each verb has a module of its own.
//! Data goes to stdout, talk to stderr.

#![allow(clippy::print_stdout, reason = "a command line prints")]
#![allow(
    unreachable_pub,
    reason = "a program has no public interface; `pub` says what a module offers"
)]

mod atomic;
mod build;
mod check;
mod cli;
mod exit;
mod explain;
mod failure;
mod git;
mod image;
mod keys;
mod lock;
mod policy;
mod progress;
mod project;
mod provision;
mod release;
mod release_date;
mod render;
mod report;
mod roots;
mod signing;
mod test;
mod toolchain;
mod tools;
mod verify;

use std::process::ExitCode;

use clap::Parser as _;

use cli::{Cli, Verb};
use exit::Exit;
use failure::Result;
use progress::Progress;
use project::Project;

fn main() -> ExitCode {
    let outcome = run(&Cli::parse());
    let exit = outcome.unwrap_or_else(|failure| {
        eprintln!("{failure}");
        failure.exit
    });
    exit.into()
}

fn run(cli: &Cli) -> Result<Exit> {
    let mut out = std::io::stdout();
    let project = || Project::find(cli.project.as_deref());
    match &cli.verb {
        Verb::BuildFirmware(arguments) => build::run(&project()?, arguments),
        Verb::Check(arguments) => check::run(&project()?, arguments),
        Verb::Explain(arguments) => explain::run(arguments),
        Verb::Keys(arguments) => keys::run(arguments, &mut out, &mut std::io::stderr()),
        Verb::Policy(arguments) => policy::run(&project()?, arguments),
        Verb::Provision(arguments) => provision::run(arguments),
        Verb::Render(arguments) => render::run(&project()?, arguments),
        Verb::Roots(arguments) => roots::run(&project()?, arguments),
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
