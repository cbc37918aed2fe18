//! Writes the provisioning partition. For host tools.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::net::IpAddr;

use sha2::{Digest as _, Sha256};

use crate::flash_layout::PROVISION;
use crate::host::MAX_HOST;
use crate::provision::{
    DIGEST_LENGTH, ERASED, FAMILY_IPV4, FAMILY_IPV6, FORMAT_VERSION, MAGIC, MAX_HOSTS, MAX_LENGTH,
    MAX_PASSWORD, MAX_SSID, ProvisionError, ProvisionField, Provisioning,
};

/// What the partition holds, owned. Its `Debug` output has no password.
#[derive(Clone, PartialEq, Eq)]
pub struct ProvisionContents {
    /// The name of the network.
    pub ssid: String,
    /// The WPA2 password, or `None` for an open network.
    pub password: Option<String>,
    /// Addresses to use in place of DNS. Their order does not matter.
    pub hosts: Vec<HostContents>,
}

/// A static host.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct HostContents {
    /// The host name.
    pub name: String,
    /// Its address.
    pub address: IpAddr,
}

impl ProvisionContents {
    /// The whole partition, 16 KiB.
    ///
    /// # Errors
    ///
    /// [`ProvisionWriteError::TooLarge`] for what a length or count of the format cannot say, and
    /// [`ProvisionWriteError::Refused`] for what a device would refuse to read: the bytes are read back
    /// before they are returned.
    pub fn write(&self) -> Result<Vec<u8>, ProvisionWriteError> {
        let mut writer = Writer(Vec::new());
        writer.0.extend(MAGIC);
        writer.0.extend(FORMAT_VERSION.to_le_bytes());
        // The total length, known when all is written.
        writer.0.extend([0; 2]);
        writer.text(ProvisionField::SsidLength, &self.ssid, MAX_SSID)?;
        writer.password(self.password.as_deref())?;
        writer.count(ProvisionField::HostCount, self.hosts.len(), MAX_HOSTS)?;
        let mut hosts: Vec<&HostContents> = self.hosts.iter().collect();
        hosts.sort();
        for host in hosts {
            writer.host(host)?;
        }
        let partition = writer.seal()?;
        Provisioning::read(&partition).map_err(ProvisionWriteError::Refused)?;
        Ok(partition)
    }
}

impl From<&Provisioning<'_>> for ProvisionContents {
    fn from(provisioning: &Provisioning<'_>) -> Self {
        let hosts = provisioning.hosts().map(|(name, address)| HostContents {
            name: name.into(),
            address,
        });
        Self {
            ssid: provisioning.ssid().into(),
            password: provisioning.password().map(String::from),
            hosts: hosts.collect(),
        }
    }
}

impl fmt::Debug for ProvisionContents {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("ProvisionContents")
            .field("ssid", &self.ssid)
            .field("password", &self.password.as_ref().map(|_| "(hidden)"))
            .field("hosts", &self.hosts)
            .finish()
    }
}

/// Why contents cannot be written.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProvisionWriteError {
    /// The password is there but empty; an open network has none.
    EmptyPassword,
    /// A device would refuse to read the partition.
    Refused(ProvisionError),
    /// The format cannot say so much.
    TooLarge {
        /// The length or count.
        field: ProvisionField,
        /// Its value.
        found: usize,
        /// The most allowed.
        maximum: usize,
    },
}

impl core::error::Error for ProvisionWriteError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Refused(error) => Some(error),
            Self::EmptyPassword | Self::TooLarge { .. } => None,
        }
    }
}

impl fmt::Display for ProvisionWriteError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::EmptyPassword => {
                formatter.write_str("the password is empty; an open network has none")
            }
            Self::Refused(_) => formatter.write_str("a device would refuse the provisioning"),
            Self::TooLarge {
                field,
                found,
                maximum,
            } => {
                write!(
                    formatter,
                    "{field} would be {found}, at most {maximum} is possible"
                )
            }
        }
    }
}

/// The bytes written so far.
struct Writer(Vec<u8>);

impl Writer {
    fn count(
        &mut self,
        field: ProvisionField,
        found: usize,
        maximum: usize,
    ) -> Result<(), ProvisionWriteError> {
        let byte = u8::try_from(found).ok().filter(|_| found <= maximum);
        let too_large = ProvisionWriteError::TooLarge {
            field,
            found,
            maximum,
        };
        self.0.push(byte.ok_or(too_large)?);
        Ok(())
    }

    fn text(
        &mut self,
        field: ProvisionField,
        text: &str,
        maximum: usize,
    ) -> Result<(), ProvisionWriteError> {
        self.count(field, text.len(), maximum)?;
        self.0.extend(text.bytes());
        Ok(())
    }

    fn password(&mut self, password: Option<&str>) -> Result<(), ProvisionWriteError> {
        // Its length says whether there is one.
        if password == Some("") {
            return Err(ProvisionWriteError::EmptyPassword);
        }
        let password = password.unwrap_or_default();
        self.text(ProvisionField::PasswordLength, password, MAX_PASSWORD)
    }

    fn host(&mut self, host: &HostContents) -> Result<(), ProvisionWriteError> {
        self.text(ProvisionField::HostNameLength, &host.name, MAX_HOST)?;
        match host.address {
            IpAddr::V4(address) => {
                self.0.push(FAMILY_IPV4);
                self.0.extend(address.octets());
            }
            IpAddr::V6(address) => {
                self.0.push(FAMILY_IPV6);
                self.0.extend(address.octets());
            }
        }
        Ok(())
    }

    /// Fills in the length, appends the digest, and fills the partition with erased bytes.
    fn seal(self) -> Result<Vec<u8>, ProvisionWriteError> {
        let Self(mut bytes) = self;
        let found = bytes.len().saturating_add(DIGEST_LENGTH);
        let too_large = ProvisionWriteError::TooLarge {
            field: ProvisionField::TotalLength,
            found,
            maximum: MAX_LENGTH,
        };
        let total_length = u16::try_from(found).map_err(|_| too_large)?;
        let place = bytes.get_mut(10..);
        if let Some(place) = place.and_then(|rest| rest.first_chunk_mut()) {
            *place = total_length.to_le_bytes();
        }
        bytes.extend(Sha256::digest(&bytes));
        bytes.resize(PROVISION.size as usize, ERASED);
        Ok(bytes)
    }
}
