//! One defect each: what the device says.

use std::collections::BTreeSet;

use device::rescue::{EnvelopeContents, RescueError, SignatureContents};

use crate::support::{PRODUCT, RESCUERS, payload, rescue_bytes, signed, unsigned, verify};

/// What is done to an envelope that two rescuers signed, and what the device must say.
struct Damage(fn(&mut Vec<u8>), &'static str);

const DAMAGED: &[Damage] = &[
    Damage(
        |bytes| bytes[0] ^= 1,
        "no rescue store begins with 51524e4c52455343",
    ),
    Damage(|bytes| bytes[8] = 2, "format version 2, only 1 is known"),
    Damage(
        |bytes| bytes[18..26].fill(0x7F),
        "issued 9187201950435737471 s after 1970, outside the years 1 to 9999",
    ),
    Damage(
        |bytes| bytes[26..30].copy_from_slice(&79_u32.to_le_bytes()),
        "payload length 79, must be 80 to 16384",
    ),
    Damage(
        |bytes| bytes[26..30].copy_from_slice(&16_385_u32.to_le_bytes()),
        "payload length 16385, must be 80 to 16384",
    ),
    Damage(
        |bytes| bytes[26..30].fill(0xFF),
        "payload length 4294967295, must be 80 to 16384",
    ),
    Damage(
        |bytes| bytes[63] = b'\n',
        "the product is not text: it holds a control character",
    ),
    Damage(|bytes| bytes[63] = b'q', "it is for qerennial-reference"),
    Damage(
        |bytes| bytes[63 + PRODUCT.len()] = 17,
        "17 signatures, at most 16 are possible",
    ),
    Damage(
        |bytes| bytes.truncate(63 + PRODUCT.len() + 1 + 8),
        "at byte 83: signature[0] needs 72 bytes, 8 are left",
    ),
    Damage(
        |bytes| bytes[10] += 1,
        "the signature of key 1414141414141414 is wrong",
    ),
    Damage(
        |bytes| *bytes.last_mut().unwrap() ^= 1,
        "the payload has the SHA-256 ",
    ),
    Damage(
        |bytes| {
            let (first, second) = bytes[83..].split_at_mut(72);
            first.swap_with_slice(&mut second[..72]);
        },
        "signature[1] is below the one before it",
    ),
    Damage(
        |bytes| bytes.copy_within(83..83 + 72, 83 + 72),
        "key 1414141414141414 signed twice",
    ),
    Damage(|bytes| bytes.push(0), "1 bytes too many, from byte "),
];

/// What the rescuers sign that they should not, and what the device must say.
struct Mistake(fn(&mut EnvelopeContents), &'static str);

const SIGNED: &[Mistake] = &[
    Mistake(
        |contents| contents.payload[0] ^= 1,
        "the payload is not a trust store: at byte 0: no trust store begins with ",
    ),
    Mistake(
        |contents| contents.payload.push(0),
        "the payload is not a trust store: at byte ",
    ),
    Mistake(
        |contents| contents.sequence = 8,
        "the payload has sequence 7, the envelope 8",
    ),
    Mistake(
        |contents| {
            let mut store = payload(7);
            store.product = "another".into();
            contents.payload = store.write().unwrap();
        },
        "the payload is the store of another product, another",
    ),
    Mistake(
        |contents| contents.product = "another".into(),
        "it is for another",
    ),
    Mistake(
        |contents| {
            // Somebody else's signature under a rescuer's name.
            let last = contents.signatures.pop();
            contents
                .signatures
                .extend(last.map(|last| SignatureContents {
                    key_id: [22; 8],
                    ..last
                }));
        },
        "the signature of key 1616161616161616 is wrong",
    ),
    Mistake(
        |contents| contents.signatures.truncate(1),
        "signed by 1 rescue key; 2 must sign",
    ),
];

fn refusals() -> Vec<(RescueError, &'static str)> {
    let pristine = rescue_bytes(7);
    let damaged = DAMAGED.iter().map(|Damage(change, says)| {
        let mut bytes = pristine.clone();
        change(&mut bytes);
        (verify(&bytes).expect_err(says), *says)
    });
    let mistaken = SIGNED.iter().map(|Mistake(change, says)| {
        // What is signed is what was changed, and what is changed in the signatures was signed before.
        let mut contents = unsigned(&payload(7));
        change(&mut contents);
        contents = signed(contents, &RESCUERS[..2]);
        let (sequence, payload) = (contents.sequence, contents.payload.clone());
        let product = contents.product.clone();
        change(&mut contents);
        contents = EnvelopeContents {
            sequence,
            payload,
            product,
            ..contents
        };
        (verify(&contents.write().unwrap()).expect_err(says), *says)
    });
    damaged.chain(mistaken).collect()
}

#[test]
fn each_defect_is_named() {
    let wrong: Vec<String> = refusals()
        .iter()
        .map(|(error, says)| (error.to_string(), says))
        .filter(|(error, says)| !error.starts_with(**says))
        .map(|(error, says)| format!("expected: {says}\n   found: {error}"))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn each_variant_is_reached() {
    let source = include_str!("../../src/rescue/error.rs");
    let (_, variants) = source.split_once("pub enum RescueError {").unwrap();
    let (variants, _) = variants.split_once("\n}\n").unwrap();
    let declared: BTreeSet<String> = variants
        .lines()
        .filter_map(|line| line.strip_prefix("    "))
        .filter(|line| line.starts_with(|first: char| first.is_ascii_uppercase()))
        .map(|line| line.split([' ', '(']).next().unwrap_or_default().to_owned())
        .collect();
    let reached: BTreeSet<String> = refusals()
        .iter()
        .map(|(error, _)| format!("{error:?}"))
        .map(|text| text.split([' ', '(']).next().unwrap_or_default().to_owned())
        .collect();
    assert_eq!(declared, reached);
}
