//! Why there is no connection with a verified server, or no more of it.

use core::fmt;

use embedded_io_async::{Error, ErrorKind};

use crate::platform::TimedOut;
use crate::tls::alert::Alert;
use crate::tls::hello::HelloProblem;
use crate::tls::records::RecordProblem;
use crate::verify::{HandshakeError, VerifyError};

/// Why a TLS connection was not opened, or ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TlsError {
    /// The server refused the handshake.
    Alert(Alert),
    /// A record was not encrypted with the keys of this connection.
    BadRecord,
    /// An earlier read or write was given up in the middle, so that what follows has no meaning.
    Cancelled,
    /// The chain that the server sent is not trusted.
    Certificate(VerifyError),
    /// The server said that it is done (close_notify). What was read may be all or not: only a length says so.
    Closed,
    /// The connection ended without the server saying so.
    Cut,
    /// The ServerHello is none that the device can go on with.
    Hello(HelloProblem),
    /// The transport failed.
    Io(ErrorKind),
    /// The server finished the handshake and proved nothing.
    NotProven,
    /// A record that must not come here.
    Record(RecordProblem),
    /// The server ended the encrypted connection with an alert other than close_notify.
    ServerAlert,
    /// The handshake is not signed by the key of the certificate.
    Signature(HandshakeError),
    /// A message came out of its order.
    Unexpected,
    /// A message that the device does not know, after the handshake a KeyUpdate for example.
    UnknownMessage,
    /// A message that cannot be read. One that is split over records is such: the device does not put them together.
    Unreadable,
    /// What was to be written does not fit.
    Unwritable,
}

/// Why a host was not reached as a verified server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OpenError<E> {
    /// It took too long.
    TimedOut(TimedOut),
    /// It was reached, and is not trusted or does not speak as it must.
    Tls(TlsError),
    /// There is no connection to it.
    Unreached(E),
}

impl TlsError {
    /// Whether the server may have refused the cipher suite, and another one is worth a try.
    pub const fn may_be_the_suite(self) -> bool {
        matches!(
            self,
            Self::Alert(Alert::HANDSHAKE_FAILURE | Alert::INSUFFICIENT_SECURITY)
                | Self::Hello(HelloProblem::Suite { .. })
        )
    }
}

impl core::error::Error for TlsError {}

impl Error for TlsError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Closed | Self::Cut => ErrorKind::ConnectionAborted,
            Self::Io(kind) => *kind,
            _ => ErrorKind::InvalidData,
        }
    }
}

impl fmt::Display for TlsError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Alert(alert) => write!(formatter, "the server refused the handshake: {alert}"),
            Self::Certificate(error) => write!(formatter, "{error}"),
            Self::Hello(problem) => write!(formatter, "{problem}"),
            Self::Io(kind) => write!(formatter, "the connection failed: {kind}"),
            Self::Record(problem) => write!(formatter, "{problem}"),
            Self::Signature(error) => write!(formatter, "{error}"),
            other => formatter.write_str(other.fixed_text()),
        }
    }
}

impl TlsError {
    /// The text of those that hold nothing.
    const fn fixed_text(self) -> &'static str {
        match self {
            Self::BadRecord => "a record is not encrypted with the keys of this connection",
            Self::Cancelled => {
                "an earlier read or write was given up, so the connection cannot be used any more"
            }
            Self::Closed => "the server closed the connection",
            Self::Cut => "the connection ended without the server saying so",
            Self::NotProven => {
                "the server finished the handshake without proving that it has the key of a trusted certificate"
            }
            Self::ServerAlert => "the server ended the connection with an alert",
            Self::Unexpected => "a message came out of its order",
            Self::UnknownMessage => "the server sent a message that the device does not know",
            Self::Unreadable => {
                "a message of the handshake cannot be read, or is split over records, which is not supported"
            }
            Self::Unwritable => "a message does not fit into the buffer for writing",
            Self::Alert(_)
            | Self::Certificate(_)
            | Self::Hello(_)
            | Self::Io(_)
            | Self::Record(_)
            | Self::Signature(_) => "",
        }
    }
}

impl<E: fmt::Debug + fmt::Display> core::error::Error for OpenError<E> {}

impl<E: fmt::Display> fmt::Display for OpenError<E> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TimedOut(error) => write!(formatter, "{error}"),
            Self::Tls(error) => write!(formatter, "{error}"),
            Self::Unreached(error) => write!(formatter, "{error}"),
        }
    }
}
