//! The settings that `cargo xtask provision` writes: the network, and host addresses for lab use.
//!
//! Nothing here decides trust.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use core::fmt;
use core::net::IpAddr;

use device::flash::{FlashError, Region};
use device::flash_layout::PROVISION;
use device::provision::{ProvisionError, Provisioning};

use crate::console::say;
use crate::ports::flash::Flash;

/// The settings, copied out of the partition so that its 16 KiB can be given back.
pub(crate) struct Settings {
    /// The name of the Wi-Fi network.
    pub(crate) ssid: String,
    /// Its password; `None` is an open network.
    pub(crate) password: Option<String>,
    /// Addresses that are used instead of asking DNS.
    pub(crate) hosts: Vec<(String, IpAddr)>,
}

/// Why there are no settings.
#[derive(Debug)]
pub(crate) enum SettingsError {
    /// What is in the partition was not written by `cargo xtask provision`, or was damaged.
    Invalid(ProvisionError),
    /// The partition cannot be read.
    Unreadable(FlashError),
}

impl SettingsError {
    /// What the person at the console can do.
    pub(crate) const fn next_step(&self) -> &'static str {
        match self {
            Self::Invalid(_) => "write the network with `cargo xtask provision`",
            Self::Unreadable(_) => "write the full flash image of a release",
        }
    }
}

impl fmt::Display for SettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Invalid(ProvisionError::Erased) => f.write_str("this board is not provisioned"),
            Self::Invalid(error) => write!(f, "the provisioning is invalid: {error}"),
            Self::Unreadable(error) => write!(f, "partition \"{}\": {error}", PROVISION.label),
        }
    }
}

impl Settings {
    /// Reads the settings of this board.
    ///
    /// # Errors
    ///
    /// See [`SettingsError`].
    pub(crate) fn read(flash: &mut Flash) -> Result<Self, SettingsError> {
        let mut bytes = vec![0; PROVISION.size as usize];
        Region::of(&PROVISION)
            .read(flash, 0, &mut bytes)
            .map_err(SettingsError::Unreadable)?;
        let provisioning = Provisioning::read(&bytes).map_err(SettingsError::Invalid)?;
        Ok(Self {
            ssid: provisioning.ssid().to_owned(),
            password: provisioning.password().map(ToOwned::to_owned),
            hosts: provisioning
                .hosts()
                .map(|(name, address)| (name.to_owned(), address))
                .collect(),
        })
    }

    /// Prints the settings, without the password.
    pub(crate) fn print(&self) {
        let protection = if self.password.is_some() {
            "with a password"
        } else {
            "open"
        };
        say!("provision: network \"{}\", {protection}", self.ssid);
        for (name, address) in &self.hosts {
            let note = if address.is_ipv4() {
                ""
            } else {
                ", not used: this firmware has IPv4 only"
            };
            say!("provision: host {name} is {address}{note}");
        }
    }
}
