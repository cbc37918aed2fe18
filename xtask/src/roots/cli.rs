//! Arguments of `roots`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

/// Arguments of `roots`.
#[derive(Args, Debug)]
pub struct RootsArguments {
    /// What to do with the pool.
    #[command(subcommand)]
    pub command: RootsCommand,
}

/// The verbs of `roots`.
#[derive(Debug, Subcommand)]
pub enum RootsCommand {
    /// Add CA certificates to the pool: from the Mozilla set, or from a PEM file
    Add(AddArguments),
    /// List the pool: owner, key, notAfter and effective end of each anchor
    List(ListArguments),
    /// Show which roots a CA leads to, over which certificates and until when
    Paths(PathsArguments),
    /// Remove an anchor from the pool; refused while the policy requires it
    Remove(RemoveArguments),
    /// Show one root: everything that may end it, which end wins, and why
    Show(ShowArguments),
}

/// Arguments of `roots add`.
#[derive(Args, Debug)]
pub struct AddArguments {
    /// Name or SHA-256 fingerprint in the Mozilla set, or in the file
    #[arg(value_name = "NAME|FINGERPRINT", required_unless_present = "file")]
    pub which: Option<String>,
    /// PEM file to take the certificates from: all of them, or the one that is named
    #[arg(long, value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// Add nothing; print the SPKI pin of the certificate for [[pin-fallback]] of the policy
    #[arg(long)]
    pub as_pin: bool,
}

/// Arguments of `roots list`.
#[derive(Args, Debug)]
pub struct ListArguments {
    /// Form of the list
    #[arg(long, value_enum, default_value_t = RootsFormat::Human)]
    pub format: RootsFormat,
}

/// Arguments of `roots paths`.
#[derive(Args, Debug)]
pub struct PathsArguments {
    /// Name of a CA, as `R12`, or SHA-256 of its SubjectPublicKeyInfo
    #[arg(value_name = "NAME|SPKI-SHA256")]
    pub which: String,
    /// Form of the answer
    #[arg(long, value_enum, default_value_t = RootsFormat::Human)]
    pub format: RootsFormat,
}

/// Arguments of `roots remove`.
#[derive(Args, Debug)]
pub struct RemoveArguments {
    /// Name or SHA-256 fingerprint of an anchor of the pool
    #[arg(value_name = "NAME|FINGERPRINT")]
    pub which: String,
}

/// Arguments of `roots show`.
#[derive(Args, Debug)]
pub struct ShowArguments {
    /// Name or SHA-256 fingerprint: of the pool, else of the Mozilla set
    #[arg(value_name = "NAME|FINGERPRINT")]
    pub which: String,
    /// Form of the answer
    #[arg(long, value_enum, default_value_t = RootsFormat::Human)]
    pub format: RootsFormat,
}

/// How facts about roots are written.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub enum RootsFormat {
    /// For people; not a stable interface
    Human,
    /// For programs: `perennial.roots/1`, `perennial.root/1`, `perennial.paths/1`
    Json,
}
