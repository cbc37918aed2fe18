//! The command line of `keys`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

/// Signing keys, and signing somewhere else
///
/// The keys are minisign's: stock minisign can use them and check what they sign.
#[derive(Args, Clone, Debug)]
pub struct Keys {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What `keys` can do.
#[derive(Clone, Debug, Subcommand)]
pub enum Command {
    /// Make a key pair
    New(New),
    /// Print the public key of a secret key
    Public(Public),
    /// Sign a release
    Sign(Sign),
    /// Say what is to be signed, for who signs elsewhere
    Request(Request),
    /// Put signatures that were made elsewhere into a release
    Attach(Attach),
}

/// Make a key pair
///
/// Writes the secret key to PATH (mode 0600, never over another file) and the public key beside it, with the
/// ending .pub. Prints the line for policy.toml. The secret key is never printed, and only a development key
/// may lie in a git working tree.
#[derive(Args, Clone, Debug)]
pub struct New {
    /// Where the secret key goes: a place outside every git working tree
    #[arg(value_name = "PATH")]
    pub path: PathBuf,
    /// What the key will be for, in the line for policy.toml
    #[arg(long, value_enum, default_value_t = Role::Release)]
    pub role: Role,
    /// Where the password comes from.
    #[command(flatten)]
    pub password: PasswordOption,
    /// Leave the secret key without a password: who can read the file can sign firmware
    #[arg(long, conflicts_with = "password_file")]
    pub dangerously_unencrypted: bool,
}

/// Print the public key of a secret key
///
/// Prints a public key file; the line for policy.toml goes to stderr.
#[derive(Args, Clone, Debug)]
pub struct Public {
    /// The secret key file
    #[arg(value_name = "PATH")]
    pub path: PathBuf,
    /// Write the public key file here, never over another file, instead of printing it
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// What the key is for, in the line for policy.toml
    #[arg(long, value_enum, default_value_t = Role::Release)]
    pub role: Role,
    /// Where the password comes from.
    #[command(flatten)]
    pub password: PasswordOption,
}

/// Sign a release
///
/// Checks every file of the release against release.json and SHA256SUMS first, then signs release.json. The
/// first signature goes to release.json.minisig, those of other keys to release.json.KEYID.minisig.
#[derive(Args, Clone, Debug)]
pub struct Sign {
    /// The directory of a release, or the release.json in it
    #[arg(value_name = "DIRECTORY")]
    pub release: PathBuf,
    /// The secret key file; give it again for more keys
    #[arg(long = "key", value_name = "PATH", required = true)]
    pub keys: Vec<PathBuf>,
    /// Where the password comes from.
    #[command(flatten)]
    pub password: PasswordOption,
}

/// Say what is to be signed, for who signs elsewhere
///
/// Checks every file of the release first. What it writes names the release, each byte string that is signed with its
/// SHA-256, the keys of the policy that may sign, and those that have.
#[derive(Args, Clone, Debug)]
pub struct Request {
    /// The directory of a release, or the release.json in it
    #[arg(value_name = "DIRECTORY")]
    pub release: PathBuf,
    /// Write the request to FILE instead of printing it
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// Put signatures that were made elsewhere into a release
///
/// Each is verified with the keys of the policy before anything is written; one that is not right refuses all. A signature
/// file (.minisig) must be of release.json, an envelope (.dsse.json) of a statement of this release.
#[derive(Args, Clone, Debug)]
pub struct Attach {
    /// The directory of a release, or the release.json in it
    #[arg(value_name = "DIRECTORY")]
    pub release: PathBuf,
    /// Signature files and envelopes
    #[arg(value_name = "SIGNATURE", required = true)]
    pub signatures: Vec<PathBuf>,
}

/// Where the password comes from.
#[derive(Args, Clone, Debug)]
pub struct PasswordOption {
    /// Read the password from the only line of FILE, or of standard input for `-`, and ask nobody
    #[arg(long, value_name = "FILE")]
    pub password_file: Option<PathBuf>,
}

/// What a signing key is for.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub enum Role {
    /// On a laptop or published; never for devices in the field
    Development,
    /// Signs releases
    Release,
    /// Signs rescue stores only
    Rescue,
}

impl Role {
    /// The word in policy.toml.
    pub fn word(self) -> &'static str {
        match self {
            Self::Development => "development",
            Self::Release => "release",
            Self::Rescue => "rescue",
        }
    }
}
