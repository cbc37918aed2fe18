//! The app descriptor: what an image says of itself.

use alloc::borrow::ToOwned as _;
use alloc::string::String;
use core::fmt;

use super::error::ImageError;
use crate::cursor::{Cursor, Short};
use crate::text::{TextProblem, text};

pub(super) const DESCRIPTOR_LENGTH: usize = 256;

/// What an image says of itself, as far as it is needed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Descriptor {
    /// Anti-rollback version.
    pub secure_version: u32,
    /// Version of the application.
    pub version: String,
    /// Name of the application.
    pub project: String,
}

/// A field of the app descriptor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DescriptorField {
    /// `project_name`.
    Project,
    /// `secure_version`.
    SecureVersion,
    /// `version`.
    Version,
}

impl Descriptor {
    /// Reads a descriptor.
    pub(super) fn read(bytes: &[u8; DESCRIPTOR_LENGTH]) -> Result<Self, ImageError> {
        let mut cursor = Cursor::new(bytes);
        let (magic, secure_version) = fixed(&mut cursor).unwrap_or_default();
        if magic != MAGIC {
            return Err(ImageError::DescriptorMagic(magic));
        }
        let mut next = |field| read_text(cursor.take(TEXT_LENGTH).unwrap_or_default(), field);
        Ok(Self {
            secure_version,
            version: next(DescriptorField::Version)?,
            project: next(DescriptorField::Project)?,
        })
    }
}

const MAGIC: u32 = 0xABCD_5432;
/// Bytes of a text with its NUL.
const TEXT_LENGTH: usize = 32;
/// What stands between the secure version and the version.
const RESERVED: usize = 8;

/// Magic and secure version; the cursor is then at the version.
fn fixed(cursor: &mut Cursor<'_>) -> Result<(u32, u32), Short> {
    let magic = u32::from_le_bytes(*cursor.array()?);
    let secure_version = u32::from_le_bytes(*cursor.array()?);
    cursor.take(RESERVED)?;
    Ok((magic, secure_version))
}

/// The text before the NUL.
fn read_text(bytes: &[u8], field: DescriptorField) -> Result<String, ImageError> {
    let refused = |problem| ImageError::DescriptorText { field, problem };
    let mut parts = bytes.split(|byte| *byte == 0);
    let found = parts.next().unwrap_or_default();
    // Without a NUL the whole field is one part, and one byte too long.
    let text: Result<&str, TextProblem> = text(found, TEXT_LENGTH.saturating_sub(1));
    text.map(str::to_owned).map_err(refused)
}

impl fmt::Display for DescriptorField {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Project => "project name",
            Self::SecureVersion => "secure version",
            Self::Version => "version",
        })
    }
}
