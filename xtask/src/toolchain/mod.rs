//! The toolchain of the firmware: pinned, found or fetched, verified.
//!
//! Two providers. `debian`: pinned packages, hash-checked, unpacked below `target/`, with `core` and
//! `alloc` built from the packaged source; the same bytes on every x86-64 Linux, so it is the one for
//! releases and the default where apt exists. `rustup`: the toolchain of `rust-toolchain.toml` with the
//! prebuilt `core` of the same; for development on other machines.

pub mod apt;
pub mod cli;
pub mod command;
mod core_library;
mod debian;
pub mod files;
pub mod host_libraries;
mod offered;
mod pin;
mod pins;
mod report;
mod rustup;
mod source;
#[cfg(test)]
mod tests;
pub(crate) mod tree;

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use serde::Serialize;

pub use debian::HostLibraries;
pub(crate) use pins::COMPILER_PACKAGE;
pub use pins::{Package, Pins};

use crate::failure::{Failure, Result};
use crate::progress::Progress;

/// The firmware's target.
pub const TARGET: &str = "riscv32imc-unknown-none-elf";

/// Who a toolchain comes from.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Provider {
    /// Pinned Debian packages.
    Debian,
    /// The toolchain of `rust-toolchain.toml`.
    Rustup,
}

/// Which provider is wanted.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, clap::ValueEnum)]
pub enum ProviderChoice {
    /// `debian` where the packages can run and apt exists, else `rustup`.
    #[default]
    Auto,
    /// Pinned Debian packages.
    Debian,
    /// The toolchain of `rust-toolchain.toml`.
    Rustup,
}

/// A toolchain that is here and is the pinned one.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Toolchain {
    /// Who it comes from.
    pub provider: Provider,
    /// The compiler.
    pub rustc: PathBuf,
    /// The linker.
    pub linker: PathBuf,
    /// Where the loader finds the compiler's own libraries; none when it needs no help.
    pub library_path: Option<PathBuf>,
    /// Where the compiler looks for its libraries and `core`: the path to remap.
    pub sysroot: PathBuf,
    /// What it is made of: recorded with each release.
    pub packages: Vec<Package>,
    /// SHA-256 of the manifest of everything that compiles, links or is linked in, hexadecimal.
    pub tree_sha256: String,
    /// `rustc --version`.
    pub rustc_version: String,
}

impl Provider {
    /// The word of the command line and of release records.
    pub fn word(self) -> &'static str {
        match self {
            Self::Debian => "debian",
            Self::Rustup => "rustup",
        }
    }
}

impl Toolchain {
    /// The environment cargo needs to build with it.
    pub fn cargo_environment(&self) -> Vec<(OsString, OsString)> {
        let linker = format!(
            "CARGO_TARGET_{}_LINKER",
            TARGET.to_uppercase().replace('-', "_")
        );
        let mut environment = vec![
            (OsString::from("RUSTC"), self.rustc.clone().into_os_string()),
            (OsString::from(linker), self.linker.clone().into_os_string()),
        ];
        if let Some(path) = &self.library_path {
            environment.push((OsString::from("LD_LIBRARY_PATH"), path.into()));
        }
        environment
    }

    /// The arguments cargo needs to build for the firmware's target.
    pub fn cargo_arguments(&self) -> Vec<OsString> {
        vec!["--target".into(), TARGET.into()]
    }

    /// A command that runs its compiler, outside of cargo.
    pub fn rustc_command(&self) -> std::process::Command {
        let mut command = std::process::Command::new(&self.rustc);
        if let Some(path) = &self.library_path {
            command.env("LD_LIBRARY_PATH", path);
        }
        command
    }
}

/// The pinned toolchain, fetched first if it is not here. Takes well under a second when it is.
///
/// # Errors
/// When it is damaged or cannot be had, with the next step: exit 14.
pub fn ensure(root: &Path, choice: ProviderChoice, progress: Progress) -> Result<Toolchain> {
    let pins = Pins::embedded()?;
    let debian = debian::Debian::new(root, &pins.debian);
    let is_installed = debian.is_installed();
    if choice == ProviderChoice::Auto && !is_installed && debian.is_another_distribution()? {
        // Known from the last time; `fetch` asks the sources anew.
        return rustup::ensure(root, progress);
    }
    match provider(choice, is_installed) {
        Provider::Rustup => rustup::ensure(root, progress),
        Provider::Debian => match debian.installed(progress)? {
            Some(toolchain) => Ok(toolchain),
            None => fetch(root, choice, HostLibraries::MachineFirst, progress),
        },
    }
}

/// The pinned toolchain; what is missing or damaged is fetched or unpacked again.
///
/// # Errors
/// When it cannot be had, with the next step: exit 14.
pub fn fetch(
    root: &Path,
    choice: ProviderChoice,
    libraries: HostLibraries,
    progress: Progress,
) -> Result<Toolchain> {
    let pins = Pins::embedded()?;
    let debian = debian::Debian::new(root, &pins.debian);
    match provider(choice, debian.is_installed()) {
        Provider::Rustup => rustup::ensure(root, progress),
        Provider::Debian => debian
            .fetch(libraries, progress)
            .or_else(|failure| instead(root, choice, &debian, failure, progress)),
    }
}

/// What `auto` does on a machine whose distribution does not carry the packages: rustup's toolchain, and
/// it says so. A machine that is offline, or whose packages moved, is told just that.
fn instead(
    root: &Path,
    choice: ProviderChoice,
    debian: &debian::Debian<'_>,
    failure: Failure,
    progress: Progress,
) -> Result<Toolchain> {
    if choice != ProviderChoice::Auto || !debian.is_another_distribution()? {
        return Err(failure);
    }
    progress.say(
        "this machine's apt does not carry the pinned packages: using rustup's toolchain, \
         whose images differ from a release's",
    );
    rustup::ensure(root, progress).map_err(|other| failure.evidence(other.what))
}

/// Which provider `choice` means on this machine. A machine without apt can still use packages that
/// were copied to it.
fn provider(choice: ProviderChoice, is_installed: bool) -> Provider {
    match choice {
        ProviderChoice::Debian => Provider::Debian,
        ProviderChoice::Rustup => Provider::Rustup,
        ProviderChoice::Auto => {
            let can_fetch = apt::Apt::is_available();
            if offered::runs_here() && (is_installed || can_fetch) {
                Provider::Debian
            } else {
                Provider::Rustup
            }
        }
    }
}
