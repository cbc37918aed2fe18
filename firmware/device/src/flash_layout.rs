//! Where things are in the flash of the ESP32-C3: the partition table, one source for host and device.
//!
//! Two application slots, so that an update never overwrites what runs; no factory slot.

mod chip;
mod own_table;
mod table;

pub use chip::{ChipError, check_chip};
pub use own_table::{OwnTable, OwnTableError};
pub use table::{TableError, check_table};

/// One partition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Partition {
    /// Name in the partition table, 1 to 15 bytes.
    pub label: &'static str,
    /// Type: [`TYPE_APP`] or [`TYPE_DATA`].
    pub kind: u8,
    /// Subtype. Those from 0x40 of a data partition are the application's own.
    pub subtype: u8,
    /// First byte in flash.
    pub offset: u32,
    /// Bytes.
    pub size: u32,
}

/// Bytes of flash that the layout needs.
pub const FLASH_SIZE: u32 = 4 * 1024 * 1024;
/// Bytes that are erased at once.
pub const SECTOR_SIZE: u32 = 4096;
/// What an application partition must be aligned to: the page of the flash cache.
pub const APP_ALIGNMENT: u32 = 64 * 1024;
/// First byte of the partition table.
pub const PARTITION_TABLE_OFFSET: u32 = 0x8000;
/// Bytes of the partition table, which takes one sector.
pub const PARTITION_TABLE_SIZE: u32 = 0xC00;

/// Partition type of applications.
pub const TYPE_APP: u8 = 0x00;
/// Partition type of data.
pub const TYPE_DATA: u8 = 0x01;
/// Bytes of one entry of the partition table.
pub const ENTRY_LENGTH: usize = 32;

/// Which network to join: [`crate::provision`].
pub const PROVISION: Partition = Partition {
    label: "provision",
    kind: TYPE_DATA,
    subtype: 0x40,
    offset: 0x9000,
    size: 0x4000,
};

/// Which slot the bootloader starts: [`crate::otadata`].
pub const OTADATA: Partition = Partition {
    label: "otadata",
    kind: TYPE_DATA,
    subtype: 0x00,
    offset: 0xD000,
    size: 0x2000,
};

/// The first application slot, which the full flash image fills.
pub const OTA_0: Partition = Partition {
    label: "ota_0",
    kind: TYPE_APP,
    subtype: 0x10,
    offset: 0x1_0000,
    size: 0x1D_0000,
};

/// The second application slot.
pub const OTA_1: Partition = Partition {
    label: "ota_1",
    kind: TYPE_APP,
    subtype: 0x11,
    offset: 0x1E_0000,
    size: 0x1D_0000,
};

/// Store updates: two copies of [`TRUST_STORE_COPY_SIZE`] bytes.
pub const TRUST_STORE: Partition = Partition {
    label: "trust-store",
    kind: TYPE_DATA,
    subtype: 0x41,
    offset: 0x3B_0000,
    size: 0x2_0000,
};

/// Bytes of one copy of the store in [`TRUST_STORE`].
pub const TRUST_STORE_COPY_SIZE: u32 = 0x1_0000;

/// What the device remembers: time floor, status, update progress.
pub const STATE: Partition = Partition {
    label: "state",
    kind: TYPE_DATA,
    subtype: 0x42,
    offset: 0x3D_0000,
    size: 0x1_0000,
};

/// The partition table, by offset.
pub const PARTITIONS: [Partition; 6] = [PROVISION, OTADATA, OTA_0, OTA_1, TRUST_STORE, STATE];

impl Partition {
    /// The byte after the last one.
    pub const fn end(&self) -> u32 {
        self.offset.saturating_add(self.size)
    }

    /// The entry of the partition table: magic, type, subtype, offset, size, label, flags 0.
    ///
    /// The table is these entries, then its MD5 entry, then erased bytes (ESP-IDF, `gen_esp32part.py`).
    pub fn entry(&self) -> [u8; ENTRY_LENGTH] {
        let mut entry = [0; ENTRY_LENGTH];
        let head = [ENTRY_MAGIC[0], ENTRY_MAGIC[1], self.kind, self.subtype];
        let bytes = head
            .into_iter()
            .chain(self.offset.to_le_bytes())
            .chain(self.size.to_le_bytes())
            .chain(self.label.bytes());
        for (place, byte) in entry.iter_mut().zip(bytes) {
            *place = byte;
        }
        entry
    }
}

const ENTRY_MAGIC: [u8; 2] = [0xAA, 0x50];
/// Longest label, so that its field of 16 bytes ends with a 0.
const MAX_LABEL: usize = 15;

// A wrong table does not compile.
const _: () = {
    let mut free_from = PARTITION_TABLE_OFFSET + SECTOR_SIZE;
    let mut rest: &[Partition] = &PARTITIONS;
    while let [partition, tail @ ..] = rest {
        assert!(
            partition.offset >= free_from,
            "partitions overlap or are not in order"
        );
        assert!(
            partition.offset % SECTOR_SIZE == 0,
            "a partition begins within a sector"
        );
        assert!(
            partition.size != 0 && partition.size % SECTOR_SIZE == 0,
            "a partition ends within a sector"
        );
        assert!(
            partition.kind != TYPE_APP || partition.offset % APP_ALIGNMENT == 0,
            "an app is not aligned"
        );
        assert!(
            partition.size <= FLASH_SIZE - partition.offset,
            "a partition ends beyond the flash"
        );
        assert!(
            !partition.label.is_empty() && partition.label.len() <= MAX_LABEL,
            "a label has no room"
        );
        free_from = partition.end();
        rest = tail;
    }
    assert!(PARTITION_TABLE_SIZE <= SECTOR_SIZE);
    assert!((PARTITIONS.len() + 1) * ENTRY_LENGTH <= PARTITION_TABLE_SIZE as usize);
    assert!(OTA_0.size == OTA_1.size, "an update must fit either slot");
    assert!(OTADATA.size == 2 * SECTOR_SIZE, "otadata is two sectors");
    assert!(TRUST_STORE.size == 2 * TRUST_STORE_COPY_SIZE);
    assert!(TRUST_STORE_COPY_SIZE as usize >= crate::store::layout::MAX_STORE_LENGTH);
    assert!(PROVISION.size as usize >= crate::provision::MAX_LENGTH);
};

#[cfg(test)]
mod tests {
    use super::{OTA_1, PARTITIONS};
    use hex_literal::hex;

    #[test]
    fn an_entry_byte_for_byte() {
        let expected =
            hex!("aa50 00 11 00001e00 00001d00 6f74615f310000000000000000000000 00000000");
        assert_eq!(OTA_1.entry(), expected);
    }

    #[test]
    fn labels_and_types_are_unique() {
        for (index, partition) in PARTITIONS.iter().enumerate() {
            for other in &PARTITIONS[index + 1..] {
                assert_ne!(partition.label, other.label);
                assert_ne!(
                    (partition.kind, partition.subtype),
                    (other.kind, other.subtype)
                );
            }
        }
    }
}
