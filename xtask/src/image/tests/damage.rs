//! Every flipped bit is seen, and every byte has a name.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::elf::{Program, store};
use super::{Sample, small};
use crate::image::{Application, Faults, Field, FlashMap};

/// Flips in the sampled tests.
const SAMPLES: usize = 20_000;

#[test]
fn every_byte_of_an_application_has_one_name() {
    let image = small().image.bytes();
    let fields = Application::read(image).unwrap().fields();
    assert_covered(&fields, image.len());
    let name_at = |offset| name(&fields, offset);
    assert_eq!(name_at(0x17), "header: digest flag");
    assert_eq!(name_at(0x18), "segment 0: address");
    assert_eq!(name_at(0x30), "app descriptor: version");
    assert_eq!(name_at(0xB0), "app descriptor: SHA-256 of the ELF file");
    assert_eq!(name_at(0x120), "segment 0: DROM data");
    assert_eq!(name_at(0x120 + 300), "trust store: header.magic");
    assert_eq!(name_at(image.len() - 33), "checksum");
    assert_eq!(name_at(image.len() - 1), "digest");
    for name in [
        "segment 1: DRAM data",
        "segment 2: IRAM data",
        "segment 3: padding",
    ] {
        assert!(fields.iter().any(|field| field.name == name), "{name}");
    }
}

#[test]
fn every_byte_of_a_flash_has_one_name() {
    let flash = &small().flash;
    let fields = FlashMap::read(flash).unwrap().fields();
    assert_covered(&fields, flash.len());
    for (offset, expected) in [
        (0, "bootloader: header: magic"),
        (0x20, "bootloader: bootloader description: magic"),
        (0x28, "bootloader: bootloader description: ESP-IDF version"),
        (0x7FFF, "bootloader: erased"),
        (0x8004, "partition table: entry provision: offset"),
        (0x80C0, "partition table: MD5 magic"),
        (0x80D0, "partition table: MD5"),
        (0x80E0, "partition table: erased"),
        (0x8FFF, "partition table: erased"),
        (0x9000, "provision: erased"),
        (0xD000, "otadata: entry 0: sequence"),
        (0xE000, "otadata: erased"),
        (0xF000, "unused: erased"),
        (0x1_0030, "ota_0: app descriptor: version"),
        (0x1D_FFFF, "ota_0: erased"),
        (0x1E_0000, "ota_1: erased"),
        (0x3B_0000, "trust-store: header.magic"),
        (0x3C_0000, "trust-store: erased"),
        (0x3D_0000, "state: erased"),
        (0x3E_0000, "unused: erased"),
    ] {
        assert_eq!(name(&fields, offset), expected);
    }
}

#[test]
fn every_bit_of_a_small_application_is_checked() {
    let image = small().image.bytes();
    let fields = Application::read(image).unwrap().fields();
    let bits: Vec<usize> = (0..image.len() * 8).collect();
    flip_each(image, &bits, |damaged, bit| {
        let faults = Application::read(damaged).unwrap_err();
        assert_named(&faults, name(&fields, bit / 8));
        // With the good image at hand, the field is known in any case.
        let differs = |field: &&Field| image[field.range.clone()] != damaged[field.range.clone()];
        let differing: Vec<&Field> = fields.iter().filter(differs).collect();
        assert_eq!(differing.len(), 1);
        assert_eq!(differing[0].name, name(&fields, bit / 8));
    });
}

#[test]
fn sampled_bits_of_a_large_application_are_checked() {
    let store = store(1);
    let sample = Sample::of(&Program::with_code(&store, 1 << 20), store);
    let image = sample.image.bytes();
    assert!(image.len() > 1 << 20);
    let bits = sampled(image.len(), 1);
    flip_each(image, &bits, |damaged, _| {
        Application::read(damaged).unwrap_err();
    });
}

#[test]
fn sampled_bits_of_a_flash_are_checked() {
    let flash = &small().flash;
    let fields = FlashMap::read(flash).unwrap().fields();
    // Most of the flash is erased: a bit of each field, then bits from anywhere.
    let mut bits: Vec<usize> = fields
        .iter()
        .map(|field| field.range.start * 8 + 3)
        .collect();
    bits.extend(sampled(flash.len(), 2));
    flip_each(flash, &bits, |damaged, bit| {
        let faults = FlashMap::read(damaged).unwrap_err();
        let expected = name(&fields, bit / 8);
        assert_named(&faults, expected);
        let (part, _) = expected.split_once(':').unwrap();
        let is_of_part = |text: &str| text.starts_with(part);
        assert!(
            faults.iter().any(|fault| is_of_part(&fault.field.name)),
            "{expected}: {faults}"
        );
    });
}

/// The field is named where a check of its own sees the flip, else the seal over it.
fn assert_named(faults: &Faults, expected: &str) {
    let is_named = |text: &str| faults.iter().any(|fault| fault.field.name.contains(text));
    let is_sealed = is_named("checksum") || is_named("digest") || is_named("store");
    // A wrong count or length is seen in the segment that is then looked for at the wrong place.
    let is_chain = expected.ends_with("segment count") || expected.ends_with(": length");
    let is_chained = is_chain && is_named("segment ");
    assert!(
        is_named(expected) || is_sealed || is_chained,
        "{expected}: {faults}"
    );
}

/// Calls `check` with `good` and one of `bits` flipped, for each of them.
fn flip_each(good: &[u8], bits: &[usize], check: impl Fn(&[u8], usize) + Sync) {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut damaged = good.to_vec();
        while let Some(bit) = bits.get(next.fetch_add(1, Ordering::Relaxed)) {
            damaged[bit / 8] ^= 1 << (bit % 8);
            check(&damaged, *bit);
            damaged[bit / 8] ^= 1 << (bit % 8);
        }
    };
    let threads = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(work);
        }
    });
}

/// Bits of an image of `length` bytes, the same ones in each run.
fn sampled(length: usize, seed: u64) -> Vec<usize> {
    let mut state = seed;
    let mut next = || {
        // SplitMix64.
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (state ^ state >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ mixed >> 31) as usize
    };
    (0..SAMPLES).map(|_| next() % (length * 8)).collect()
}

fn assert_covered(fields: &[Field], length: usize) {
    let mut end = 0;
    for field in fields {
        assert_eq!(field.range.start, end, "{}", field.name);
        assert!(!field.range.is_empty(), "{}", field.name);
        assert!(!field.name.is_empty());
        end = field.range.end;
    }
    assert_eq!(end, length);
}

fn name(fields: &[Field], offset: usize) -> &str {
    let mut holders = fields.iter().filter(|field| field.range.contains(&offset));
    &holders.next().unwrap().name
}
