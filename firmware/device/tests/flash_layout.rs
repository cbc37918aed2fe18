//! Which partition tables a device takes for that of its layout.

use device::flash_layout::{
    ENTRY_LENGTH, PARTITION_TABLE_SIZE, PARTITIONS, Partition, TableError, check_table,
};

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
