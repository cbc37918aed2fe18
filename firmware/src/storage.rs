//! The flash, by partition label.

use alloc::vec;
use alloc::vec::Vec;
use core::fmt;

use esp_bootloader_esp_idf::partitions::{PARTITION_TABLE_MAX_LEN, read_partition_table};
use esp_hal::peripherals::FLASH;
use esp_storage::{FlashStorage, FlashStorageError};

/// The only owner of the flash chip.
pub(crate) struct Storage(FlashStorage<'static>);

/// Why a partition could not be read.
#[derive(Debug)]
pub(crate) enum StorageError {
    /// The partition table has no entry with this label.
    Missing,
    /// The flash did not answer, or the partition lies outside of it.
    Read(FlashStorageError),
    /// The partition table cannot be read or its MD5 does not match.
    Table(esp_bootloader_esp_idf::partitions::Error),
}

impl fmt::Display for StorageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("not in the partition table"),
            Self::Read(error) => write!(f, "flash cannot be read ({error:?})"),
            Self::Table(error) => write!(f, "partition table cannot be read ({error})"),
        }
    }
}

impl Storage {
    /// Takes the flash chip.
    pub(crate) fn new(flash: FLASH<'static>) -> Self {
        Self(FlashStorage::new(flash))
    }

    /// Reads all of the partition with this label.
    ///
    /// # Errors
    ///
    /// See [`StorageError`].
    pub(crate) fn read(&mut self, label: &str) -> Result<Vec<u8>, StorageError> {
        let partition = self.find(label)?;
        let mut bytes = vec![0; partition.length];
        let read = if partition.encrypted {
            self.0.read_encrypted(partition.offset, &mut bytes)
        } else {
            self.0.read(partition.offset, &mut bytes)
        };
        read.map_err(StorageError::Read)?;
        Ok(bytes)
    }

    /// Looks the label up in the partition table.
    ///
    /// By label and not by type: `PartitionEntry::partition_type` and all that call it panic on the
    /// subtypes 0x40 and above that ESP-IDF leaves to applications, and ours are among them.
    fn find(&mut self, label: &str) -> Result<Partition, StorageError> {
        let mut bytes = vec![0; PARTITION_TABLE_MAX_LEN];
        let table = read_partition_table(&mut self.0, &mut bytes).map_err(StorageError::Table)?;
        let entry = table
            .iter()
            .find(|entry| entry.label_as_str() == label)
            .ok_or(StorageError::Missing)?;
        let length = usize::try_from(entry.len())
            .ok()
            .filter(|&length| length <= self.0.capacity())
            .ok_or(StorageError::Read(FlashStorageError::OutOfBounds))?;
        Ok(Partition {
            offset: entry.offset(),
            length,
            encrypted: entry.is_encrypted() && esp_storage::flash_encryption(),
        })
    }
}

/// Where a partition lies.
struct Partition {
    offset: u32,
    length: usize,
    encrypted: bool,
}
