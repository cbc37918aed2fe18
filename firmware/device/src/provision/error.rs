//! Why bytes are not a provisioning.

use core::fmt;

use crate::hex::Hex;
use crate::host::HostProblem;
use crate::provision::{
    DIGEST_LENGTH, FORMAT_VERSION, MAX_HOSTS, MAX_LENGTH, MAX_PASSWORD, MIN_LENGTH, MIN_PASSWORD,
};
use crate::text::TextProblem;

/// A field of the partition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are those of the format's table")]
pub enum ProvisionField {
    FormatVersion,
    HostAddress,
    HostCount,
    HostFamily,
    HostName,
    HostNameLength,
    Magic,
    Password,
    PasswordLength,
    Ssid,
    SsidLength,
    TotalLength,
}

/// Why bytes are not a provisioning. `offset` counts bytes from the start of the partition. No variant
/// carries the password or a part of it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProvisionError {
    /// The digest at the end is not that of the bytes before it.
    Digest {
        /// Where the digest stands.
        offset: usize,
        /// The digest in the partition.
        found: [u8; DIGEST_LENGTH],
        /// The digest of what stands before it.
        computed: [u8; DIGEST_LENGTH],
    },
    /// The partition is erased: the device was never provisioned.
    Erased,
    /// The format version is not [`FORMAT_VERSION`].
    FormatVersion {
        /// Where it stands.
        offset: usize,
        /// The version found.
        found: u16,
    },
    /// The name of a static host is not a host name.
    Host {
        /// Where the name begins.
        offset: usize,
        /// What is wrong with it.
        problem: HostProblem,
    },
    /// More than [`MAX_HOSTS`] static hosts.
    HostCount {
        /// Where the number stands.
        offset: usize,
        /// The number found.
        found: u8,
    },
    /// An address family other than 4 and 6.
    HostFamily {
        /// Where it stands.
        offset: usize,
        /// The family found.
        found: u8,
    },
    /// A static host is not above the one before it.
    HostOrder {
        /// Where the host begins.
        offset: usize,
        /// Which host, from 0.
        index: u8,
    },
    /// The bytes do not begin with the magic.
    Magic {
        /// Where the magic must stand.
        offset: usize,
        /// What stands there.
        found: [u8; 8],
    },
    /// A byte after the end is not erased.
    NotErased {
        /// Where the byte is.
        offset: usize,
        /// The byte.
        found: u8,
    },
    /// The password has a byte that is not printable ASCII.
    PasswordByte {
        /// Where the byte is.
        offset: usize,
    },
    /// The password is neither absent nor [`MIN_PASSWORD`] to [`MAX_PASSWORD`] bytes long.
    PasswordLength {
        /// Where the length stands.
        offset: usize,
        /// The length found.
        found: u8,
    },
    /// The SSID is not text of 1 to 32 bytes.
    Ssid {
        /// Where the SSID begins.
        offset: usize,
        /// What is wrong with it.
        problem: TextProblem,
    },
    /// The total length is not [`MIN_LENGTH`] to [`MAX_LENGTH`].
    TotalLength {
        /// Where it stands.
        offset: usize,
        /// The length found.
        found: u16,
    },
    /// Bytes follow the last host, before the digest.
    TrailingBytes {
        /// Where they begin.
        offset: usize,
        /// How many they are.
        count: usize,
    },
    /// The bytes end within a field, or before the digest.
    Truncated {
        /// Where the field begins.
        offset: usize,
        /// The field.
        field: ProvisionField,
        /// Bytes of the field; of everything, where it is the total length.
        needed: usize,
        /// Bytes that are left.
        available: usize,
    },
}

impl core::error::Error for ProvisionError {}

impl fmt::Display for ProvisionError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Digest {
                offset,
                found,
                computed,
            } => write!(
                formatter,
                "at byte {offset}: the digest is {}, the bytes have {}",
                Hex(found),
                Hex(computed)
            ),
            Self::Erased => {
                formatter.write_str("the partition is erased: the device was never provisioned")
            }
            Self::FormatVersion { offset, found } => write!(
                formatter,
                "at byte {offset}: format version {found}, only {FORMAT_VERSION} is known"
            ),
            Self::Host { offset, problem } => {
                write!(formatter, "at byte {offset}: not a host name: {problem}")
            }
            Self::HostCount { offset, found } => {
                write!(
                    formatter,
                    "at byte {offset}: {found} static hosts, at most {MAX_HOSTS} are allowed"
                )
            }
            Self::HostFamily { offset, found } => {
                write!(
                    formatter,
                    "at byte {offset}: address family {found}, must be 4 or 6"
                )
            }
            Self::HostOrder { offset, index } => {
                write!(
                    formatter,
                    "at byte {offset}: host[{index}] is not above the one before it"
                )
            }
            Self::Magic { offset, found } => {
                write!(
                    formatter,
                    "at byte {offset}: no provisioning begins with {}",
                    Hex(found)
                )
            }
            Self::NotErased { offset, found } => {
                write!(
                    formatter,
                    "at byte {offset}: 0x{found:02x} after the end, must be erased"
                )
            }
            Self::PasswordByte { offset } => {
                write!(
                    formatter,
                    "at byte {offset}: the password has a byte that is not printable ASCII"
                )
            }
            Self::PasswordLength { offset, found } => write!(
                formatter,
                "at byte {offset}: a password of {found} bytes, must be 0 or {MIN_PASSWORD} to {MAX_PASSWORD}"
            ),
            Self::Ssid { offset, problem } => {
                write!(
                    formatter,
                    "at byte {offset}: the SSID is not text: {problem}"
                )
            }
            Self::TotalLength { offset, found } => write!(
                formatter,
                "at byte {offset}: total length {found}, must be {MIN_LENGTH} to {MAX_LENGTH}"
            ),
            Self::TrailingBytes { offset, count } => {
                write!(formatter, "at byte {offset}: {count} bytes too many")
            }
            Self::Truncated {
                offset,
                field,
                needed,
                available,
            } => write!(
                formatter,
                "at byte {offset}: {field} needs {needed} bytes, {available} are left"
            ),
        }
    }
}

impl fmt::Display for ProvisionField {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::FormatVersion => "format-version",
            Self::HostAddress => "host-address",
            Self::HostCount => "host-count",
            Self::HostFamily => "host-family",
            Self::HostName => "host-name",
            Self::HostNameLength => "host-name-length",
            Self::Magic => "magic",
            Self::Password => "password",
            Self::PasswordLength => "password-length",
            Self::Ssid => "ssid",
            Self::SsidLength => "ssid-length",
            Self::TotalLength => "total-length",
        })
    }
}
