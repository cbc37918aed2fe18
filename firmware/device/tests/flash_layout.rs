//! Which partition tables a device takes for that of its layout.

use device::flash::FlashError;
use device::flash_layout::{
    ChipError, ENTRY_LENGTH, OTA_0, OTA_1, OTADATA, OwnTable, OwnTableError,
    PARTITION_TABLE_OFFSET, PARTITION_TABLE_SIZE, PARTITIONS, Partition, TableError, check_chip,
    check_table,
};
use device::otadata::Slot;
use embedded_storage::nor_flash::NorFlashErrorKind;
use simulated::factory;
use simulated::flash::SimulatedFlash;

const PARTITIONS_LENGTH: usize = PARTITIONS.len() * ENTRY_LENGTH;

/// The table as it stands in flash: the entries, the one with their MD5, erased bytes.
fn table() -> Vec<u8> {
    let mut table: Vec<u8> = PARTITIONS.iter().flat_map(Partition::entry).collect();
    table.extend([0xEB; 2]);
    table.extend([0xFF; 14]);
    table.extend([0x5A; 16]);
    table.resize(PARTITION_TABLE_SIZE as usize, 0xFF);
    table
}

#[test]
fn that_of_the_layout_with_and_without_its_md5() {
    assert_eq!(check_table(&table()), Ok(()));
    let mut without = table();
    without[PARTITIONS_LENGTH..].fill(0xFF);
    assert_eq!(check_table(&without), Ok(()));
}

#[test]
fn no_bit_of_an_entry_may_differ() {
    for bit in 0..PARTITIONS_LENGTH * 8 {
        let mut table = table();
        table[bit / 8] ^= 1 << (bit % 8);
        let expected = &PARTITIONS[bit / 8 / ENTRY_LENGTH];
        let found = check_table(&table);
        assert!(
            matches!(found, Err(TableError::Differs { expected: named, .. }) if named == expected),
            "bit {bit}: {found:?}"
        );
    }
}

#[test]
fn one_more_slot_is_refused() {
    let more = Partition {
        label: "ota_2",
        subtype: 0x12,
        offset: 0x3E_0000,
        size: 0x1_0000,
        ..PARTITIONS[3]
    };
    let mut table = table();
    table[PARTITIONS_LENGTH..][..ENTRY_LENGTH].copy_from_slice(&more.entry());
    let found = more.entry();
    assert_eq!(check_table(&table), Err(TableError::More { found }));
}

#[test]
fn one_less_is_refused() {
    let mut table = table();
    table.drain(PARTITIONS_LENGTH - ENTRY_LENGTH..PARTITIONS_LENGTH);
    assert!(matches!(
        check_table(&table),
        Err(TableError::Differs { expected, .. }) if expected.label == "state"
    ));
}

#[test]
fn a_table_that_was_cut_and_one_that_is_erased() {
    for available in 0..PARTITIONS_LENGTH + ENTRY_LENGTH {
        let cut = check_table(&table()[..available]);
        assert_eq!(cut, Err(TableError::Truncated { available }));
    }
    let erased = check_table(&[0xFF; PARTITION_TABLE_SIZE as usize]).unwrap_err();
    let message = format!(
        "the partition table has {} where the layout has \"provision\", {}",
        "ff".repeat(ENTRY_LENGTH),
        "aa5001400090000000400000\
         70726f766973696f6e0000000000000000000000"
    );
    assert_eq!(erased.to_string(), message);
}

fn with_table(partitions: &[Partition]) -> SimulatedFlash {
    let table = factory::partition_table(partitions);
    SimulatedFlash::erased().with(PARTITION_TABLE_OFFSET, &table)
}

/// With this in place of otadata.
fn with_otadata(otadata: Partition) -> SimulatedFlash {
    let mut partitions = PARTITIONS;
    partitions[1] = otadata;
    with_table(&partitions)
}

#[test]
fn a_chip_is_judged_by_the_table_in_its_flash() {
    let mut flash = factory::empty();
    assert_eq!(check_chip(&mut flash), Ok(()));
    let refused = check_chip(&mut SimulatedFlash::erased());
    assert!(matches!(
        refused,
        Err(ChipError::Table(TableError::Differs { .. }))
    ));
    let table = PARTITION_TABLE_OFFSET..PARTITION_TABLE_OFFSET + 4;
    flash.fail_reads(table);
    let error = FlashError::Driver(NorFlashErrorKind::Other);
    assert_eq!(check_chip(&mut flash), Err(ChipError::Flash(error)));
    let refused = OwnTable::read(&mut flash);
    assert_eq!(refused, Err(OwnTableError::Flash(error)));
}

#[test]
fn the_table_in_flash_says_where_the_slots_are() {
    let table = OwnTable::read(&mut factory::empty()).unwrap();
    assert_eq!(table.otadata(), OTADATA.offset);
    for (partition, slot) in [(&OTA_0, Slot::Ota0), (&OTA_1, Slot::Ota1)] {
        for offset in [partition.offset, partition.end() - 1] {
            assert_eq!(table.slot_at(offset), Some(slot));
        }
    }
    for offset in [0, OTA_0.offset - 1, OTA_1.end(), u32::MAX] {
        assert_eq!(table.slot_at(offset), None);
    }
}

#[test]
fn a_table_that_names_no_place_for_otadata_names_none() {
    let (offset, size) = (OTADATA.offset, OTADATA.size);
    for (otadata, refused) in [
        (PARTITIONS[0], OwnTableError::Otadata(0)),
        (
            Partition {
                offset: offset + 4,
                ..OTADATA
            },
            OwnTableError::OtadataPlace {
                offset: offset + 4,
                size,
            },
        ),
        (
            Partition {
                size: 0x1000,
                ..OTADATA
            },
            OwnTableError::OtadataPlace {
                offset,
                size: 0x1000,
            },
        ),
        (
            Partition {
                offset: PARTITION_TABLE_OFFSET,
                ..OTADATA
            },
            OwnTableError::OtadataPlace {
                offset: PARTITION_TABLE_OFFSET,
                size,
            },
        ),
    ] {
        assert_eq!(OwnTable::read(&mut with_otadata(otadata)), Err(refused));
    }
    let twice = [PARTITIONS.as_slice(), &[OTADATA]].concat();
    let refused = OwnTable::read(&mut with_table(&twice));
    assert_eq!(refused, Err(OwnTableError::Otadata(2)));
}

#[test]
fn the_sequences_of_another_number_of_slots_mean_other_slots() {
    let third = Partition {
        label: "ota_2",
        subtype: 0x12,
        ..OTA_1
    };
    let three = [PARTITIONS.as_slice(), &[third]].concat();
    let refused = OwnTable::read(&mut with_table(&three));
    assert_eq!(refused, Err(OwnTableError::Slots(3)));
    let gap = [OTADATA, OTA_0, third];
    let refused = OwnTable::read(&mut with_table(&gap));
    assert_eq!(refused, Err(OwnTableError::Slots(2)));
    let erased = OwnTable::read(&mut SimulatedFlash::erased());
    assert_eq!(erased, Err(OwnTableError::Otadata(0)));
}
