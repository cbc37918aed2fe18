//! Each byte that is wrong is found, by the name of its field.

use super::keys;
use super::{padded, signed};
use crate::image::Faults;
use crate::secure_boot::block::Block;
use crate::secure_boot::layout::{BLOCK_LENGTH, SECTOR_LENGTH, fields};
use crate::secure_boot::pem::public_key;
use crate::secure_boot::sector::{Sector, SectorError};
use crate::secure_boot::signed_image::SignedImage;

fn faults(bytes: &[u8]) -> Faults {
    SignedImage::read(bytes).map(drop).unwrap_err()
}

fn first(bytes: &[u8]) -> String {
    faults(bytes).iter().next().unwrap().field.name.clone()
}

#[test]
fn one_two_and_three_signatures_are_read_back() {
    let padded = padded(700);
    for count in 1..=3 {
        let bytes = signed(&padded, count);
        assert_eq!(bytes.len(), padded.bytes().len() + SECTOR_LENGTH);
        let image = SignedImage::read(&bytes).unwrap();
        assert_eq!(*image.padded(), padded);
        let blocks = image.sector().blocks();
        assert_eq!(blocks.len(), count);
        for (block, name) in blocks.iter().zip(keys::NAMES) {
            assert_eq!(*block.key(), public_key(&keys::path(name)).unwrap());
        }
        let mut end = 0;
        for field in image.fields() {
            assert_eq!(field.range.start, end, "{}", field.name);
            end = field.range.end;
        }
        assert_eq!(end, bytes.len());
    }
}

#[test]
fn a_flipped_bit_in_each_field_of_each_block_is_named() {
    let padded = padded(700);
    let good = signed(&padded, 3);
    let start = padded.bytes().len();
    for index in 0..3 {
        for field in fields(index) {
            let range = start + field.range.start..start + field.range.end;
            let last = range.end - 1;
            for (place, bit) in [(range.start, 0), (range.start, 6), (last, 1), (last, 7)] {
                let mut bytes = good.clone();
                bytes[place] ^= 1 << bit;
                assert_eq!(first(&bytes), field.name, "byte {place}, bit {bit}");
            }
        }
    }
}

#[test]
fn each_flipped_byte_behind_the_blocks_is_found() {
    let padded = padded(700);
    let good = signed(&padded, 1);
    let start = padded.bytes().len();
    for place in start + BLOCK_LENGTH..good.len() {
        let mut bytes = good.clone();
        bytes[place] ^= 1 << (place % 8);
        let expected = match (place - start) / BLOCK_LENGTH {
            1 => "signature block 1: erased",
            2 => "signature block 2: erased",
            _ => "signature sector: erased",
        };
        assert_eq!(first(&bytes), expected, "byte {place}");
    }
}

/// What is behind the missing block is there.
#[test]
fn only_the_block_that_is_not_there_is_said_to_be_missing() {
    let padded = padded(700);
    let start = padded.bytes().len();
    let mut bytes = signed(&padded, 3);
    bytes[start..start + BLOCK_LENGTH].fill(0xFF);
    let faults = faults(&bytes);
    let missing = faults.iter().map(|fault| fault.problem.as_str());
    let missing: Vec<&str> = missing
        .filter(|problem| problem.ends_with("is not there"))
        .collect();
    assert_eq!(missing, ["signature block 0 is not there"]);
}

#[test]
fn a_changed_image_is_named_by_its_own_field() {
    let padded = padded(700);
    let good = signed(&padded, 2);
    for field in padded.fields() {
        let mut bytes = good.clone();
        bytes[field.range.start] ^= 0x10;
        let found = faults(&bytes);
        let named: Vec<_> = found.iter().map(|fault| &fault.field.name).collect();
        assert!(
            !named[0].starts_with("signature"),
            "{}: {named:?}",
            field.name
        );
        for block in 0..2 {
            let digest = format!("signature block {block}: SHA-256 of the padded image");
            assert!(named.contains(&&digest), "{}: {named:?}", field.name);
            let others = [
                "RSA modulus",
                "RSA-PSS signature",
                "Montgomery R",
                "Montgomery M'",
                "CRC-32",
            ];
            for other in others.map(|other| format!("signature block {block}: {other}")) {
                assert!(!named.contains(&&other), "{}: {named:?}", field.name);
            }
        }
    }
}

/// Beside the image that was signed, each flipped bit is named by the field in which it stands.
#[test]
fn twenty_thousand_flipped_bits_are_named_by_their_field() {
    let padded = padded(700);
    let mut bytes = signed(&padded, 1);
    assert!(SignedImage::read_of(&bytes, &padded).is_ok());
    let start = padded.bytes().len();
    let mut state: u32 = 7;
    for round in 0..20_000 {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let random = (state >> 8) as usize;
        // Half of them in the sector, and half of those in the block.
        let place = match round % 4 {
            0 | 1 => random % start,
            2 => start + random % BLOCK_LENGTH,
            _ => start + random % SECTOR_LENGTH,
        };
        let bit = 1 << (round / 4 % 8);
        bytes[place] ^= bit;
        let faults = SignedImage::read_of(&bytes, &padded).map(drop).unwrap_err();
        let field = &faults.iter().next().unwrap().field;
        assert!(field.range.contains(&place), "byte {place}: {faults}");
        bytes[place] ^= bit;
    }
}

/// An image and blocks that are each right, but not of one another.
#[test]
fn signatures_of_another_image_are_refused() {
    let (one, other) = (padded(700), padded(800));
    let sector = &signed(&other, 1)[other.bytes().len()..];
    let bytes = [one.bytes(), sector].concat();
    assert_eq!(
        first(&bytes),
        "signature block 0: SHA-256 of the padded image"
    );
}

#[test]
fn missing_blocks_lengths_and_keys_that_sign_twice_are_refused() {
    let padded = padded(700);
    let start = padded.bytes().len();
    let good = signed(&padded, 2);
    let mut none = good.clone();
    none[start..].fill(0xFF);
    assert_eq!(first(&none), "signature sector");
    let mut second_alone = good.clone();
    second_alone[start..start + BLOCK_LENGTH].fill(0xFF);
    assert_eq!(first(&second_alone), "signature block 1");
    let mut twice = good.clone();
    twice.copy_within(start..start + BLOCK_LENGTH, start + BLOCK_LENGTH);
    assert_eq!(first(&twice), "signature block 1");
    for length in [0, 1, 4096, start, good.len() - 1] {
        assert_eq!(first(&good[..length]), "signed image", "{length} bytes");
    }
    let longer = [good.as_slice(), &[0xFF; 4096]].concat();
    assert_eq!(first(&longer), "signed image");
}

#[test]
fn a_sector_takes_three_different_keys() {
    let padded = padded(700);
    let bytes = signed(&padded, 3);
    let (_, mut sector) = SignedImage::read(&bytes).unwrap().into_parts();
    let block = |name: &str| {
        let key = super::super::pem::PemKey::read(&keys::path(name)).unwrap();
        let signature = key.sign(&padded).unwrap();
        Block::sign(key.public().clone(), &padded.digest(), &signature).unwrap()
    };
    assert_eq!(sector.add(block("four.pem")), Err(SectorError::Full));
    assert_eq!(sector.add(block("two.pem")), Err(SectorError::SameKey));
    let mut fresh = Sector::default();
    fresh.add(block("four.pem")).unwrap();
    assert_eq!(fresh.add(block("four.pem")), Err(SectorError::SameKey));
}
