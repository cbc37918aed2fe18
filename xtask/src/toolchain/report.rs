//! What `toolchain show` says.

use std::fmt;
use std::path::PathBuf;

use serde::Serialize;

use super::debian::Debian;
use super::pins::{DebianPins, Package};
use crate::progress::Progress;

use super::{Provider, TARGET, Toolchain};
use crate::failure::{Failure, Result};

/// What there is to know about the toolchain.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Report {
    /// `perennial.toolchain/1`
    schema: &'static str,
    provider: Provider,
    target: &'static str,
    state: State,
    /// Why it is not ready; empty when it is.
    reasons: Vec<String>,
    directory: Option<PathBuf>,
    rustc_version: Option<String>,
    rustc: Option<PathBuf>,
    linker: Option<PathBuf>,
    sysroot: Option<PathBuf>,
    /// The pinned tree of `debian`; what was found of `rustup`.
    tree_sha256: Option<String>,
    packages: Vec<Package>,
    /// Libraries of the machine that came from packages because it lacks them: not pinned.
    host_packages: Vec<Package>,
}

/// Whether a build can start.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
enum State {
    /// Not fetched.
    Absent,
    /// Here, and not as it must be.
    Damaged,
    /// Here, and unchanged since its content was last hashed.
    Ready,
}

/// The report on the packages.
pub fn debian(debian: &Debian<'_>, pins: &DebianPins, progress: Progress) -> Report {
    let mut report = match debian.installed(progress) {
        Ok(Some(toolchain)) => Report::of(Provider::Debian, toolchain),
        Ok(None) => Report::without(
            Provider::Debian,
            State::Absent,
            vec!["fetch it with `cargo xtask toolchain fetch`".to_owned()],
        ),
        Err(failure) => Report::without(Provider::Debian, State::Damaged, reasons(&failure)),
    };
    report.directory = Some(debian.directory().to_path_buf());
    report.tree_sha256 = Some(pins.tree_sha256.as_str().to_owned());
    report.packages = pins.packages.clone();
    report.host_packages = debian.host_packages();
    report
}

/// The report on rustup's toolchain.
pub fn rustup(found: Result<Option<Toolchain>>) -> Report {
    match found {
        Ok(Some(toolchain)) => Report::of(Provider::Rustup, toolchain),
        Ok(None) => Report::without(
            Provider::Rustup,
            State::Absent,
            vec!["add the target with `cargo xtask toolchain fetch --provider rustup`".to_owned()],
        ),
        Err(failure) => Report::without(Provider::Rustup, State::Absent, reasons(&failure)),
    }
}

fn reasons(failure: &Failure) -> Vec<String> {
    let mut reasons = vec![failure.what.clone()];
    reasons.extend(failure.evidence.iter().cloned());
    if !failure.help.is_empty() {
        reasons.push(failure.help.clone());
    }
    reasons
}

impl Report {
    fn of(provider: Provider, toolchain: Toolchain) -> Self {
        Self {
            rustc_version: Some(toolchain.rustc_version),
            rustc: Some(toolchain.rustc),
            linker: Some(toolchain.linker),
            sysroot: Some(toolchain.sysroot),
            tree_sha256: Some(toolchain.tree_sha256),
            packages: toolchain.packages,
            ..Self::without(provider, State::Ready, Vec::new())
        }
    }

    fn without(provider: Provider, state: State, reasons: Vec<String>) -> Self {
        Self {
            schema: "perennial.toolchain/1",
            provider,
            target: TARGET,
            state,
            reasons,
            directory: None,
            rustc_version: None,
            rustc: None,
            linker: None,
            sysroot: None,
            tree_sha256: None,
            packages: Vec::new(),
            host_packages: Vec::new(),
        }
    }

    /// The machine's form.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (provider, what_for) = match self.provider {
            Provider::Debian => ("debian", "pinned packages: the one for releases"),
            Provider::Rustup => ("rustup", "rust-toolchain.toml: for development"),
        };
        writeln!(f, "provider  {provider} ({what_for})")?;
        writeln!(f, "target    {}", self.target)?;
        writeln!(f, "state     {}", self.state)?;
        for reason in &self.reasons {
            writeln!(f, "          {reason}")?;
        }
        let paths = [
            ("below", &self.directory),
            ("rustc", &self.rustc),
            ("linker", &self.linker),
        ];
        if let Some(version) = &self.rustc_version {
            writeln!(f, "version   {version}")?;
        }
        for (name, path) in paths {
            if let Some(path) = path {
                writeln!(f, "{name:<9} {}", path.display())?;
            }
        }
        if let Some(tree) = &self.tree_sha256 {
            writeln!(f, "tree      {tree}")?;
        }
        write_packages(f, "packages  (SHA-256 of each package)", &self.packages)?;
        write_packages(
            f,
            "libraries this machine lacks (not pinned)",
            &self.host_packages,
        )
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Absent => "not here",
            Self::Damaged => "damaged",
            Self::Ready => "ready: unchanged since its content was hashed",
        })
    }
}

fn write_packages(f: &mut fmt::Formatter<'_>, title: &str, packages: &[Package]) -> fmt::Result {
    if packages.is_empty() {
        return Ok(());
    }
    writeln!(f, "{title}")?;
    for package in packages {
        writeln!(
            f,
            "  {} {} {} {}",
            package.sha256, package.name, package.version, package.architecture
        )?;
    }
    Ok(())
}
