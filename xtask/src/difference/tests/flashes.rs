//! Full flash images.

use md5::{Digest as _, Md5};

use super::making::{World, assert_says, patched, sealed};
use crate::image::Expected;
use crate::image::tests::elf::EXPECTED;

const TABLE: usize = 0x8000;
const OTADATA: usize = 0xD000;

#[test]
fn a_bit_in_erased_flash_is_named_alone() {
    let good = World::new().build().flash;
    for (at, owner) in [
        (0x7FFF, "damage bootloader: erased"),
        (0x9000, "damage provision: erased"),
        (0x1DFFFF, "damage ota_0: erased"),
        (0x1E_0000, "damage ota_1: erased"),
        (0x3C_FFFF, "damage trust-store copy 2: erased"),
        (0x3D_0000, "damage state: erased"),
        (0x3F_FFFF, "damage unused: erased"),
    ] {
        let bad = patched(&good, at, &[0xFE]);
        assert_says(&good, &bad, &[owner]);
        let found = super::making::difference(&good, &bad);
        assert_eq!(found.files[0].ranges[0].b, (at..at + 1).into());
    }
}

#[test]
fn a_partition_that_is_called_otherwise_changes_the_md5() {
    let good = World::new().build().flash;
    let wrong = patched(&good, TABLE + 12, b"x");
    assert_says(
        &good,
        &wrong,
        &["damage partition table: entry provision: label"],
    );
    let entries = 6 * 32;
    let md5 = Md5::digest(&wrong[TABLE..TABLE + entries]);
    let other = patched(&wrong, TABLE + entries + 16, &md5);
    let expected = [
        "unexplained partition table: entry provision: label",
        "consequence partition table: MD5",
    ];
    assert_says(&good, &other, &expected);
}

#[test]
fn another_slot_changes_the_crc() {
    let good = World::new().build().flash;
    let entry = device::otadata::initial();
    assert_eq!(&good[OTADATA..OTADATA + 32], &entry[..32]);
    // CRC of 2: from `crc32_le(UINT32_MAX, ..)` of the ROM, as the device's own tests have it.
    let other = patched(
        &patched(&good, OTADATA, &[2]),
        OTADATA + 28,
        &[0x74, 0x37, 0xF6, 0x55],
    );
    let expected = [
        "unexplained otadata: entry 0: sequence",
        "consequence otadata: entry 0: CRC",
    ];
    assert_says(&good, &other, &expected);
    let wrong = patched(&good, OTADATA + 28, &[0]);
    assert_says(&good, &wrong, &["damage otadata: entry 0: CRC"]);
}

#[test]
fn another_bootloader_is_named() {
    let good = World::new().build().flash;
    let at = 0x28;
    let wrong = patched(&good, at, b"w");
    assert_says(
        &good,
        &wrong,
        &["damage bootloader: bootloader description: ESP-IDF version"],
    );
    let mut other = wrong.clone();
    let boot = sealed(&wrong[..0x8000]);
    other[..0x8000].copy_from_slice(&boot);
    let expected = [
        "unexplained bootloader: bootloader description: ESP-IDF version",
        "consequence bootloader: checksum",
        "consequence bootloader: digest",
    ];
    assert_says(&good, &other, &expected);
}

#[test]
fn the_application_in_its_slot_is_named_as_alone() {
    let mut other = World::new();
    other.expected = Expected {
        version: "0.1.1",
        ..EXPECTED
    };
    let expected = [
        "input ota_0: app descriptor: version",
        "consequence ota_0: app descriptor: SHA-256 of the ELF file",
        "consequence ota_0: checksum",
        "consequence ota_0: digest",
    ];
    assert_says(&World::new().build().flash, &other.build().flash, &expected);
}

#[test]
fn a_longer_application_takes_erased_flash() {
    let mut other = World::new();
    other.program.section(".text").data.extend([0x13; 64]);
    let found = super::making::difference(&World::new().build().flash, &other.build().flash);
    let lines = super::making::lines(&found);
    assert!(
        lines.contains(&"consequence ota_0: erased".to_owned()),
        "{lines:?}"
    );
    assert!(
        lines.contains(&"consequence ota_0: segment 4: length".to_owned()),
        "{lines:?}"
    );
}

#[test]
fn a_flipped_bit_of_the_store_in_its_partition_is_named_by_its_field() {
    let good = World::new().build().flash;
    let at = 0x3B_0000 + 30;
    let bad = patched(&good, at, &[1]);
    assert_says(
        &good,
        &bad,
        &["damage trust-store: trust store: header.sequence"],
    );
}
