//! The ServerHello, as far as the TLS library does not look at it: RFC 8446, section 4.1.3.

use core::fmt;

use crate::cursor::{Cursor, Short};
use crate::tls::suite::Suite;

/// The HandshakeType of a ServerHello.
const SERVER_HELLO: u8 = 2;
/// Bytes of HandshakeType and length before each message.
const MESSAGE_HEADER: usize = 4;
const TLS_1_3: u16 = 0x0304;
const P256: u16 = 0x0017;
const SUPPORTED_VERSIONS: u16 = 43;
const KEY_SHARE: u16 = 51;
/// The random of a HelloRetryRequest: SHA-256 of "HelloRetryRequest".
const RETRY: [u8; 32] = [
    0xCF, 0x21, 0xAD, 0x74, 0xE5, 0x9A, 0x61, 0x11, 0xBE, 0x1D, 0x8C, 0x02, 0x1E, 0x65, 0xB8, 0x91,
    0xC2, 0xA2, 0x11, 0x16, 0x7A, 0xBB, 0x8C, 0x5E, 0x07, 0x9E, 0x09, 0xE2, 0xC8, 0xA8, 0x33, 0x9C,
];

/// Why the device cannot go on after a ServerHello.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum HelloProblem {
    /// A key share of another curve than P-256, which alone was offered.
    Curve {
        /// The NamedGroup, RFC 8446, section 4.2.7.
        found: u16,
    },
    /// It does not fit into its record, or is split over several.
    Fragmented,
    /// It breaks the rules of TLS.
    Malformed,
    /// Another message stands in its place.
    Message {
        /// Its HandshakeType, RFC 8446, section 4.
        found: u8,
    },
    /// Another version than TLS 1.3.
    Version {
        /// What the server chose.
        found: u16,
    },
    /// The server wants another ClientHello (HelloRetryRequest), for a curve that the device lacks or with a cookie.
    Retry,
    /// Another cipher suite than the one that was offered.
    Suite {
        /// Its number, RFC 8446, appendix B.4.
        found: u16,
    },
    /// Something follows it in its record. What comes next must be encrypted.
    Trailing,
}

/// Checks the first record of a server, of `length` bytes, of which `start` is as much as is at hand.
pub(super) fn check(start: &[u8], length: usize, offered: Suite) -> Result<(), HelloProblem> {
    let mut cursor = Cursor::new(start);
    let [kind, size @ ..] = *cursor
        .array::<MESSAGE_HEADER>()
        .map_err(|_| HelloProblem::Fragmented)?;
    if kind != SERVER_HELLO {
        return Err(HelloProblem::Message { found: kind });
    }
    let [high, middle, low] = size.map(usize::from);
    let end = (high << 16 | middle << 8 | low).saturating_add(MESSAGE_HEADER);
    if end > length {
        return Err(HelloProblem::Fragmented);
    }
    let message = start.get(MESSAGE_HEADER..end.min(start.len()));
    check_message(message.unwrap_or_default(), offered)?;
    match end == length {
        true => Ok(()),
        false => Err(HelloProblem::Trailing),
    }
}

fn check_message(message: &[u8], offered: Suite) -> Result<(), HelloProblem> {
    let mut cursor = Cursor::new(message);
    let legacy_version = number(&mut cursor)?;
    let random = cursor.array::<32>()?;
    // The device sends an empty session identifier, so the echo is empty too; a server of TLS 1.2 sends its own.
    let [session] = *cursor.array::<1>()?;
    cursor.take(session.into())?;
    let suite = number(&mut cursor)?;
    let [compression] = *cursor.array::<1>()?;
    let extensions = Extensions::read(&mut cursor)?;
    match extensions.version {
        None => {
            return Err(HelloProblem::Version {
                found: legacy_version,
            });
        }
        Some(TLS_1_3) => {}
        Some(found) => return Err(HelloProblem::Version { found }),
    }
    if *random == RETRY {
        return Err(HelloProblem::Retry);
    }
    if suite != offered.code_point() {
        return Err(HelloProblem::Suite { found: suite });
    }
    if session != 0 || compression != 0 {
        return Err(HelloProblem::Malformed);
    }
    match extensions.curve {
        Some(P256) => Ok(()),
        Some(found) => Err(HelloProblem::Curve { found }),
        None => Err(HelloProblem::Malformed),
    }
}

/// What the extensions say, as far as it is looked at.
#[derive(Default)]
struct Extensions {
    version: Option<u16>,
    curve: Option<u16>,
}

impl Extensions {
    /// Reads all that is left. A server of TLS 1.2 may leave them out.
    fn read(cursor: &mut Cursor<'_>) -> Result<Self, HelloProblem> {
        let mut extensions = Self::default();
        if cursor.rest().is_empty() {
            return Ok(extensions);
        }
        let length = number(cursor)?;
        let mut list = Cursor::new(cursor.take(length.into())?);
        while !list.rest().is_empty() {
            let kind = number(&mut list)?;
            let length = number(&mut list)?;
            let mut data = Cursor::new(list.take(length.into())?);
            match kind {
                SUPPORTED_VERSIONS => extensions.version = Some(number(&mut data)?),
                KEY_SHARE => extensions.curve = Some(number(&mut data)?),
                _ => {}
            }
        }
        Ok(extensions)
    }
}

fn number(cursor: &mut Cursor<'_>) -> Result<u16, HelloProblem> {
    Ok(u16::from_be_bytes(*cursor.array()?))
}

impl From<Short> for HelloProblem {
    fn from(_: Short) -> Self {
        Self::Malformed
    }
}

impl fmt::Display for HelloProblem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Curve { found } => write!(
                formatter,
                "the server chose the curve 0x{found:04x}; the device has P-256"
            ),
            Self::Fragmented => {
                formatter.write_str("the ServerHello is split over records, which is not supported")
            }
            Self::Malformed => formatter.write_str("the ServerHello breaks the rules of TLS"),
            Self::Message { found } => write!(
                formatter,
                "a handshake message of type {found} stands in the place of the ServerHello"
            ),
            Self::Version { found } => write!(
                formatter,
                "the server chose the version 0x{found:04x}; the device has TLS 1.3 (0x0304)"
            ),
            Self::Retry => formatter.write_str(
                "the server wants another curve than P-256, or a cookie (HelloRetryRequest)",
            ),
            Self::Suite { found } => write!(
                formatter,
                "the server chose the cipher suite 0x{found:04x}, which was not offered"
            ),
            Self::Trailing => {
                formatter.write_str("something that is not encrypted follows the ServerHello")
            }
        }
    }
}
