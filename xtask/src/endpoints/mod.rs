//! `endpoints`: what update servers send.

mod capture;
mod cli;
mod connect;
mod file;
mod http;
mod target;
#[cfg(test)]
mod tests;
mod tls;

pub use cli::EndpointsArguments;
use cli::EndpointsCommand;

use std::time::SystemTime;

use trust::date::Date;

use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::progress::Progress;
use crate::project::Project;

/// Runs a verb of `endpoints`. Lines for the policy go to stdout, everything else to stderr.
///
/// # Errors
/// A URL that is none, a server that cannot be reached or sends no chain, a file that holds another one.
pub fn run(project: &Project, arguments: &EndpointsArguments) -> Result<Exit> {
    let EndpointsCommand::Capture(arguments) = &arguments.command;
    let mut out = crate::output::stdout();
    capture::run(project, arguments, today()?, &mut out, Progress::stderr())
}

/// The day on which something was seen. It goes into a file's name and comment; nothing is judged by it but what somebody asks
/// about a file that is in no repository.
#[allow(
    clippy::disallowed_methods,
    reason = "a capture is dated: the one place that asks what day it is"
)]
pub(crate) fn today() -> Result<Date> {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let seconds = since
        .ok()
        .and_then(|since| i64::try_from(since.as_secs()).ok());
    seconds.and_then(Date::from_unix_seconds).ok_or_else(|| {
        Failure::new(Exit::Environment, "this machine's clock is before 1970")
            .help("set the clock: a capture carries its date")
    })
}
