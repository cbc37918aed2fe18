//! Arguments of `releases`.

use clap::{Args, Subcommand, ValueEnum};

/// Arguments of `releases`.
#[derive(Args, Debug)]
pub struct ReleasesArguments {
    /// What to do with the ledger.
    #[command(subcommand)]
    pub command: ReleasesCommand,
}

/// The verbs of `releases`.
#[derive(Debug, Subcommand)]
pub enum ReleasesCommand {
    /// List the shipped releases by release date
    List(ListArguments),
    /// Show one release: what it trusts, and which servers it asks
    Show(ShowArguments),
}

/// Arguments of `releases list`.
#[derive(Args, Debug)]
pub struct ListArguments {
    /// Form of the list
    #[arg(long, value_enum, default_value_t = ReleasesFormat::Human)]
    pub format: ReleasesFormat,
}

/// Arguments of `releases show`.
#[derive(Args, Debug)]
pub struct ShowArguments {
    /// Version of the release
    #[arg(value_name = "VERSION")]
    pub version: String,
    /// Form of the answer
    #[arg(long, value_enum, default_value_t = ReleasesFormat::Human)]
    pub format: ReleasesFormat,
}

/// How releases are written.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub enum ReleasesFormat {
    /// For people; not a stable interface
    Human,
    /// For programs: `perennial.releases/1`, `perennial.recorded-release/1`
    Json,
}
