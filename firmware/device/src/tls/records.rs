//! Which records may come: by their headers, and by their contents where those are not encrypted.

use core::fmt;

use crate::tls::alert::Alert;
use crate::tls::error::TlsError;
use crate::tls::hello;
use crate::tls::progress::Phase;
use crate::tls::suite::Suite;

/// Most bytes of an encrypted record: RFC 8446, section 5.2.
pub const MAX_RECORD_BYTES: usize = 16_640;
/// Most bytes of the records of a handshake, without their headers: a chain of 12 KiB twice, and what stands around it.
pub const MAX_HANDSHAKE_BYTES: usize = 32 * 1024;
/// Most records of a handshake. Honest servers send 3 to 7.
pub const MAX_HANDSHAKE_RECORDS: u8 = 16;

/// Least bytes of an encrypted record: the tag of AES-GCM and the type of what is inside.
const MIN_RECORD_BYTES: usize = 17;
const CHANGE_CIPHER_SPEC: u8 = 20;
const ALERT: u8 = 21;
pub(super) const HANDSHAKE: u8 = 22;
pub(super) const APPLICATION_DATA: u8 = 23;

/// A record that must not come here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RecordProblem {
    /// A ChangeCipherSpec that is not one byte of 1 between ServerHello and Finished: RFC 8446, section 5.
    ChangeCipherSpec,
    /// An encrypted record before there are keys.
    Early,
    /// Too short or too long for its type.
    Length {
        /// The ContentType, RFC 8446, section 5.1.
        kind: u8,
        /// Its bytes.
        found: usize,
    },
    /// More than [`MAX_HANDSHAKE_BYTES`].
    TooManyBytes,
    /// More than [`MAX_HANDSHAKE_RECORDS`].
    TooManyRecords,
    /// Of no type that TLS has.
    Type {
        /// The first byte.
        found: u8,
    },
    /// A record that is not encrypted, when all must be.
    Unencrypted {
        /// The ContentType, RFC 8446, section 5.1.
        kind: u8,
    },
    /// The version in the header is none of TLS.
    Version {
        /// Its first byte.
        found: u8,
    },
}

/// Whether a record with this header may come now.
pub(super) fn judge_header(
    kind: u8,
    major: u8,
    length: usize,
    phase: Phase,
) -> Result<(), RecordProblem> {
    if !(CHANGE_CIPHER_SPEC..=APPLICATION_DATA).contains(&kind) {
        return Err(RecordProblem::Type { found: kind });
    }
    if major != 3 {
        return Err(RecordProblem::Version { found: major });
    }
    match (kind, phase) {
        (APPLICATION_DATA, Phase::Hello) => Err(RecordProblem::Early),
        (CHANGE_CIPHER_SPEC, Phase::Hello | Phase::Established) => {
            Err(RecordProblem::ChangeCipherSpec)
        }
        (ALERT | HANDSHAKE, Phase::Handshake | Phase::Established) => {
            Err(RecordProblem::Unencrypted { kind })
        }
        _ => judge_length(kind, length),
    }
}

fn judge_length(kind: u8, length: usize) -> Result<(), RecordProblem> {
    let allowed = match kind {
        CHANGE_CIPHER_SPEC => 1..=1,
        ALERT => 2..=2,
        HANDSHAKE => 1..=1 << 14,
        _ => MIN_RECORD_BYTES..=MAX_RECORD_BYTES,
    };
    if allowed.contains(&length) {
        Ok(())
    } else {
        Err(RecordProblem::Length {
            kind,
            found: length,
        })
    }
}

/// Whether a record that is not encrypted may come, by its contents: the first of `length` bytes.
pub(super) fn judge_contents(
    kind: u8,
    start: &[u8],
    length: usize,
    offered: Suite,
) -> Result<(), TlsError> {
    match (kind, start) {
        (HANDSHAKE, start) => hello::check(start, length, offered).map_err(TlsError::Hello),
        (ALERT, [_, 0]) => Err(TlsError::Closed),
        (ALERT, [_, description]) => Err(TlsError::Alert(Alert(*description))),
        (_, [1]) => Ok(()),
        _ => Err(TlsError::Record(RecordProblem::ChangeCipherSpec)),
    }
}

impl fmt::Display for RecordProblem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ChangeCipherSpec => {
                formatter.write_str("a ChangeCipherSpec record that TLS 1.3 does not allow here")
            }
            Self::Early => formatter.write_str("an encrypted record came before the ServerHello"),
            Self::Length { kind, found } => write!(
                formatter,
                "a record of type {kind} with {found} bytes, which none of that type may have"
            ),
            Self::TooManyBytes => write!(
                formatter,
                "the handshake has more than {MAX_HANDSHAKE_BYTES} bytes"
            ),
            Self::TooManyRecords => write!(
                formatter,
                "the handshake has more than {MAX_HANDSHAKE_RECORDS} records"
            ),
            Self::Type { found } => write!(
                formatter,
                "the server does not speak TLS: a record begins with 0x{found:02x}"
            ),
            Self::Unencrypted { kind } => write!(
                formatter,
                "a record of type {kind} is not encrypted and should be"
            ),
            Self::Version { found } => write!(
                formatter,
                "the server does not speak TLS: a record has the version {found}"
            ),
        }
    }
}
