//! Flash as a device leaves the factory.

use device::flash_layout::{OTA_0, OTADATA, PARTITION_TABLE_OFFSET, PARTITIONS, Partition};
use device::otadata;

use crate::flash::SimulatedFlash;

/// With the partition table of the layout, otadata that selects `ota_0` as valid, and `image` there.
pub fn flash(image: &[u8]) -> SimulatedFlash {
    empty()
        .with(OTADATA.offset, &otadata::initial())
        .with(OTA_0.offset, image)
}

/// With the partition table of the layout, and nothing else.
pub fn empty() -> SimulatedFlash {
    SimulatedFlash::erased().with(PARTITION_TABLE_OFFSET, &partition_table(&PARTITIONS))
}

/// The entries of a partition table, up to where its MD5 would be. Nobody compares that but the bootloader.
pub fn partition_table(partitions: &[Partition]) -> Vec<u8> {
    partitions.iter().flat_map(Partition::entry).collect()
}
