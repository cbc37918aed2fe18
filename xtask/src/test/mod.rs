//! `cargo xtask test`: everything that CI runs, with all the set-up, and a count at the end.

use std::path::{Path, PathBuf};
use std::process::Command;

use clap::Args;
use trust::words::did_you_mean;

use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::output;

mod beside;
mod compiled;
mod counts;
mod documentation;
mod steps;
pub mod workflows;

use beside::Beside;
use counts::Counts;
use steps::Step;

/// Arguments of `test`.
#[derive(Args, Debug)]
pub struct TestArguments {
    /// Run only these steps (see --list); repeatable
    #[arg(long, value_name = "STEP")]
    only: Vec<String>,
    /// List the steps and what each of them shows
    #[arg(long)]
    list: bool,
}

/// Runs the steps one after the other, but for those that run meanwhile; a failing step does not keep the others from
/// running.
///
/// # Errors
/// An unknown step. A failing step is not an error of this function: it ends with [`Exit::Bug`].
pub fn run(root: &Path, arguments: &TestArguments) -> Result<Exit> {
    if arguments.list {
        let line = |step: &Step| format!("{:<13} {}\n", step.name, step.shows);
        output::print(&steps::ALL.iter().map(line).collect::<String>())?;
        return Ok(Exit::Done);
    }
    let ourselves = Ourselves::new(root)?;
    let mut selected = &*select(&arguments.only)?;
    let mut total = Counts::default();
    while let [step, rest @ ..] = selected {
        let (step_beside, rest) = match rest {
            [next, rest @ ..] if step.meanwhile == Some(next.name) => (Some(next), rest),
            rest => (None, rest),
        };
        total.add(run_steps(&ourselves, step, step_beside.copied()));
        selected = rest;
    }
    output::print(&format!("{total}\n"))?;
    Ok(if total.failed == 0 {
        Exit::Done
    } else {
        Exit::Bug
    })
}

/// One step, and the one that runs meanwhile.
fn run_steps(ourselves: &Ourselves, step: &Step, step_beside: Option<&Step>) -> Counts {
    let Some(other) = step_beside else {
        return run_step(step, || (step.run)(ourselves));
    };
    output::say(format_args!(
        "==> {} meanwhile: {}",
        other.name, other.shows
    ));
    let begun = Beside::begin(ourselves, other.name);
    let mut counts = run_step(step, || (step.run)(ourselves));
    counts.add(begun.and_then(Beside::finish).unwrap_or_else(failed));
    counts
}

fn run_step(step: &Step, run: impl FnOnce() -> Result<Counts>) -> Counts {
    output::say(format_args!("==> {}: {}", step.name, step.shows));
    let counts = run().unwrap_or_else(failed);
    output::say(format_args!("==> {}: {counts}", step.name));
    counts
}

fn failed(failure: Failure) -> Counts {
    output::say(failure);
    Counts {
        failed: 1,
        ..Counts::default()
    }
}

fn select(only: &[String]) -> Result<Vec<&'static Step>> {
    if only.is_empty() {
        return Ok(steps::ALL.iter().collect());
    }
    let find = |name: &String| {
        let mut steps = steps::ALL.iter();
        steps.find(|step| step.name == name).ok_or_else(|| {
            let known = steps::ALL.iter().map(|step| step.name);
            let meant = did_you_mean(name, known);
            Failure::new(Exit::Unreadable, format!("there is no step `{name}`"))
                .help(format!("{meant}`cargo xtask test --list` lists all"))
        })
    };
    only.iter().map(find).collect()
}

/// The project, and this program to run in it.
///
/// The program's path is taken before the first step: a step that compiles us again takes the running file's name away,
/// and the system then reports that name as deleted.
pub struct Ourselves {
    root: PathBuf,
    program: PathBuf,
}

impl Ourselves {
    fn new(root: &Path) -> Result<Self> {
        let program = std::env::current_exe()
            .map_err(|error| Failure::io("find", Path::new("this program"), &error))?;
        Ok(Self {
            root: root.to_owned(),
            program,
        })
    }

    /// This program with `arguments`, in the root of the project.
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command.current_dir(&self.root).args(arguments);
        command
    }
}

/// Cargo as it runs us, in the root of the project.
fn cargo(root: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root).args(arguments);
    command
}

#[cfg(test)]
mod tests {
    use super::{select, steps};

    #[test]
    fn what_runs_meanwhile_is_the_next_step_and_alone() {
        for pair in steps::ALL.windows(2) {
            if let Some(name) = pair[0].meanwhile {
                assert_eq!((name, pair[1].meanwhile), (pair[1].name, None));
            }
        }
        assert_eq!(steps::ALL.last().unwrap().meanwhile, None);
    }

    #[test]
    fn steps_are_selected_by_name() {
        let names = |only: &[&str]| {
            let only: Vec<_> = only.iter().map(|name| (*name).to_owned()).collect();
            select(&only).map(|steps| steps.iter().map(|step| step.name).collect::<Vec<_>>())
        };
        assert_eq!(names(&["docs", "policy"]).unwrap(), ["docs", "policy"]);
        assert_eq!(names(&[]).unwrap().len(), steps::ALL.len());
        assert!(names(&["polcy"]).is_err());
    }
}
