//! `cargo xtask toolchain`.

use std::io::Write;
use std::path::Path;

use clap::{Args, Subcommand, ValueEnum};

use super::debian::{Debian, HostLibraries};
use super::pin::{self, Move};
use super::pins::{PINS_PATH, Pins};
use super::report;
use crate::progress::Progress;

use super::{Provider, ProviderChoice, provider, rustup};
use crate::exit::Exit;
use crate::failure::{Failure, Result};

/// What to do with the pinned toolchain.
#[derive(Clone, Debug, Subcommand)]
pub enum ToolchainCommand {
    /// Fetch the pinned toolchain; what is there and right is kept
    Fetch(FetchArguments),
    /// Move the pins to what this machine's apt sources offer
    Pin(PinArguments),
    /// Show provider, versions, hashes, and whether it is here
    Show(ShowArguments),
    /// Hash every package and every unpacked file; exit 14 when one differs
    Verify(VerifyArguments),
}

/// Arguments of `toolchain fetch`.
#[derive(Args, Clone, Debug)]
pub struct FetchArguments {
    /// Who the toolchain comes from
    #[arg(long, value_enum, default_value_t)]
    pub provider: ProviderChoice,
    /// Fetch the libraries that the compiler loads too, even when this machine has them
    #[arg(long)]
    pub packaged_libraries: bool,
}

/// Arguments of `toolchain pin`.
#[derive(Args, Clone, Debug)]
pub struct PinArguments {
    /// Pin what apt offers now: fetches it, builds `core` and `alloc`, and writes the pins
    #[arg(long, required = true)]
    pub offered: bool,
    /// Say what would change and write nothing
    #[arg(long)]
    pub dry_run: bool,
}

/// Arguments of `toolchain show`.
#[derive(Args, Clone, Debug)]
pub struct ShowArguments {
    /// Who the toolchain comes from
    #[arg(long, value_enum, default_value_t)]
    pub provider: ProviderChoice,
    /// How it is written
    #[arg(long, value_enum, default_value_t)]
    pub format: ShowFormat,
}

/// Arguments of `toolchain verify`.
#[derive(Args, Clone, Debug)]
pub struct VerifyArguments {
    /// Who the toolchain comes from
    #[arg(long, value_enum, default_value_t)]
    pub provider: ProviderChoice,
}

/// How `toolchain show` writes.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, ValueEnum)]
pub enum ShowFormat {
    /// For a person.
    #[default]
    Human,
    /// `perennial.toolchain/1`
    Json,
}

/// Runs a `toolchain` command for the repository at `root`; `out` takes what is data.
///
/// # Errors
/// Exit 14 when the toolchain is not here, not the pinned one, or cannot be had.
pub fn run(
    root: &Path,
    command: &ToolchainCommand,
    out: &mut dyn Write,
    progress: Progress,
) -> Result<Exit> {
    match command {
        ToolchainCommand::Fetch(arguments) => fetch(root, arguments, out, progress),
        ToolchainCommand::Pin(arguments) => move_pins(root, arguments, out, progress),
        ToolchainCommand::Show(arguments) => show(root, arguments, out, progress),
        ToolchainCommand::Verify(arguments) => verify(root, arguments, out, progress),
    }?;
    Ok(Exit::Done)
}

fn fetch(
    root: &Path,
    arguments: &FetchArguments,
    out: &mut dyn Write,
    progress: Progress,
) -> Result<()> {
    let libraries = if arguments.packaged_libraries {
        HostLibraries::Packaged
    } else {
        HostLibraries::MachineFirst
    };
    let toolchain = super::fetch(root, arguments.provider, libraries, progress)?;
    let lines = format!(
        "{}\nlinker  {}\nsysroot {}\n",
        toolchain.rustc_version,
        toolchain.linker.display(),
        toolchain.sysroot.display()
    );
    print(out, &lines)
}

fn verify(
    root: &Path,
    arguments: &VerifyArguments,
    out: &mut dyn Write,
    progress: Progress,
) -> Result<()> {
    let pins = Pins::embedded()?;
    let debian = Debian::new(root, &pins.debian);
    if provider(arguments.provider, debian.is_installed()) == Provider::Rustup {
        return Err(Failure::new(
            Exit::Environment,
            "a toolchain of rustup has no pinned content to verify against",
        )
        .help("`cargo xtask toolchain show --provider rustup` prints its hashes, to compare"));
    }
    let verified = debian.verify(progress)?;
    let line = format!(
        "verified: {} packages, {} files, tree {}\n",
        verified.packages, verified.files, pins.debian.tree_sha256
    );
    print(out, &line)
}

fn show(
    root: &Path,
    arguments: &ShowArguments,
    out: &mut dyn Write,
    progress: Progress,
) -> Result<()> {
    let pins = Pins::embedded()?;
    let debian = Debian::new(root, &pins.debian);
    let report = match provider(arguments.provider, debian.is_installed()) {
        Provider::Debian => report::debian(&debian, &pins.debian, progress),
        Provider::Rustup => report::rustup(rustup::installed(root)),
    };
    let text = match arguments.format {
        ShowFormat::Human => report.to_string(),
        ShowFormat::Json => report.to_json(),
    };
    print(out, &text)
}

fn move_pins(
    root: &Path,
    arguments: &PinArguments,
    out: &mut dyn Write,
    progress: Progress,
) -> Result<()> {
    let pins = Pins::embedded()?;
    let offered = pin::offered(root, &pins, progress)?;
    if offered == pins {
        return print(out, "the pins are what apt offers\n");
    }
    let mut text = String::new();
    for change in pin::moves(&pins.debian.packages, &offered.debian.packages) {
        text.push_str(&move_line(&change));
    }
    text.push_str(&format!(
        "tree-sha256 {} -> {}\n",
        pins.debian.tree_sha256, offered.debian.tree_sha256
    ));
    if arguments.dry_run {
        text.push_str("nothing was written\n");
    } else {
        pin::write(root, &offered)?;
        text.push_str(&format!("{PINS_PATH} was written: review and commit it\n"));
    }
    print(out, &text)
}

fn move_line(change: &Move) -> String {
    match (&change.from, &change.to) {
        (Some(from), Some(to)) => format!("{} {} -> {}\n", to.name, from.version, to.version),
        (Some(from), None) => format!("{} {} -> none\n", from.name, from.version),
        (None, Some(to)) => format!("{} none -> {}\n", to.name, to.version),
        (None, None) => String::new(),
    }
}

fn print(out: &mut dyn Write, text: &str) -> Result<()> {
    out.write_all(text.as_bytes())
        .map_err(|error| Failure::io("write to", Path::new("stdout"), &error))
}
