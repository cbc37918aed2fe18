//! Signed images: the signature sector behind the padded image.

use sha2::{Digest as _, Sha256};

use super::making::{World, assert_says, difference, patched, reason};
use crate::image::accounting::Accounting;
use crate::image::accounting::signature_sector::{BLOCK_LENGTH, crc};

/// A signature block over `image` with a made-up key and signature.
fn block(image: &[u8], key: u8, salt: u8) -> Vec<u8> {
    let mut block = vec![0; BLOCK_LENGTH];
    block[..4].copy_from_slice(&[0xE7, 2, 0, 0]);
    block[4..36].copy_from_slice(&Sha256::digest(image));
    block[36..812].fill(key);
    block[812..1196].fill(salt);
    let crc = crc(&block);
    block[1196..1200].copy_from_slice(&crc.to_le_bytes());
    block
}

/// `image`, filled up to a sector, and signed with keys and salts.
fn signed(image: &[u8], signers: &[(u8, u8)]) -> Vec<u8> {
    let mut padded = image.to_vec();
    padded.resize(image.len().next_multiple_of(4096), 0xFF);
    let blocks = signers
        .iter()
        .flat_map(|(key, salt)| block(&padded, *key, *salt));
    let mut sector: Vec<u8> = blocks.collect();
    sector.resize(4096, 0xFF);
    [padded, sector].concat()
}

#[test]
fn every_byte_of_a_signed_image_has_a_class() {
    let image = World::new().build().application;
    for signers in [&[(1, 1)][..], &[(1, 1), (2, 2)], &[(1, 1), (2, 2), (3, 3)]] {
        let bytes = signed(&image, signers);
        let summary = Accounting::of_application(&bytes).summary();
        assert_eq!(summary.unexplained, 0);
        let signature = crate::image::accounting::Class::Signature;
        assert_eq!(summary.by_class[&signature], BLOCK_LENGTH * signers.len());
        let wrong = patched(&bytes, bytes.len() - 1, &[0]);
        assert_eq!(Accounting::of_application(&wrong).summary().unexplained, 1);
    }
}

#[test]
fn another_salt_changes_nothing_but_the_signature() {
    let image = World::new().build().application;
    let (a, b) = (signed(&image, &[(1, 1)]), signed(&image, &[(1, 2)]));
    let expected = [
        "consequence signature block 0: RSA-PSS signature",
        "consequence signature block 0: CRC-32",
    ];
    assert_says(&a, &b, &expected);
    let found = difference(&a, &b);
    assert!(reason(&found, "signature block 0: RSA-PSS signature").contains("salt"));
    assert!(
        found
            .conclusions
            .iter()
            .any(|line| line.contains("the unsigned image is identical"))
    );
}

#[test]
fn another_key_is_an_input() {
    let image = World::new().build().application;
    let (a, b) = (signed(&image, &[(1, 1)]), signed(&image, &[(2, 2)]));
    let expected = [
        "input signature block 0: RSA modulus",
        "input signature block 0: RSA exponent",
        "input signature block 0: Montgomery R",
        "input signature block 0: Montgomery M'",
        "consequence signature block 0: RSA-PSS signature",
        "consequence signature block 0: CRC-32",
    ];
    assert_says(&a, &b, &expected);
}

#[test]
fn one_more_signature_is_an_input() {
    let image = World::new().build().application;
    let (a, b) = (signed(&image, &[(1, 1)]), signed(&image, &[(1, 1), (2, 2)]));
    let found = difference(&a, &b);
    assert!(found.explained, "{}", super::super::human(&found));
    let owners: Vec<&str> = found.files[0]
        .ranges
        .iter()
        .map(|range| range.owner.name.as_str())
        .collect();
    assert!(
        owners
            .iter()
            .all(|owner| owner.starts_with("signature block 1")),
        "{owners:?}"
    );
}

#[test]
fn a_signature_is_all_that_a_signed_image_has_more() {
    let image = World::new().build().application;
    let b = signed(&image, &[(1, 1)]);
    let a = &b[..b.len() - 4096];
    let found = difference(a, &b);
    let lines = super::making::lines(&found);
    assert!(
        lines.contains(&"input signature block 0: magic".to_owned()),
        "{lines:?}"
    );
    assert!(
        found.files[0]
            .ranges
            .iter()
            .all(|range| range.b.start + 1 >= a.len() || range.owner.class != "code")
    );
}

#[test]
fn another_image_under_the_same_key_follows() {
    let mut other = World::new();
    other.expected.version = "0.1.1";
    let a = signed(&World::new().build().application, &[(1, 1)]);
    let b = signed(&other.build().application, &[(1, 2)]);
    let expected = [
        "input app descriptor: version",
        "consequence app descriptor: SHA-256 of the ELF file",
        "consequence checksum",
        "consequence digest",
        "consequence signature block 0: SHA-256 of the padded image",
        "consequence signature block 0: RSA-PSS signature",
        "consequence signature block 0: CRC-32",
    ];
    assert_says(&a, &b, &expected);
}

#[test]
fn a_damaged_digest_or_crc_in_a_block_is_damage() {
    let good = signed(&World::new().build().application, &[(1, 1)]);
    let sector = good.len() - 4096;
    let bad = patched(&good, sector + 4, &[!good[sector + 4]]);
    let expected = ["damage signature block 0: SHA-256 of the padded image"];
    assert_says(&good, &bad, &expected);
    let bad = patched(&good, sector + 1196, &[!good[sector + 1196]]);
    assert_says(&good, &bad, &["damage signature block 0: CRC-32"]);
    let bad = patched(&good, good.len() - 1, &[0]);
    assert_says(&good, &bad, &["damage signature sector: erased"]);
}
