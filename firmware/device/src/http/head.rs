//! Reads the head of an answer in portions, and keeps of it only what is looked at.
//!
//! Content delivery networks send heads of many kilobytes, of policies for browsers most of all. Their fields are checked byte
//! by byte and forgotten; nobody has to find memory for them.

use alloc::vec::Vec;

use super::error::ResponseError;
use super::fields::is_looked_at;
use super::{MAX_FIELDS, MAX_HEAD, MAX_KEPT};

/// A head, as far as it came.
#[derive(Debug)]
pub(super) struct HeadReader {
    /// The status line and the fields that are looked at.
    kept: Vec<u8>,
    at: At,
    /// Bytes that came.
    length: usize,
    fields: usize,
}

/// Where in a head its reader is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    /// Behind the empty line.
    End,
    /// In the empty line, behind its CR.
    LastLine,
    /// In the name of a field, whose line begins here in what is kept.
    Name { line: usize },
    /// In the status line, or the value of a field that is looked at.
    Kept,
    /// In a value that is forgotten. `cr`: right behind a CR.
    Forgotten { cr: bool },
}

impl HeadReader {
    pub(super) const fn new() -> Self {
        Self {
            kept: Vec::new(),
            at: At::Kept,
            length: 0,
            fields: 0,
        }
    }

    /// Takes bytes of the head, up to its end. Gives how many they were.
    pub(super) fn take(&mut self, bytes: &[u8]) -> Result<usize, ResponseError> {
        let mut taken = 0_usize;
        for byte in bytes {
            if self.at == At::End {
                break;
            }
            self.length = self.length.saturating_add(1);
            if self.length > MAX_HEAD {
                return Err(ResponseError::HeadTooLong);
            }
            self.at = self.next(*byte)?;
            taken = taken.saturating_add(1);
        }
        Ok(taken)
    }

    /// Whether nothing came yet.
    pub(super) const fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// What came and is looked at: a head of its own, which is whole when this one is.
    pub(super) fn kept(&self) -> &[u8] {
        &self.kept
    }

    fn next(&mut self, byte: u8) -> Result<At, ResponseError> {
        match self.at {
            At::End => Ok(At::End),
            // An empty line before the status line is the end of a head that had none.
            At::Kept if self.kept.is_empty() && matches!(byte, b'\r' | b'\n') => {
                Err(malformed(httparse::Error::Version))
            }
            At::Kept if byte == b'\n' => {
                self.keep(byte)?;
                Ok(At::Name {
                    line: self.kept.len(),
                })
            }
            At::Kept | At::LastLine => {
                self.keep(byte)?;
                Ok(match self.at {
                    At::LastLine => At::End,
                    at => at,
                })
            }
            At::Name { line } => self.name(line, byte),
            At::Forgotten { cr } => match byte {
                b'\n' => Ok(At::Name {
                    line: self.kept.len(),
                }),
                // Behind it comes the end of the line, and nothing else.
                _ if cr => Err(malformed(httparse::Error::HeaderValue)),
                b'\r' => Ok(At::Forgotten { cr: true }),
                b'\t' | b' '..=b'~' | 0x80.. => Ok(At::Forgotten { cr: false }),
                _ => Err(malformed(httparse::Error::HeaderValue)),
            },
        }
    }

    /// A byte of the name of a field; or of the empty line, where there is none.
    fn name(&mut self, line: usize, byte: u8) -> Result<At, ResponseError> {
        let name = self.kept.get(line..).unwrap_or_default();
        match byte {
            b'\r' | b'\n' if name.is_empty() => {
                self.keep(byte)?;
                Ok(if byte == b'\n' { At::End } else { At::LastLine })
            }
            b':' if !name.is_empty() => {
                self.fields = self.fields.saturating_add(1);
                if self.fields > MAX_FIELDS {
                    return Err(malformed(httparse::Error::TooManyHeaders));
                }
                if is_looked_at(name) {
                    self.keep(byte)?;
                    return Ok(At::Kept);
                }
                self.kept.truncate(line);
                Ok(At::Forgotten { cr: false })
            }
            byte if is_token(byte) => {
                self.keep(byte)?;
                Ok(At::Name { line })
            }
            _ => Err(malformed(httparse::Error::HeaderName)),
        }
    }

    fn keep(&mut self, byte: u8) -> Result<(), ResponseError> {
        if self.kept.len() >= MAX_KEPT {
            return Err(ResponseError::HeadTooLong);
        }
        self.kept.push(byte);
        Ok(())
    }
}

/// Whether a token may have this byte (RFC 9110, section 5.6.2).
pub(super) fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

const fn malformed(error: httparse::Error) -> ResponseError {
    ResponseError::Malformed(error)
}
