//! The partition table, against the generator of ESP-IDF and by hand.

use crate::digest::sha256_hex;
use crate::image::partition_table::{bytes, fields, read, require};

/// MD5 of the six entries, computed with ESP-IDF's generator.
const MD5: &str = "bc5b0acfced4db64e25de9d2508e62ed";

#[test]
fn byte_for_byte() {
    let table = bytes();
    assert_eq!(table.len(), 0xC00);
    let row = |index: usize| hex::encode(&table[index * 32..][..32]);
    let provision = "aa500140009000000040000070726f766973696f6e0000000000000000000000";
    let otadata = "aa50010000d00000002000006f74616461746100000000000000000000000000";
    let trust_store = "aa50014100003b000000020074727573742d73746f7265000000000000000000";
    assert_eq!(row(0), provision);
    assert_eq!(row(1), otadata);
    assert_eq!(row(4), trust_store);
    assert_eq!(row(6), format!("ebebffffffffffffffffffffffffffff{MD5}"));
    assert!(table[7 * 32..].iter().all(|byte| *byte == 0xFF));
}

#[test]
fn the_ledger_has_the_hash_of_its_entries() {
    let recorded = hex::encode(trust::ledger::partition_table::sha256());
    assert_eq!(sha256_hex(&bytes()[..6 * 32]), recorded);
}

/// What ESP-IDF's own generator makes of the same table as CSV (`gen_esp32part.py`, as in the Python package
/// esp-idf-defs 0.1.7: `PartitionTable.from_csv(..).to_binary()`). The crate esp-idf-part cannot be asked: it
/// knows no subtypes of an application's own.
#[test]
fn the_same_bytes_as_the_generator_of_esp_idf() {
    let sha256 = "99da28d40e2a42470e9bd92ff7cfcb8b73e0d594ed4768d95553a9ed255ac95d";
    assert_eq!(sha256_hex(bytes()), sha256);
}

#[test]
fn every_bit_is_checked_and_named() {
    let good = bytes();
    for bit in 0..good.len() * 8 {
        let mut damaged = good.clone();
        damaged[bit / 8] ^= 1 << (bit % 8);
        assert!(read(&damaged).is_err(), "{bit}");
        let faults = require(&damaged).unwrap_err();
        let named: Vec<_> = faults.iter().map(|fault| fault.field.clone()).collect();
        let holder = fields()
            .into_iter()
            .find(|field| field.range.contains(&(bit / 8)));
        assert_eq!(named, [holder.unwrap()], "{bit}");
    }
}

#[test]
fn a_table_without_md5_or_with_a_label_that_is_not_text_is_refused() {
    let mut table = bytes();
    let entry: Vec<u8> = table[..32].to_vec();
    for row in table.chunks_mut(32) {
        row.copy_from_slice(&entry);
    }
    assert!(
        read(&table)
            .unwrap_err()
            .to_string()
            .contains("no entry has the MD5")
    );
    table[12] = 0;
    let fault = read(&table).unwrap_err();
    assert_eq!(fault.field.name, "entry 0: label");
    assert!(read(&[]).is_err());
}
