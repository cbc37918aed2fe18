//! `rescue`: store updates that devices accept without TLS. What a device takes is `device::rescue`; who does what, and
//! when: `docs/rescue.md`.

pub mod cli;
mod file;
mod issued;
mod make;
mod record;
mod show;
mod sign;
mod takers;
mod verify;

use cli::Command;

use crate::exit::Exit;
use crate::failure::Result;
use crate::project::Project;

/// Does what `arguments` say; the project is looked for only where its policy is asked.
///
/// # Errors
///
/// What keeps the command from its work; [`Exit::Tampered`] for a rescue store that no device would take.
pub fn run(
    project: impl FnOnce() -> Result<Project>,
    arguments: &cli::RescueArguments,
) -> Result<Exit> {
    match &arguments.command {
        Command::Make(arguments) => make::run(&project()?, arguments),
        Command::Sign(arguments) => sign::run(arguments),
        Command::Show(arguments) => show::run(arguments),
        Command::Verify(arguments) => verify::run(&project()?, arguments),
    }
}
