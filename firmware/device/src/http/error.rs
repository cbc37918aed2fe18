//! Everything that can be wrong with an exchange.

use alloc::string::String;
use core::fmt;

use super::{MAX_FIELDS, MAX_HEAD, MAX_INTERIM, MAX_KEPT, MAX_KEPT_FIELDS, MAX_REQUEST};

/// Why a file was not fetched. `E` is the error of the connection.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum HttpError<E> {
    /// The connection broke.
    Io(E),
    /// The connection ended before a byte of an answer. So does one that the server kept for some time and then closed: ask
    /// again on another one.
    NoAnswer,
    /// The connection cannot be asked again: see [`Connection::is_reusable`](super::Connection::is_reusable).
    NotReusable,
    /// The question cannot be asked.
    Request(RequestError),
    /// The answer is not one that helps.
    Response(ResponseError),
    /// The connection ended before the body did. What was read stands: ask for the rest.
    Short {
        /// Bytes that the answer said it has.
        expected: u32,
        /// Bytes that were read of it.
        got: u32,
    },
}

/// Why a question cannot be asked.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RequestError {
    /// The name of a field is not a token.
    FieldName(String),
    /// The value of the field of this name is empty, not visible ASCII, or has a blank at an end.
    FieldValue(String),
    /// More than [`MAX_REQUEST`] bytes.
    TooLong {
        /// Bytes.
        length: usize,
    },
}

/// Why an answer is not the file, or the part of it, that was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ResponseError {
    /// A field that may stand once stands twice.
    Ambiguous(&'static str),
    /// The body is compressed.
    ContentCoding,
    /// The connection ended within the head.
    HeadCut,
    /// The head has more than [`MAX_HEAD`] bytes, or more than [`MAX_KEPT`] that are looked at.
    HeadTooLong,
    /// Not HTTP/1.x, or not by its grammar; a field that is folded over lines is not.
    Malformed(httparse::Error),
    /// A redirect to nowhere: no Location, or one that is not ASCII.
    NoLocation,
    /// No Content-Length, so that nobody could tell the end of the file from the end of the connection.
    NoLength,
    /// Its Content-Length, or a number of its Content-Range, is not a number below 2³².
    Number(&'static str),
    /// A part comes, but not the one that was asked for, or not as long as it says.
    RangeDiffers,
    /// The file has no such byte. `total` is its length, where the server says it.
    RangeNotSatisfiable {
        /// Bytes.
        total: Option<u32>,
    },
    /// The whole was asked for, and a part comes.
    RangeUnasked,
    /// Another status than success or a redirect.
    Status {
        /// The status code (RFC 9110, section 15).
        code: u16,
        /// How many seconds the server wants to be left alone, where it says so.
        retry_after: Option<u32>,
    },
    /// More than [`MAX_INTERIM`] interim answers.
    TooManyInterim,
    /// A transfer coding: Content-Length would not count.
    TransferCoding,
}

impl<E> HttpError<E> {
    /// Whether what was read of the body stands, and the rest may be asked for.
    pub const fn is_interrupted(&self) -> bool {
        matches!(self, Self::Io(_) | Self::NoAnswer | Self::Short { .. })
    }
}

impl<E> From<RequestError> for HttpError<E> {
    fn from(error: RequestError) -> Self {
        Self::Request(error)
    }
}

impl<E> From<ResponseError> for HttpError<E> {
    fn from(error: ResponseError) -> Self {
        Self::Response(error)
    }
}

impl<E: fmt::Debug + fmt::Display> core::error::Error for HttpError<E> {}
impl core::error::Error for RequestError {}
impl core::error::Error for ResponseError {}

impl<E: fmt::Display> fmt::Display for HttpError<E> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(error) => write!(formatter, "the connection broke: {error}"),
            Self::NoAnswer => formatter.write_str("the connection ended without an answer"),
            Self::NotReusable => formatter.write_str("the connection cannot be asked again"),
            Self::Request(error) => write!(formatter, "it cannot be asked for: {error}"),
            Self::Response(error) => write!(formatter, "{error}"),
            Self::Short { expected, got } => {
                write!(
                    formatter,
                    "the connection ended after {got} of {expected} bytes"
                )
            }
        }
    }
}

impl fmt::Display for RequestError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::FieldName(name) => {
                write!(
                    formatter,
                    "'{}' is not the name of a field",
                    name.escape_default()
                )
            }
            Self::FieldValue(name) => {
                write!(formatter, "the value of {name} is not visible ASCII")
            }
            Self::TooLong { length } => {
                write!(
                    formatter,
                    "it has {length} bytes, {MAX_REQUEST} are allowed"
                )
            }
        }
    }
}

impl fmt::Display for ResponseError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let said = match self {
            Self::Ambiguous(field) => {
                return write!(formatter, "the answer has two {field} fields");
            }
            Self::HeadTooLong => {
                return write!(
                    formatter,
                    "the head of the answer has more than {MAX_HEAD} bytes, or {MAX_KEPT} that count"
                );
            }
            Self::Malformed(httparse::Error::TooManyHeaders) => {
                return write!(
                    formatter,
                    "the answer has more than {MAX_FIELDS} fields, or {MAX_KEPT_FIELDS} that count"
                );
            }
            Self::Malformed(error) => {
                return write!(formatter, "the answer is not HTTP/1.1: {error}");
            }
            Self::Number(field) => {
                return write!(
                    formatter,
                    "the {field} of the answer is not a number below 2^32"
                );
            }
            Self::RangeNotSatisfiable { total: Some(total) } => {
                return write!(
                    formatter,
                    "the file has {total} bytes, and not the ones asked for"
                );
            }
            Self::Status { code, retry_after } => return status(formatter, *code, *retry_after),
            Self::TooManyInterim => {
                return write!(formatter, "more than {MAX_INTERIM} interim answers");
            }
            Self::ContentCoding => "the body is compressed",
            Self::HeadCut => "the connection ended within the head of the answer",
            Self::NoLocation => "a redirect that does not say where to",
            Self::NoLength => "the answer has no Content-Length",
            Self::RangeDiffers => "another part of the file came than the one asked for",
            Self::RangeNotSatisfiable { total: None } => "the file has no such part",
            Self::RangeUnasked => "the whole file was asked for, and a part came",
            Self::TransferCoding => "the body has a transfer coding",
        };
        formatter.write_str(said)
    }
}

fn status(formatter: &mut fmt::Formatter<'_>, code: u16, retry_after: Option<u32>) -> fmt::Result {
    write!(formatter, "the server answers with status {code}")?;
    match retry_after {
        Some(seconds) => write!(formatter, " and asks for {seconds} s of patience"),
        None => Ok(()),
    }
}
