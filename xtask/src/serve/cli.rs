//! The command line of `serve`.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{ArgGroup, Args};

/// Arguments of `serve`.
#[derive(Args, Clone, Debug)]
#[command(group = ArgGroup::new("transport").required(true).args(["chain", "plain"]))]
pub struct ServeArguments {
    /// Folder with what is served; nothing outside of it, and nothing whose name begins with a dot
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,
    /// Certificates that the server sends, its own first: PEM
    #[arg(long, value_name = "FILE", requires = "key")]
    pub chain: Option<PathBuf>,
    /// Private key of the first certificate: PEM
    #[arg(long, value_name = "FILE", requires = "chain")]
    pub key: Option<PathBuf>,
    /// Without TLS: for rescue stores, which are trusted by their signatures alone
    #[arg(long, conflicts_with = "plain_listen")]
    pub plain: bool,
    /// Where to listen; with port 0 the system chooses one
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:0")]
    pub listen: SocketAddr,
    /// Serve the same without TLS here too
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub plain_listen: Option<SocketAddr>,
}
