//! `cargo xtask test`: everything that CI runs, with all the set-up, and a count at the end.

use std::path::{Path, PathBuf};
use std::process::Command;

use clap::Args;
use trust::words::did_you_mean;

use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::output;

mod counts;
mod documentation;
mod steps;
pub mod workflows;

use counts::Counts;

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

/// Runs the steps one after the other; a failing step does not keep the others from running.
///
/// # Errors
/// An unknown step. A failing step is not an error of this function: it ends with [`Exit::Bug`].
pub fn run(root: &Path, arguments: &TestArguments) -> Result<Exit> {
    if arguments.list {
        let line = |step: &steps::Step| format!("{:<13} {}\n", step.name, step.shows);
        output::print(&steps::ALL.iter().map(line).collect::<String>())?;
        return Ok(Exit::Done);
    }
    let selected = select(&arguments.only)?;
    let ourselves = Ourselves::new(root)?;
    let mut total = Counts::default();
    for step in selected {
        output::say(format_args!("==> {}: {}", step.name, step.shows));
        let counts = (step.run)(&ourselves).unwrap_or_else(|failure| {
            output::say(&failure);
            Counts {
                failed: 1,
                ..Counts::default()
            }
        });
        output::say(format_args!("==> {}: {counts}", step.name));
        total.add(counts);
    }
    output::print(&format!("{total}\n"))?;
    Ok(if total.failed == 0 {
        Exit::Done
    } else {
        Exit::Bug
    })
}

fn select(only: &[String]) -> Result<Vec<&'static steps::Step>> {
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
