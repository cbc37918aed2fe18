//! Whether a flash chip may be written to by this layout.

use core::fmt;

use embedded_storage::nor_flash::ReadNorFlash;

use super::{ENTRY_LENGTH, FLASH_SIZE, PARTITIONS, TableError, check_table};
use crate::flash::{FlashError, Region};

/// Why a chip may not be written to by this layout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChipError {
    /// It cannot be read.
    Flash(FlashError),
    /// Bytes that it has: fewer than the layout needs.
    Small(usize),
    /// Its partition table is another one.
    Table(TableError),
}

/// Checks that the partition table in flash has every partition where [`PARTITIONS`] says, and no other.
///
/// # Errors
///
/// See [`ChipError`].
pub fn check_chip<F: ReadNorFlash>(flash: &mut F) -> Result<(), ChipError> {
    if flash.capacity() < FLASH_SIZE as usize {
        return Err(ChipError::Small(flash.capacity()));
    }
    let mut table = [0; (PARTITIONS.len() + 1) * ENTRY_LENGTH];
    Region::TABLE
        .read(flash, 0, &mut table)
        .map_err(ChipError::Flash)?;
    check_table(&table).map_err(ChipError::Table)
}

impl core::error::Error for ChipError {}

impl fmt::Display for ChipError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flash(error) => write!(formatter, "the partition table: {error}"),
            Self::Small(bytes) => {
                write!(
                    formatter,
                    "the chip has {bytes} bytes, {FLASH_SIZE} are needed"
                )
            }
            Self::Table(error) => write!(formatter, "{error}"),
        }
    }
}
