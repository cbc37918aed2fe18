//! The flash chip.
//!
//! Who may write to it by the layout is decided by `device::startup`, which compares its partition table first.

use device::flash_layout::SECTOR_SIZE;
use embedded_storage::nor_flash::{
    ErrorType, MultiwriteNorFlash, NorFlash, NorFlashError, NorFlashErrorKind, ReadNorFlash,
};
use esp_hal::peripherals::FLASH;
use esp_storage::{FlashStorage, FlashStorageError};

/// The only owner of the flash chip.
pub(crate) struct Flash(FlashStorage<'static>);

impl Flash {
    /// Takes the chip.
    pub(crate) fn new(chip: FLASH<'static>) -> Self {
        Self(FlashStorage::new(chip))
    }
}

/// What the driver reports.
#[derive(Clone, Copy, Debug)]
pub(crate) enum DriverError {
    /// Flash encryption is on: what is read or written here would be read otherwise.
    Encrypted,
    /// What the driver says.
    Storage(FlashStorageError),
}

impl NorFlashError for DriverError {
    fn kind(&self) -> NorFlashErrorKind {
        match self {
            Self::Storage(FlashStorageError::NotAligned) => NorFlashErrorKind::NotAligned,
            Self::Storage(FlashStorageError::OutOfBounds) => NorFlashErrorKind::OutOfBounds,
            Self::Encrypted | Self::Storage(_) => NorFlashErrorKind::Other,
        }
    }
}

impl ErrorType for Flash {
    type Error = DriverError;
}

impl ReadNorFlash for Flash {
    const READ_SIZE: usize = FlashStorage::READ_SIZE;

    fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), DriverError> {
        plain()?;
        self.0.read_nor(offset, bytes).map_err(DriverError::Storage)
    }

    fn capacity(&self) -> usize {
        self.0.capacity()
    }
}

impl NorFlash for Flash {
    const WRITE_SIZE: usize = FlashStorage::WRITE_SIZE;
    const ERASE_SIZE: usize = FlashStorage::ERASE_SIZE;

    fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), DriverError> {
        plain()?;
        self.0
            .write_nor(offset, bytes)
            .map_err(DriverError::Storage)
    }

    /// Sector by sector: the driver would erase blocks of 64 KiB at once, with interrupts masked for as long as that takes,
    /// and the radio would lose its network.
    fn erase(&mut self, from: u32, to: u32) -> Result<(), DriverError> {
        plain()?;
        if from > to || !to.is_multiple_of(SECTOR_SIZE) {
            return Err(DriverError::Storage(FlashStorageError::NotAligned));
        }
        for sector in (from..to).step_by(Self::ERASE_SIZE) {
            self.0
                .erase(sector, sector.saturating_add(SECTOR_SIZE))
                .map_err(DriverError::Storage)?;
        }
        Ok(())
    }
}

/// The chip takes a second write that clears more bits, where flash encryption is off.
impl MultiwriteNorFlash for Flash {}

fn plain() -> Result<(), DriverError> {
    if esp_storage::flash_encryption() {
        return Err(DriverError::Encrypted);
    }
    Ok(())
}
