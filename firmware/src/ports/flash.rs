//! The flash chip, for who may write to it: only where its partition table is that of the layout.

use core::fmt;

use device::flash_layout::{
    FLASH_SIZE, PARTITION_TABLE_OFFSET, PARTITION_TABLE_SIZE, SECTOR_SIZE, TableError, check_table,
};
use embedded_storage::nor_flash::{
    ErrorType, MultiwriteNorFlash, NorFlash, NorFlashError, NorFlashErrorKind, ReadNorFlash,
};
use esp_storage::{FlashStorage, FlashStorageError};

/// The flash chip. Only [`Flash::of`] makes one.
pub(crate) struct Flash(FlashStorage<'static>);

/// Why this board's flash is not written to. It goes on with the image that it runs.
#[derive(Debug)]
pub(crate) enum Unwritable {
    /// Flash encryption is on, and what is written here would be read as if it were encrypted.
    Encrypted,
    /// The chip does not answer.
    Read(FlashStorageError),
    /// Bytes that the chip has: fewer than the layout needs.
    Small(usize),
    /// The partition table is another one.
    Table(TableError),
}

impl Flash {
    /// Takes the chip, if its partition table has every partition where [`device::flash_layout`] says.
    ///
    /// # Errors
    ///
    /// See [`Unwritable`].
    pub(crate) fn of(mut chip: FlashStorage<'static>) -> Result<Self, Unwritable> {
        if esp_storage::flash_encryption() {
            return Err(Unwritable::Encrypted);
        }
        if chip.capacity() < FLASH_SIZE as usize {
            return Err(Unwritable::Small(chip.capacity()));
        }
        let mut table = alloc::vec![0; PARTITION_TABLE_SIZE as usize];
        chip.read_nor(PARTITION_TABLE_OFFSET, &mut table)
            .map_err(Unwritable::Read)?;
        check_table(&table).map_err(Unwritable::Table)?;
        Ok(Self(chip))
    }
}

/// What the driver reports.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DriverError(FlashStorageError);

impl NorFlashError for DriverError {
    fn kind(&self) -> NorFlashErrorKind {
        match self.0 {
            FlashStorageError::NotAligned => NorFlashErrorKind::NotAligned,
            FlashStorageError::OutOfBounds => NorFlashErrorKind::OutOfBounds,
            _ => NorFlashErrorKind::Other,
        }
    }
}

impl ErrorType for Flash {
    type Error = DriverError;
}

impl ReadNorFlash for Flash {
    const READ_SIZE: usize = FlashStorage::READ_SIZE;

    fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), DriverError> {
        self.0.read_nor(offset, bytes).map_err(DriverError)
    }

    fn capacity(&self) -> usize {
        self.0.capacity()
    }
}

impl NorFlash for Flash {
    const WRITE_SIZE: usize = FlashStorage::WRITE_SIZE;
    const ERASE_SIZE: usize = FlashStorage::ERASE_SIZE;

    fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), DriverError> {
        self.0.write_nor(offset, bytes).map_err(DriverError)
    }

    /// Sector by sector: the driver would erase blocks of 64 KiB at once, with interrupts masked for as long as that takes,
    /// and the radio would lose its network.
    fn erase(&mut self, from: u32, to: u32) -> Result<(), DriverError> {
        if from > to || !to.is_multiple_of(SECTOR_SIZE) {
            return Err(DriverError(FlashStorageError::NotAligned));
        }
        for sector in (from..to).step_by(Self::ERASE_SIZE) {
            self.0
                .erase(sector, sector.saturating_add(SECTOR_SIZE))
                .map_err(DriverError)?;
        }
        Ok(())
    }
}

/// The chip takes a second write that clears more bits, where flash encryption is off.
impl MultiwriteNorFlash for Flash {}

impl fmt::Display for Unwritable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Encrypted => {
                f.write_str("flash encryption is on, which this firmware cannot write")
            }
            Self::Read(error) => write!(f, "the partition table cannot be read ({error:?})"),
            Self::Small(bytes) => write!(f, "the chip has {bytes} bytes, {FLASH_SIZE} are needed"),
            Self::Table(error) => write!(f, "{error}"),
        }
    }
}
