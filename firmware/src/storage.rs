//! The flash, by partition label.

use alloc::vec;
use alloc::vec::Vec;
use core::fmt;

use device::flash_layout::{OTA_0, OTA_1};
use device::otadata::Slot;
use device::store::layout;
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
    /// What runs lies in neither slot.
    NoSlot,
    /// The flash did not answer, or the partition lies outside of it.
    Read(FlashStorageError),
    /// The partition table cannot be read or its MD5 does not match.
    Table(esp_bootloader_esp_idf::partitions::Error),
    /// There is no memory for so many bytes.
    TooLong(usize),
}

impl fmt::Display for StorageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("not in the partition table"),
            Self::NoSlot => f.write_str("what runs is in neither application slot"),
            Self::Read(error) => write!(f, "flash cannot be read ({error:?})"),
            Self::Table(error) => write!(f, "partition table cannot be read ({error})"),
            Self::TooLong(length) => write!(f, "there is no memory for {length} bytes"),
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
        let mut bytes = vec![0; self.find(label)?.length];
        self.read_beginning(label, &mut bytes)?;
        Ok(bytes)
    }

    /// Reads the trust store at the beginning of the partition with this label, and no more than that: the partition is
    /// larger than the heap.
    ///
    /// # Errors
    ///
    /// See [`StorageError`]; what stands there need not be a store.
    pub(crate) fn read_store(&mut self, label: &str) -> Result<Vec<u8>, StorageError> {
        let mut head = [0; layout::FIXED_HEADER_LENGTH];
        self.read_beginning(label, &mut head)?;
        let length = head[layout::TOTAL_LENGTH_OFFSET..].first_chunk();
        let length = length.map_or(0, |length| u32::from_le_bytes(*length));
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        // Whatever is no store is refused by its header alone.
        let length = if length > layout::MAX_STORE_LENGTH {
            head.len()
        } else {
            length
        };
        let mut bytes = Vec::new();
        bytes
            .try_reserve_exact(length)
            .map_err(|_| StorageError::TooLong(length))?;
        bytes.resize(length, 0);
        self.read_beginning(label, &mut bytes)?;
        Ok(bytes)
    }

    /// The slot that runs: the one that the flash cache maps, whatever otadata says.
    ///
    /// # Errors
    ///
    /// See [`StorageError`].
    pub(crate) fn booted_slot(&mut self) -> Result<Slot, StorageError> {
        let mut bytes = vec![0; PARTITION_TABLE_MAX_LEN];
        let table = read_partition_table(&mut self.0, &mut bytes).map_err(StorageError::Table)?;
        let booted = table.booted_partition().map_err(StorageError::Table)?;
        match booted.map(|entry| entry.offset()) {
            Some(offset) if offset == OTA_0.offset => Ok(Slot::Ota0),
            Some(offset) if offset == OTA_1.offset => Ok(Slot::Ota1),
            _ => Err(StorageError::NoSlot),
        }
    }

    /// Gives the chip to who writes to it.
    pub(crate) fn into_chip(self) -> FlashStorage<'static> {
        self.0
    }

    fn read_beginning(&mut self, label: &str, into: &mut [u8]) -> Result<(), StorageError> {
        let partition = self.find(label)?;
        if into.len() > partition.length {
            return Err(StorageError::Read(FlashStorageError::OutOfBounds));
        }
        let read = if partition.encrypted {
            self.0.read_encrypted(partition.offset, into)
        } else {
            self.0.read(partition.offset, into)
        };
        read.map_err(StorageError::Read)
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
