//! Reads the provisioning partition.

use core::fmt;
use core::net::IpAddr;

use sha2::{Digest as _, Sha256};

use crate::cursor::{Cursor, Short};
use crate::host::host;
use crate::provision::{
    DIGEST_LENGTH, ERASED, FAMILY_IPV4, FAMILY_IPV6, FORMAT_VERSION, MAGIC, MAX_HOSTS, MAX_LENGTH,
    MAX_PASSWORD, MAX_SSID, MIN_LENGTH, MIN_PASSWORD, ProvisionError, ProvisionField,
};
use crate::text::text;

/// Which network to join, borrowed from the partition. Its `Debug` output has no password.
#[derive(Clone, PartialEq, Eq)]
pub struct Provisioning<'a> {
    ssid: &'a str,
    password: Option<&'a str>,
    /// Where the first host stands, and the number of hosts.
    hosts: (Reader<'a>, u8),
}

impl<'a> Provisioning<'a> {
    /// Reads a partition, from its first byte to its last.
    ///
    /// # Errors
    ///
    /// [`ProvisionError::Erased`] for a partition that was never written, else the first problem found.
    pub fn read(partition: &'a [u8]) -> Result<Self, ProvisionError> {
        if partition.iter().all(|byte| *byte == ERASED) {
            return Err(ProvisionError::Erased);
        }
        let mut reader = Reader(Cursor::new(partition));
        let total_length = frame(&mut reader)?;
        let (body, rest) = sealed(partition, total_length)?;
        reader.0.limit(body);
        let ssid = ssid(&mut reader)?;
        let password = password(&mut reader)?;
        let hosts = hosts(&mut reader)?;
        if !reader.0.rest().is_empty() {
            return Err(ProvisionError::TrailingBytes {
                offset: reader.offset(),
                count: reader.0.rest().len(),
            });
        }
        if let Some((offset, found)) = (total_length..)
            .zip(rest)
            .find(|(_, byte)| **byte != ERASED)
        {
            return Err(ProvisionError::NotErased {
                offset,
                found: *found,
            });
        }
        Ok(Self {
            ssid,
            password,
            hosts,
        })
    }

    /// The name of the network.
    pub const fn ssid(&self) -> &'a str {
        self.ssid
    }

    /// The WPA2 password, or `None` for an open network.
    pub const fn password(&self) -> Option<&'a str> {
        self.password
    }

    /// Addresses to use in place of DNS, by name and then address.
    pub fn hosts(&self) -> impl Iterator<Item = (&'a str, IpAddr)> + Clone + use<'a> {
        let (mut reader, count) = self.hosts.clone();
        (0..count).map_while(move |_| static_host(&mut reader).ok())
    }
}

impl fmt::Debug for Provisioning<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (_, hosts) = self.hosts;
        formatter
            .debug_struct("Provisioning")
            .field("ssid", &self.ssid)
            .field("password", &self.password.map(|_| "(hidden)"))
            .field("hosts", &hosts)
            .finish()
    }
}

/// Magic, version and total length, which is returned.
fn frame(reader: &mut Reader<'_>) -> Result<usize, ProvisionError> {
    let offset = reader.offset();
    let found = *reader.array(ProvisionField::Magic)?;
    if found != MAGIC {
        return Err(ProvisionError::Magic { offset, found });
    }
    let offset = reader.offset();
    let found = u16::from_le_bytes(*reader.array(ProvisionField::FormatVersion)?);
    if found != FORMAT_VERSION {
        return Err(ProvisionError::FormatVersion { offset, found });
    }
    let offset = reader.offset();
    let found = u16::from_le_bytes(*reader.array(ProvisionField::TotalLength)?);
    let total_length = usize::from(found);
    if !(MIN_LENGTH..=MAX_LENGTH).contains(&total_length) {
        return Err(ProvisionError::TotalLength { offset, found });
    }
    Ok(total_length)
}

/// What stands before the digest, which must be right, and what after.
fn sealed(partition: &[u8], total_length: usize) -> Result<(&[u8], &[u8]), ProvisionError> {
    let truncated = ProvisionError::Truncated {
        offset: 0,
        field: ProvisionField::TotalLength,
        needed: total_length,
        available: partition.len(),
    };
    let (whole, rest) = partition
        .split_at_checked(total_length)
        .ok_or(truncated.clone())?;
    let (body, found) = whole.split_last_chunk::<DIGEST_LENGTH>().ok_or(truncated)?;
    let computed: [u8; DIGEST_LENGTH] = Sha256::digest(body).into();
    if computed != *found {
        return Err(ProvisionError::Digest {
            offset: body.len(),
            found: *found,
            computed,
        });
    }
    Ok((body, rest))
}

