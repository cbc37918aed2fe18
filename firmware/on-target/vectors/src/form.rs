//! Vectors in one run of bytes.
//!
//! Magic (8), number of vectors (4); each vector: name, kind, number of parts (4), parts. Name, kind and each part: length
//! (4), bytes. Numbers are little-endian.

use alloc::vec::Vec;
use core::fmt;

use crate::kind::Kind;

const MAGIC: &[u8; 8] = b"PRNLVECT";

/// One question.
#[derive(Clone, Debug)]
pub struct Vector<'a> {
    /// Where it comes from, for people.
    pub name: &'a str,
    /// What is asked.
    pub kind: Kind,
    /// What it is asked about.
    pub parts: Parts<'a>,
}

/// The parts of a question that were not taken yet.
#[derive(Clone, Debug)]
pub struct Parts<'a> {
    bytes: &'a [u8],
    left: u32,
}

/// Questions one after the other.
#[derive(Clone, Debug)]
pub struct Vectors<'a>(Parts<'a>);

/// Bytes that are not in this form, or a question without a part that it needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Malformed {
    /// They end too early.
    Cut,
    /// They begin with something else.
    Magic,
    /// A part has not the length of a number.
    Number {
        /// Its length.
        length: usize,
    },
    /// A piece of flash is outside of it, or does not begin and end where words do.
    Outside {
        /// Where it begins.
        offset: u32,
    },
    /// A part is no text.
    Text,
}

impl<'a> Vectors<'a> {
    /// Reads the vectors with which `bytes` begin.
    ///
    /// # Errors
    ///
    /// When they begin with something else. What comes later ends the iteration where it cannot be read.
    pub fn read(bytes: &'a [u8]) -> Result<Self, Malformed> {
        let mut bytes = bytes.strip_prefix(MAGIC).ok_or(Malformed::Magic)?;
        let left = length(&mut bytes)?;
        Ok(Self(Parts { bytes, left }))
    }

    /// The bytes of these vectors, each its name, its kind and its parts.
    pub fn write(vectors: &[(&str, Kind, Vec<&[u8]>)]) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        put_length(&mut bytes, vectors.len());
        for (name, kind, parts) in vectors {
            put(&mut bytes, name.as_bytes());
            put(&mut bytes, kind.name().as_bytes());
            put_length(&mut bytes, parts.len());
            for part in parts {
                put(&mut bytes, part);
            }
        }
        bytes
    }
}

impl<'a> Iterator for Vectors<'a> {
    type Item = Vector<'a>;

    fn next(&mut self) -> Option<Vector<'a>> {
        let all = &mut self.0;
        all.left = all.left.checked_sub(1)?;
        let name = core::str::from_utf8(take(&mut all.bytes).ok()?).ok()?;
        let kind = Kind::named(take(&mut all.bytes).ok()?)?;
        let left = length(&mut all.bytes).ok()?;
        let parts = Parts {
            bytes: all.bytes,
            left,
        };
        for _ in 0..left {
            take(&mut all.bytes).ok()?;
        }
        Some(Vector { name, kind, parts })
    }
}

impl<'a> Parts<'a> {
    /// The next one.
    pub(crate) fn bytes(&mut self) -> Result<&'a [u8], Malformed> {
        self.left = self.left.checked_sub(1).ok_or(Malformed::Cut)?;
        take(&mut self.bytes)
    }

    /// The next one, text.
    pub(crate) fn text(&mut self) -> Result<&'a str, Malformed> {
        core::str::from_utf8(self.bytes()?).map_err(|_| Malformed::Text)
    }

    /// The next one, a number.
    pub(crate) fn number(&mut self) -> Result<i64, Malformed> {
        self.optional_number()?
            .ok_or(Malformed::Number { length: 0 })
    }

    /// The next one, a number or nothing.
    pub(crate) fn optional_number(&mut self) -> Result<Option<i64>, Malformed> {
        let bytes = self.bytes()?;
        match bytes.try_into() {
            Ok(number) => Ok(Some(i64::from_le_bytes(number))),
            Err(_) if bytes.is_empty() => Ok(None),
            Err(_) => Err(Malformed::Number {
                length: bytes.len(),
            }),
        }
    }

    /// All of them.
    pub fn all(self) -> Vec<&'a [u8]> {
        let mut parts = self;
        core::iter::from_fn(|| parts.bytes().ok()).collect()
    }

    /// Those that are left.
    pub(crate) fn rest(&mut self) -> Result<Vec<&'a [u8]>, Malformed> {
        (0..self.left).map(|_| self.bytes()).collect()
    }
}

fn take<'a>(bytes: &mut &'a [u8]) -> Result<&'a [u8], Malformed> {
    let length = usize::try_from(length(bytes)?).map_err(|_| Malformed::Cut)?;
    let (taken, rest) = bytes.split_at_checked(length).ok_or(Malformed::Cut)?;
    *bytes = rest;
    Ok(taken)
}

fn length(bytes: &mut &[u8]) -> Result<u32, Malformed> {
    let (length, rest) = bytes.split_first_chunk().ok_or(Malformed::Cut)?;
    *bytes = rest;
    Ok(u32::from_le_bytes(*length))
}

fn put(bytes: &mut Vec<u8>, part: &[u8]) {
    put_length(bytes, part.len());
    bytes.extend(part);
}

fn put_length(bytes: &mut Vec<u8>, length: usize) {
    // Vectors have less than 4 GiB; where they had not, reading them would fail.
    let length = u32::try_from(length).unwrap_or(u32::MAX);
    bytes.extend(length.to_le_bytes());
}

impl core::error::Error for Malformed {}

impl fmt::Display for Malformed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cut => formatter.write_str("a part is missing"),
            Self::Magic => formatter.write_str("they begin with something else"),
            Self::Number { length } => write!(formatter, "a number has 8 bytes, not {length}"),
            Self::Outside { offset } => write!(formatter, "flash has no such words at {offset:#x}"),
            Self::Text => formatter.write_str("a text is not UTF-8"),
        }
    }
}
