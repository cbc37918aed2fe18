//! The command line of `provision`.

use std::net::IpAddr;
use std::path::PathBuf;

use clap::Args;
use device::host;
use device::provision::HostContents;

/// Arguments of `provision`.
#[derive(Args, Clone, Debug)]
pub struct ProvisionArguments {
    /// Name of the Wi-Fi network, 1 to 32 bytes
    #[arg(long, value_name = "NAME")]
    pub ssid: String,
    /// The network has no password
    #[arg(long, conflicts_with = "password_file")]
    pub open: bool,
    /// Read the WPA2 password from the only line of this file; - is stdin [default: ask at the terminal]
    #[arg(long, value_name = "FILE")]
    pub password_file: Option<PathBuf>,
    /// For a laboratory: use this IPv4 address for the host instead of asking DNS; repeatable. The host's certificate
    /// must verify all the same
    #[arg(long = "host", value_name = "NAME=ADDRESS", value_parser = parse_host)]
    pub hosts: Vec<HostContents>,
    /// Where the partition goes, or with --into the image that has it; never over another file
    #[arg(long, value_name = "FILE", required_unless_present = "into")]
    pub output: Option<PathBuf>,
    /// Put the partition into this full flash image, or, with --output, into a copy of it
    #[arg(long, value_name = "FILE")]
    pub into: Option<PathBuf>,
}

fn parse_host(text: &str) -> Result<HostContents, String> {
    let (name, address) = text
        .split_once('=')
        .ok_or("must be NAME=ADDRESS, as in ota.example.com=192.168.4.1")?;
    host::host(name.as_bytes()).map_err(|problem| format!("the host name: {problem}"))?;
    let address: IpAddr = address
        .parse()
        .map_err(|_| format!("\"{address}\" is no IPv4 address"))?;
    if address.is_ipv6() {
        return Err(format!(
            "{address} is an IPv6 address, and the firmware has IPv4 only"
        ));
    }
    Ok(HostContents {
        name: name.to_owned(),
        address,
    })
}
