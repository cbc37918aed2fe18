//! The command line of `rescue`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use trust::date::Date;

use crate::cli::QuestionArguments;
use crate::keys::cli::PasswordOption;

/// Rescue stores: what a device takes over plain HTTP when it trusts no server any more
///
/// A rescue store is the proven store of the policy in an envelope that the rescue keys sign. It is one file from the
/// beginning to the endpoint: `make` writes it, `sign` adds a signature, `verify` says whether devices take it.
#[derive(Args, Clone, Debug)]
pub struct RescueArguments {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What `rescue` can do.
#[derive(Clone, Debug, Subcommand)]
pub enum Command {
    /// Write the proven store as a rescue store that nobody has signed
    Make(Make),
    /// Add the signatures of rescue keys
    Sign(Sign),
    /// Show what is in a rescue store; verifies no signature
    Show(Show),
    /// Say whether devices take it, with their own code
    Verify(Verify),
}

/// Write the proven store as a rescue store that nobody has signed
///
/// The policy must pass, as for `render`; for the production channel its changes must be approved, as for `build-firmware`.
/// Its store-sequence must be above that of every release and published rescue store of the ledger, and not too far above:
/// devices take nothing else.
#[derive(Args, Clone, Debug)]
pub struct Make {
    /// When and for whom.
    #[command(flatten)]
    pub question: QuestionArguments,
    /// Day of issue that the file tells, YYYY-MM-DD: not after the release date, nor after today [default: the release date]
    #[arg(long, value_name = "DATE")]
    pub issued: Option<Date>,
    /// Make it for the production channel without the approvals that [review] of the policy asks for
    #[arg(long)]
    pub dangerously_skip_approvals: bool,
    /// Where the rescue store goes, never over another file
    #[arg(long, short, value_name = "FILE")]
    pub output: PathBuf,
}

/// Add the signatures of rescue keys
///
/// Needs no project and no network. Signers come in any order; each adds a signature to the same file, which is written
/// whole or stays as it was. Look at what you sign first: `rescue show`.
#[derive(Args, Clone, Debug)]
pub struct Sign {
    /// Rescue store
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// The secret key file; give it again for more keys
    #[arg(long = "key", value_name = "PATH", required = true)]
    pub keys: Vec<PathBuf>,
    /// Where the password comes from.
    #[command(flatten)]
    pub password: PasswordOption,
}

/// Show what is in a rescue store; verifies no signature
#[derive(Args, Clone, Debug)]
pub struct Show {
    /// Rescue store
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
}

/// Say whether devices take it, with their own code
///
/// Says which rescue keys of the policy signed, and for each release of the ledger whether its devices take it, and why not:
/// enough of its own rescue keys must have signed, and its store must have a lower sequence. Fails when neither devices with the
/// keys of the policy nor those of any release take it, and when a rescue store was published that is not below it.
#[derive(Args, Clone, Debug)]
pub struct Verify {
    /// Add the rescue store to the ledger, trust/rescues/<sequence>.toml: it is the one to publish, and its day of issue has come
    #[arg(long)]
    pub record: bool,
    /// Rescue store
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
}
