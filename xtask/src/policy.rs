//! `policy fmt`: the canonical form of the policy.

use clap::{Args, Subcommand};
use trust::finding::Finding;
use trust::policy::{Formatting, canonical};
use trust::source::SourceFile;

use crate::atomic::{self, Existing, Readers};
use crate::check;
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::project::{POLICY, Project};
use crate::report::Format;

/// Arguments of `policy`.
#[derive(Args, Debug)]
pub struct PolicyArguments {
    /// What to do.
    #[command(subcommand)]
    verb: PolicyVerb,
}

#[derive(Debug, Subcommand)]
enum PolicyVerb {
    /// Write policy.toml in its canonical form: order, spacing, one way to write each value
    Fmt {
        /// Show the difference and write nothing; exit 11 when there is one
        #[arg(long)]
        check: bool,
    },
}
