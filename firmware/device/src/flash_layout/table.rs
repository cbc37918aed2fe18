//! Whether the partition table in flash is the one of this layout.

use core::fmt;

use super::{ENTRY_LENGTH, ENTRY_MAGIC, PARTITIONS, Partition};
use crate::hex::Hex;

/// Why a partition table is not the one of this layout: who writes where the layout says would destroy something else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TableError {
    /// An entry is another one.
    Differs {
        /// What the layout has there.
        expected: &'static Partition,
        /// The entry.
        found: [u8; ENTRY_LENGTH],
    },
    /// There is an entry after the last one of the layout. One more slot would change which one the bootloader starts.
    More {
        /// The entry.
        found: [u8; ENTRY_LENGTH],
    },
    /// It ends before an entry does.
    Truncated {
        /// Bytes there are.
        available: usize,
    },
}

/// Compares the entries of `table`, which begins with the first one, with [`PARTITIONS`]: every byte of them, flags too.
/// Their MD5 is not compared: the bootloader does so, and the entries themselves are known here.
///
/// # Errors
///
/// See [`TableError`].
pub fn check_table(table: &[u8]) -> Result<(), TableError> {
    let mut rest = table;
    for expected in &PARTITIONS {
        let found = next(&mut rest, table)?;
        if found != expected.entry() {
            return Err(TableError::Differs { expected, found });
        }
    }
    let found = next(&mut rest, table)?;
    if found.starts_with(&ENTRY_MAGIC) {
        return Err(TableError::More { found });
    }
    Ok(())
}

fn next(rest: &mut &[u8], table: &[u8]) -> Result<[u8; ENTRY_LENGTH], TableError> {
    let available = table.len();
    let truncated = TableError::Truncated { available };
    let (entry, after) = rest.split_first_chunk().ok_or(truncated)?;
    *rest = after;
    Ok(*entry)
}

impl core::error::Error for TableError {}

impl fmt::Display for TableError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Differs { expected, found } => write!(
                formatter,
                "the partition table has {} where the layout has \"{}\", {}",
                Hex(found),
                expected.label,
                Hex(&expected.entry())
            ),
            Self::More { found } => write!(
                formatter,
                "the partition table has {} after the last partition of the layout",
                Hex(found)
            ),
            Self::Truncated { available } => {
                write!(
                    formatter,
                    "the partition table ends after {available} bytes"
                )
            }
        }
    }
}
