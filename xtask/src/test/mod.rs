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
use steps::{STAGES, Step};

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

/// Runs the steps, stage by stage; a failing step does not keep the others from running.
///
/// # Errors
/// An unknown step. A failing step is not an error of this function: it ends with [`Exit::Bug`].
pub fn run(root: &Path, arguments: &TestArguments) -> Result<Exit> {
    if arguments.list {
        let line = |step: &Step| format!("{:<13} {}\n", step.name, step.shows);
        output::print(&steps::all().map(line).collect::<String>())?;
        return Ok(Exit::Done);
    }
    let selected = select(&arguments.only)?;
    let ourselves = Ourselves::new(root)?;
    let mut total = Counts::default();
    for stage in STAGES {
        let of_stage = |steps: &'static [Step]| -> Vec<&Step> {
            let is_selected = |step: &&Step| selected.contains(&step.name);
            steps.iter().filter(is_selected).collect()
        };
        total.add(run_stage(
            &ourselves,
            &of_stage(stage.steps),
            &of_stage(stage.meanwhile),
        ));
    }
    output::print(&format!("{total}\n"))?;
    Ok(if total.failed == 0 {
        Exit::Done
    } else {
        Exit::Bug
    })
}

/// Runs `steps`, and `meanwhile` in a process of its own, which has nothing to run beside it.
fn run_stage(ourselves: &Ourselves, steps: &[&Step], meanwhile: &[&Step]) -> Counts {
    if steps.is_empty() || meanwhile.is_empty() {
        return run_steps(ourselves, steps.iter().chain(meanwhile));
    }
    let names: Vec<_> = meanwhile.iter().map(|step| step.name).collect();
    output::say(format_args!("==> meanwhile: {}", names.join(", ")));
    let begun = Beside::begin(ourselves, &names);
    let mut counts = run_steps(ourselves, steps.iter());
    counts.add(begun.and_then(Beside::finish).unwrap_or_else(failed));
    counts
}

fn run_steps<'s>(ourselves: &Ourselves, steps: impl Iterator<Item = &'s &'s Step>) -> Counts {
    let mut counts = Counts::default();
    for step in steps {
        output::say(format_args!("==> {}: {}", step.name, step.shows));
        let of_step = (step.run)(ourselves).unwrap_or_else(failed);
        output::say(format_args!("==> {}: {of_step}", step.name));
        counts.add(of_step);
    }
    counts
}

fn failed(failure: Failure) -> Counts {
    output::say(failure);
    Counts {
        failed: 1,
        ..Counts::default()
    }
}

/// The names of the steps to run: those that are asked for, or all. They run in the order of [`STAGES`].
fn select(only: &[String]) -> Result<Vec<&'static str>> {
    let known = steps::all().map(|step| step.name);
    if only.is_empty() {
        return Ok(known.collect());
    }
    let find = |name: &String| {
        let step = known.clone().find(|known| known == name);
        step.ok_or_else(|| {
            let meant = did_you_mean(name, known.clone());
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
    use std::collections::{BTreeMap, BTreeSet};
    use std::path::Path;

    use super::{cargo, select, steps};

    /// The features of each crate that cargo compiles.
    fn features(of_what: &[&str]) -> BTreeMap<String, BTreeSet<String>> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let tree = [
            "tree", "--locked", "--prefix", "none", "--format", "{p}|{f}",
        ];
        let output = cargo(root, &tree).args(of_what).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        let lines = String::from_utf8(output.stdout).unwrap();
        let mut features = BTreeMap::<_, BTreeSet<_>>::new();
        for (package, of_package) in lines.lines().filter_map(|line| line.split_once('|')) {
            let of_package = of_package.trim_end_matches(" (*)").split(',');
            let named = of_package.filter(|feature| !feature.is_empty());
            let known = features.entry(package.to_owned()).or_default();
            known.extend(named.map(str::to_owned));
        }
        features
    }

    /// Otherwise cargo compiles them twice, with all that needs them.
    #[test]
    fn the_tests_have_the_dependencies_of_the_program() {
        let program = features(&["--package", "xtask", "--edges", "normal,build"]);
        let tests = features(&["--workspace", "--edges", "normal,build,dev"]);
        assert!(program.len() > 100);
        for (package, features) in &program {
            assert_eq!(tests.get(package), Some(features), "{package}");
        }
    }

    #[test]
    fn steps_are_selected_by_name() {
        let names = |only: &[&str]| {
            let only: Vec<_> = only.iter().map(|name| (*name).to_owned()).collect();
            select(&only)
        };
        assert_eq!(names(&["docs", "policy"]).unwrap(), ["docs", "policy"]);
        let all: Vec<_> = steps::all().map(|step| step.name).collect();
        assert_eq!(names(&[]).unwrap(), all);
        let unknown = names(&["polcy"]).unwrap_err().to_string();
        assert!(unknown.contains("policy"), "{unknown}");
    }

    #[test]
    fn no_name_is_of_two_steps() {
        let all: BTreeSet<_> = steps::all().map(|step| step.name).collect();
        assert_eq!(all.len(), steps::all().count());
    }
}
