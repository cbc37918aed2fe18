//! `releases`: the ledger of what shipped, and its writing.

mod cli;
mod list;
mod record;
mod show;
#[cfg(test)]
mod tests;

pub use cli::ReleasesArguments;
use cli::ReleasesCommand;
pub use record::{artefacts, record, require_recordable};

use std::io::Write;
use std::path::Path;

use serde::Serialize;
use trust::ledger::Ledger;

use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::project::Project;

/// Runs a verb of `releases`.
///
/// # Errors
/// A ledger with mistakes, a version that it does not have, files that cannot be read.
pub fn run(project: &Project, arguments: &ReleasesArguments) -> Result<Exit> {
    let mut out = crate::output::stdout();
    let ledger = ledger(project)?;
    match &arguments.command {
        ReleasesCommand::List(arguments) => list::run(&ledger, arguments, &mut out),
        ReleasesCommand::Show(arguments) => show::run(&ledger, arguments, &mut out),
    }?;
    out.flush().map_err(|error| unwritable(&error))?;
    Ok(Exit::Done)
}

/// The ledger of the project.
///
/// # Errors
/// [`Exit::Findings`] when it has a mistake: a ledger that lacks a release is not shown as if it were whole.
pub(crate) fn ledger(project: &Project) -> Result<Ledger> {
    let (ledger, findings) = Ledger::read(&project.inputs()?.inputs.releases);
    if findings.is_empty() {
        return Ok(ledger);
    }
    let failure = Failure::new(Exit::Findings, "the ledger has mistakes");
    let said = |failure: Failure, finding: &trust::finding::Finding| {
        let place = finding.location();
        let (line, column) = place.start();
        failure.evidence(format!(
            "{}:{line}:{column}: [{}] {}",
            place.file.name, finding.rule.id, finding.message
        ))
    };
    let failure = findings.iter().fold(failure, said);
    Err(failure.help("`cargo xtask check` shows each with its next step"))
}

fn print(out: &mut dyn Write, text: &str) -> Result<()> {
    out.write_all(crate::called::named(text).as_bytes())
        .map_err(|error| unwritable(&error))
}

fn unwritable(error: &std::io::Error) -> Failure {
    Failure::io("write", Path::new("the answer"), error)
}

fn json(document: &impl Serialize) -> Result<String> {
    let text = serde_json::to_string_pretty(document);
    text.map(|text| text + "\n")
        .map_err(|error| Failure::new(Exit::Bug, "cannot write JSON").evidence(error))
}