fn ssid<'a>(reader: &mut Reader<'a>) -> Result<&'a str, ProvisionError> {
    let length = reader.u8(ProvisionField::SsidLength)?;
    let offset = reader.offset();
    let bytes = reader.bytes(ProvisionField::Ssid, usize::from(length))?;
    text(bytes, MAX_SSID).map_err(|problem| ProvisionError::Ssid { offset, problem })
}

fn password<'a>(reader: &mut Reader<'a>) -> Result<Option<&'a str>, ProvisionError> {
    let offset = reader.offset();
    let found = reader.u8(ProvisionField::PasswordLength)?;
    let length = usize::from(found);
    if length == 0 {
        return Ok(None);
    }
    if !(MIN_PASSWORD..=MAX_PASSWORD).contains(&length) {
        return Err(ProvisionError::PasswordLength { offset, found });
    }
    let offset = reader.offset();
    let bytes = reader.bytes(ProvisionField::Password, length)?;
    if let Some((offset, _)) = (offset..)
        .zip(bytes)
        .find(|(_, byte)| !is_printable(**byte))
    {
        return Err(ProvisionError::PasswordByte { offset });
    }
    // Cannot fail: each byte is ASCII.
    let password =
        core::str::from_utf8(bytes).map_err(|_| ProvisionError::PasswordByte { offset })?;
    Ok(Some(password))
}

const fn is_printable(byte: u8) -> bool {
    matches!(byte, b' '..=b'~')
}

/// Checks all hosts, and returns where they begin and their number.
fn hosts<'a>(reader: &mut Reader<'a>) -> Result<(Reader<'a>, u8), ProvisionError> {
    let offset = reader.offset();
    let found = reader.u8(ProvisionField::HostCount)?;
    if usize::from(found) > MAX_HOSTS {
        return Err(ProvisionError::HostCount { offset, found });
    }
    let start = reader.clone();
    let mut previous = None;
    for index in 0..found {
        let offset = reader.offset();
        let host = static_host(reader)?;
        if previous.is_some_and(|previous| previous >= host) {
            return Err(ProvisionError::HostOrder { offset, index });
        }
        previous = Some(host);
    }
    Ok((start, found))
}

fn static_host<'a>(reader: &mut Reader<'a>) -> Result<(&'a str, IpAddr), ProvisionError> {
    let length = reader.u8(ProvisionField::HostNameLength)?;
    let offset = reader.offset();
    let name = reader.bytes(ProvisionField::HostName, usize::from(length))?;
    let name = host(name).map_err(|problem| ProvisionError::Host { offset, problem })?;
    let offset = reader.offset();
    let address = match reader.u8(ProvisionField::HostFamily)? {
        FAMILY_IPV4 => IpAddr::from(*reader.array::<4>(ProvisionField::HostAddress)?),
        FAMILY_IPV6 => IpAddr::from(*reader.array::<16>(ProvisionField::HostAddress)?),
        found => return Err(ProvisionError::HostFamily { offset, found }),
    };
    Ok((name, address))
}

/// Reads fields in order. Its errors know the field and where it begins.
#[derive(Clone, PartialEq, Eq)]
struct Reader<'a>(Cursor<'a>);

impl<'a> Reader<'a> {
    const fn offset(&self) -> usize {
        self.0.offset()
    }

    fn bytes(&mut self, field: ProvisionField, length: usize) -> Result<&'a [u8], ProvisionError> {
        self.0.take(length).map_err(|short| truncated(field, short))
    }

    fn array<const N: usize>(
        &mut self,
        field: ProvisionField,
    ) -> Result<&'a [u8; N], ProvisionError> {
        self.0.array().map_err(|short| truncated(field, short))
    }

    fn u8(&mut self, field: ProvisionField) -> Result<u8, ProvisionError> {
        self.array(field).map(|[byte]| *byte)
    }
}

const fn truncated(field: ProvisionField, short: Short) -> ProvisionError {
    ProvisionError::Truncated {
        offset: short.offset,
        field,
        needed: short.needed,
        available: short.available,
    }
}
