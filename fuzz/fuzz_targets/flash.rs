//! The reader of full flash images.
//!
//! A flash image has four megabytes and nearly all of them must be erased, so an input is a list of changes to
//! a good one: region, offset, bytes. Without them it is read; with them, only when they change nothing or
//! application, bootloader and store were sealed again.

#![no_main]

use std::ops::Range;
use std::sync::LazyLock;

use device::flash_layout::{FLASH_SIZE, OTA_0, OTADATA, PARTITION_TABLE_OFFSET, TRUST_STORE};
use libfuzzer_sys::fuzz_target;
use perennial_fuzz::image::{FlashMap, assert_every_byte_has_a_name, assert_says_why};
use perennial_fuzz::{sample, seal};

static GOOD: LazyLock<Vec<u8>> = LazyLock::new(sample::flash);

/// Where a change may begin; its offset counts from there.
const REGIONS: [u32; 6] = [
    0,
    PARTITION_TABLE_OFFSET,
    OTADATA.offset,
    OTA_0.offset,
    TRUST_STORE.offset,
    FLASH_SIZE - 0x1_0000,
];

fuzz_target!(|bytes: &[u8]| {
    let Some((flags, changes)) = bytes.split_first() else {
        return assert!(FlashMap::read(bytes).is_err());
    };
    let mut flash = GOOD.clone();
    apply(&mut flash, changes);
    let sealed = flags & 1 == 1;
    if sealed {
        seal_again(&mut flash, 0..PARTITION_TABLE_OFFSET, seal::image);
        seal_again(&mut flash, OTA_0.offset..OTA_0.end(), seal::image);
    }
    if flags & 2 == 2 {
        flash.truncate(FLASH_SIZE as usize - usize::from(*flags));
    }
    match FlashMap::read(&flash) {
        Ok(map) => {
            assert!(sealed || flash == *GOOD, "changed, and read");
            assert_every_byte_has_a_name(&map.fields(), FLASH_SIZE as usize);
            let embedded = map.application().store().expect("it was compared");
            assert_eq!(embedded.store.as_bytes(), map.store().as_bytes());
            assert!(flash.starts_with(map.bootloader().bytes()));
        }
        Err(faults) => {
            assert!(flash != *GOOD);
            assert_says_why(&faults);
            for fault in faults.iter() {
                assert!(fault.field.range.end <= flash.len() + 64, "{fault}");
            }
        }
    }
});

fn apply(flash: &mut [u8], mut changes: &[u8]) {
    while let [region, low, high, length, rest @ ..] = changes {
        let start = REGIONS[usize::from(*region) % REGIONS.len()] as usize;
        let start = start + usize::from(u16::from_le_bytes([*low, *high]));
        let length = usize::from(*length).min(rest.len());
        let (change, rest) = rest.split_at(length);
        if let Some(place) = flash.get_mut(start..start + length) {
            place.copy_from_slice(change);
        }
        changes = rest;
    }
}

/// Seals what begins in `range`, with erased bytes after it.
fn seal_again(flash: &mut [u8], range: Range<u32>, seal: fn(&[u8]) -> Option<Vec<u8>>) {
    let region = &mut flash[range.start as usize..range.end as usize];
    // A segment that ends far out would be sealed there: most of a megabyte of hashing for nothing.
    let near = region.len().min(0x4000);
    if let Some(sealed) = seal(&region[..near])
        && let Some(place) = region.get_mut(..near.max(sealed.len()))
    {
        place.fill(0xFF);
        place[..sealed.len()].copy_from_slice(&sealed);
    }
}
