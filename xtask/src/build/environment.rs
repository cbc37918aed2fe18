//! The environment in which a firmware is compiled: empty, but for what is listed here.

use std::ffi::OsString;
use std::path::PathBuf;

use crate::exit::Exit;
use crate::failure::{Failure, Result};

/// Variables of the caller that every cargo sees: where programs are. Which of them is cargo says `rust-toolchain.toml`.
pub const PASSED_ON: [&str; 2] = ["PATH", "RUSTUP_HOME"];

/// What the network of the caller needs, for fetching only.
pub const FETCH_ONLY: [&str; 11] = [
    "CARGO_HTTP_CAINFO",
    "CARGO_NET_GIT_FETCH_WITH_CLI",
    "CARGO_NET_OFFLINE",
    "HTTPS_PROXY",
    "HTTP_PROXY",
    "NO_PROXY",
    "SSL_CERT_DIR",
    "SSL_CERT_FILE",
    "https_proxy",
    "http_proxy",
    "no_proxy",
];

/// Variables that the crates of this chip and their logging are configured with.
const CONFIGURATION: [&str; 3] = ["DEFMT_", "EMBASSY_", "ESP_"];

/// Refuses variables with which somebody means to configure the firmware: the build would not see them, and the release
/// would not say so.
///
/// # Errors
/// [`Exit::Environment`] with the names of all of them.
pub fn require_unconfigured(names: impl Iterator<Item = OsString>) -> Result<()> {
    let mut foreign: Vec<String> = names
        .map(|name| name.to_string_lossy().into_owned())
        .filter(|name| CONFIGURATION.iter().any(|prefix| name.starts_with(prefix)))
        .collect();
    if foreign.is_empty() {
        return Ok(());
    }
    foreign.sort();
    let what = "variables of the environment would configure the firmware";
    Err(Failure::new(Exit::Environment, what)
        .evidence(foreign.join(", "))
        .help(
            "unset them: an image is a function of its commit, and the build would clear them; \
             what the firmware needs belongs into its source",
        ))
}

/// The home of the caller.
pub fn home() -> Option<PathBuf> {
    std::env::var_os("HOME").map(PathBuf::from)
}

/// Cargo's home, where crates are.
pub fn cargo_home() -> Option<PathBuf> {
    std::env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| Some(home()?.join(".cargo")))
}

/// Those variables of `names` that are set.
pub fn of_caller<'a>(names: &'a [&'a str]) -> impl Iterator<Item = (&'a str, OsString)> {
    names
        .iter()
        .filter_map(|name| Some((*name, std::env::var_os(name)?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_configure_the_chip_is_named_and_the_rest_is_cleared() {
        let names = |names: &[&str]| names.iter().map(OsString::from).collect::<Vec<_>>();
        require_unconfigured(names(&["HOME", "RUSTFLAGS", "LESP_X"]).into_iter()).unwrap();
        let set = names(&["ESP_WIFI_CONFIG_RX_QUEUE_SIZE", "A", "DEFMT_LOG"]);
        let failure = require_unconfigured(set.into_iter()).unwrap_err();
        assert_eq!(failure.exit, Exit::Environment);
        assert_eq!(
            failure.evidence,
            ["DEFMT_LOG, ESP_WIFI_CONFIG_RX_QUEUE_SIZE"]
        );
    }
}
