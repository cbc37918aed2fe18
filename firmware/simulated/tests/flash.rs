//! The simulated flash keeps to the rules of a chip, and so does its power.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use embedded_storage::nor_flash::{NorFlash, NorFlashErrorKind, ReadNorFlash};
use simulated::flash::{Cut, SimulatedFlash, SimulatedFlashError};
use simulated::power::every_cut;

#[test]
fn programming_clears_bits_and_erasing_sets_them() {
    let mut flash = SimulatedFlash::erased();
    flash.write(8, &[0xF0; 4]).unwrap();
    flash.write(8, &[0x30; 4]).unwrap();
    assert_eq!(
        flash.bytes(4..16),
        [[0xFF; 4], [0x30; 4], [0xFF; 4]].concat()
    );
    flash.erase(0, 4096).unwrap();
    assert_eq!(flash.bytes(8..12), [0xFF; 4]);
    let wear = flash.wear(8);
    assert_eq!((wear.erases, wear.programs), (1, 2));
}

#[test]
#[should_panic(expected = "would set bits")]
fn programming_that_would_set_bits_fails_the_test() {
    let mut flash = SimulatedFlash::erased();
    flash.write(0, &[0xF0; 4]).unwrap();
    let _ = flash.write(0, &[0x0F; 4]);
}

#[test]
fn each_rule() {
    use NorFlashErrorKind::{NotAligned, OutOfBounds};
    let mut flash = SimulatedFlash::erased();
    let end = u32::try_from(flash.capacity()).unwrap();
    for (result, kind) in [
        (flash.write(2, &[0; 4]), NotAligned),
        (flash.write(0, &[0; 3]), NotAligned),
        (flash.write(end, &[0; 4]), OutOfBounds),
        (flash.erase(0, 100), NotAligned),
        (flash.erase(0, end + 4096), OutOfBounds),
        (flash.read(2, &mut [0; 4]), NotAligned),
        (flash.read(0, &mut [0; 5]), NotAligned),
        (flash.read(end, &mut [0; 4]), OutOfBounds),
    ] {
        assert_eq!(result, Err(SimulatedFlashError::Rules(kind)));
    }
    assert_eq!(flash.operations(), 0);
}

#[test]
fn a_program_is_cut_into_commands_of_32_bytes_and_an_erase_into_sectors() {
    let mut flash = SimulatedFlash::erased();
    flash.write(28, &[0; 40]).unwrap();
    assert_eq!(flash.operations(), 3);
    flash.erase(0, 3 * 4096).unwrap();
    assert_eq!(flash.operations(), 6);
}

#[test]
fn nothing_is_done_after_the_cut_until_the_power_is_back() {
    for (cut, done) in [(Cut::Before, 0xFF), (Cut::After, 0)] {
        let mut flash = SimulatedFlash::erased();
        flash.cut_at(1, cut);
        assert_eq!(flash.write(0, &[0; 96]), Err(SimulatedFlashError::Off));
        let expected = [[0; 32], [done; 32], [0xFF; 32]].concat();
        assert_eq!(flash.bytes(0..96), expected);
        assert_eq!(flash.read(0, &mut [0; 4]), Err(SimulatedFlashError::Off));
        assert_eq!(flash.erase(0, 4096), Err(SimulatedFlashError::Off));
        assert_eq!(flash.bytes(0..96), expected);
        flash.power_on();
        assert_eq!(flash.erase(0, 4096), Ok(()));
    }
}

#[test]
fn every_point_is_cut_once() {
    let mut seen = Vec::new();
    let cuts = every_cut(
        &SimulatedFlash::erased(),
        5,
        |flash| {
            let _ = flash.write(0, &[0; 64]);
        },
        |flash, point| seen.push((point, flash.bytes(0..64))),
    );
    assert_eq!((cuts.operations, cuts.points), (2, 14));
    assert_eq!(seen.len(), 15);
    assert_eq!(seen.remove(0), (None, vec![0; 64]));
    seen.sort_by_key(|(_, bytes)| bytes.clone());
    seen.dedup_by_key(|(_, bytes)| bytes.clone());
    assert!(seen.len() > 8, "{} different outcomes", seen.len());
}

#[test]
#[should_panic(expected = "nothing was done that could be cut")]
fn an_operation_that_does_nothing_tests_nothing() {
    every_cut(&SimulatedFlash::erased(), 1, |_| {}, |_, _| {});
}
