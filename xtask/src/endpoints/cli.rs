//! Arguments of `endpoints`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

/// Arguments of `endpoints`.
#[derive(Args, Debug)]
pub struct EndpointsArguments {
    /// What to do with endpoints.
    #[command(subcommand)]
    pub command: EndpointsCommand,
}

/// The verbs of `endpoints`.
#[derive(Debug, Subcommand)]
pub enum EndpointsCommand {
    /// Record the certificates that a server sends, and where it redirects to; verifies nothing
    #[command(long_about = ABOUT)]
    Capture(CaptureArguments),
}

const ABOUT: &str = "\
Record the certificates that a server sends, and where it redirects to; verifies nothing.

Connects with TLS 1.3 or 1.2 and writes the chain exactly as it was sent, whatever it is: expired, for another \
name, self-signed, incomplete. A chain in trust/endpoints says what was seen, never that it is right: that is for \
`cargo xtask check` and the review. Whoever sits between this machine and the server decides what is recorded.";

/// Arguments of `endpoints capture`.
#[derive(Args, Clone, Debug)]
pub struct CaptureArguments {
    /// The URL that devices fetch: https://HOST[:PORT]/PATH
    #[arg(value_name = "URL", required_unless_present = "every_endpoint")]
    pub url: Option<String>,
    /// Every endpoint of the policy, each under its name; a failure does not keep the others from being captured
    #[arg(long, conflicts_with_all = ["url", "name", "output"])]
    pub every_endpoint: bool,
    /// First part of the file's name, instead of the host; for the URL's own host
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// Write the chain of the URL's own host to this file; with one --key-type
    #[arg(long, value_name = "FILE", conflicts_with = "name")]
    pub output: Option<PathBuf>,
    /// Which chains to ask for: many servers have one of each kind
    #[arg(long, value_enum, default_value_t = KeyTypes::Both)]
    pub key_type: KeyTypes,
    /// Seconds that each connection may take
    #[arg(long, value_name = "SECONDS", default_value_t = 15, value_parser = clap::value_parser!(u64).range(1..=600))]
    pub timeout: u64,
}

/// Which chains are asked for.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub enum KeyTypes {
    /// The RSA chain and the ECDSA chain, each on a connection of its own
    Both,
    /// The ECDSA chain
    Ecdsa,
    /// The RSA chain
    Rsa,
}
