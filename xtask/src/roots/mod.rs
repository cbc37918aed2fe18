//! `roots`: the anchor pool, what it holds, and when each anchor ends.

mod add;
mod cli;
mod file;
mod list;
mod mozilla;
mod paths;
mod pool;
mod provenance;
mod record;
mod remove;
mod select;
mod show;
#[cfg(test)]
mod tests;

use std::io::Write;
use std::path::Path;

pub use cli::RootsArguments;
use cli::RootsCommand;
pub(crate) use file::{name as file_name, pem};
pub(crate) use mozilla::roots as mozilla_roots;
pub(crate) use provenance::folder_page;

use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::project::Project;

/// Where the anchors lie, below the project.
const FOLDER: &str = "trust/anchors";

/// Runs a verb of `roots`. Data goes to stdout; what is wrong with the pool goes to stderr.
///
/// # Errors
/// A name that fits nothing or several, a certificate that may not be an anchor, an anchor that the policy
/// requires, files that cannot be read or written.
pub fn run(project: &Project, arguments: &RootsArguments) -> Result<Exit> {
    let mut out = crate::output::stdout();
    let exit = match &arguments.command {
        RootsCommand::Add(arguments) => add::run(project, arguments, &mut out),
        RootsCommand::List(arguments) => list::run(project, arguments, &mut out),
        RootsCommand::Paths(arguments) => paths::run(project, arguments, &mut out),
        RootsCommand::Remove(arguments) => remove::run(project, arguments, &mut out),
        RootsCommand::Show(arguments) => show::run(project, arguments, &mut out),
    }?;
    out.flush().map_err(|error| unwritable(&error))?;
    Ok(exit)
}

/// The pool file of a root of the Mozilla set.
pub(crate) fn mozilla_file(root: &trust::anchors::Certificate) -> String {
    file::text(root, mozilla::SOURCE)
}

fn print(out: &mut dyn Write, text: &str) -> Result<()> {
    out.write_all(crate::called::named(text).as_bytes())
        .map_err(|error| unwritable(&error))
}

fn unwritable(error: &std::io::Error) -> Failure {
    Failure::io("write", Path::new("the answer"), error)
}
