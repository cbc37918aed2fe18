//! Makes the full flash image: everything a new device needs, in one file for one unmodified write.
//!
//! | from | what |
//! | --- | --- |
//! | 0x0 | bootloader |
//! | 0x8000 | partition table |
//! | 0x9000 | `provision`, erased: `cargo xtask provision` fills it |
//! | 0xD000 | `otadata`: `ota_0` selected |
//! | 0x10000 | `ota_0`: the application |
//! | 0x1E0000 | `ota_1`, erased |
//! | 0x3B0000 | `trust-store`: the store in the first copy; the second is erased |
//! | 0x3D0000 | `state`, erased |
//!
//! The image is as long as the flash, 4 MiB: a write of all of it leaves nothing of an earlier program, and
//! emulators take it as it is.

use device::flash_layout::{
    FLASH_SIZE, OTA_0, OTADATA, PARTITION_TABLE_OFFSET, TRUST_STORE, TRUST_STORE_COPY_SIZE,
};
use device::otadata;

use super::application::ApplicationImage;
use super::bytes::ERASED;
use super::flash_map::FlashMap;
use super::partition_table;
use crate::exit::Exit;
use crate::failure::{Failure, Result};

/// Where the bootloader stands.
pub const BOOTLOADER_OFFSET: u32 = 0;

/// The full flash image of `application`, with `store` in its partition. It was read back.
///
/// # Errors
///
/// [`Exit::Bug`] when a part does not fit its place, or when the image cannot be read back.
pub fn flash(application: &ApplicationImage, store: &[u8]) -> Result<Vec<u8>> {
    let mut flash = vec![ERASED; FLASH_SIZE as usize];
    let bootloader = application.bootloader().bytes();
    for (name, offset, end, bytes) in [
        (
            "bootloader",
            BOOTLOADER_OFFSET,
            PARTITION_TABLE_OFFSET,
            bootloader,
        ),
        (
            "partition table",
            PARTITION_TABLE_OFFSET,
            PARTITION_TABLE_OFFSET + partition_table::LENGTH as u32,
            &partition_table::bytes(),
        ),
        (
            OTADATA.label,
            OTADATA.offset,
            OTADATA.end(),
            &otadata::initial(),
        ),
        (OTA_0.label, OTA_0.offset, OTA_0.end(), application.bytes()),
        (
            TRUST_STORE.label,
            TRUST_STORE.offset,
            TRUST_STORE.offset + TRUST_STORE_COPY_SIZE,
            store,
        ),
    ] {
        place(&mut flash, offset..end, bytes).ok_or_else(|| too_large(name, offset..end, bytes))?;
    }
    FlashMap::read(&flash).map_err(|faults| not_as_made(&faults))?;
    Ok(flash)
}

/// Puts `bytes` at the start of `range`; the rest of it stays erased.
fn place(flash: &mut [u8], range: std::ops::Range<u32>, bytes: &[u8]) -> Option<()> {
    let region = flash.get_mut(range.start as usize..range.end as usize)?;
    region.get_mut(..bytes.len())?.copy_from_slice(bytes);
    Some(())
}

fn too_large(name: &str, range: std::ops::Range<u32>, bytes: &[u8]) -> Failure {
    Failure::new(Exit::Bug, format!("{name} does not fit its place in flash")).evidence(format!(
        "it has {} bytes, 0x{:x} to 0x{:x} has {}",
        bytes.len(),
        range.start,
        range.end,
        range.end - range.start
    ))
}

fn not_as_made(faults: &super::fault::Faults) -> Failure {
    let failure = Failure::new(Exit::Bug, "the full flash image cannot be read back");
    faults.iter().fold(failure, Failure::evidence)
}
