//! Signature files of minisign's own library, one defect at a time.

use device::release::{KeyId, SignatureError, Tally};
use device::store::KeyContents;

use crate::keys::{KEYS, STRANGER, contents, sign, sign_as, store, store_with};

const BYTES: &[u8] = b"{}\n";

fn count(file: &str) -> Result<KeyId, SignatureError> {
    let store = store(1);
    Tally::new(BYTES, store.release_keys())
        .expect("it is short")
        .count(file.as_bytes())
}

/// The file with line `number`, from 1, changed.
fn with_line(number: usize, change: impl Fn(&str) -> String) -> String {
    let file = sign(0, BYTES);
    let lines = file
        .lines()
        .enumerate()
        .map(|(index, line)| match index + 1 {
            found if found == number => change(line) + "\n",
            _ => line.to_owned() + "\n",
        });
    lines.collect()
}

#[test]
fn both_ways_to_make_one_are_accepted() {
    let key = KeyId(contents(0).id);
    assert_eq!(count(&sign(0, BYTES)), Ok(key));
    assert_eq!(count(&sign_as(0, *b"ED", contents(0).id, BYTES)), Ok(key));
    // The untrusted comment is nobody's word.
    let other = with_line(1, |_| "untrusted comment: \u{1b}[2J".into());
    assert_eq!(count(&other), Ok(key));
}

#[test]
fn each_defect_has_its_name() {
    let id = contents(0).id;
    let key = KeyId(id);
    let line = |number, expected| SignatureError::Line { number, expected };
    let swapped = |line: &str| line.replacen(['A', 'B', 'C', 'D', 'E'], "z", 1);
    let mut twice = sign(0, BYTES);
    twice.push('\n');
    for (file, error) in [
        (String::new(), SignatureError::Lines),
        (twice, SignatureError::Lines),
        (sign(0, BYTES).trim_end().into(), SignatureError::Lines),
        (
            sign(0, BYTES).replace('\n', "\r\n"),
            line(2, "the base64 of 74 bytes"),
        ),
        (
            with_line(1, |_| "comment: ".into()),
            line(1, "an untrusted comment"),
        ),
        (
            with_line(2, |line| line.replace('=', "")),
            line(2, "the base64 of 74 bytes"),
        ),
        (
            with_line(2, |line| format!(" {line}")),
            line(2, "the base64 of 74 bytes"),
        ),
        (
            with_line(3, |_| "Trusted comment: a".into()),
            line(3, "a trusted comment"),
        ),
        (
            with_line(3, |line| format!("{line} ")),
            SignatureError::WrongComment(key),
        ),
        (
            with_line(4, |_| "AAAA".into()),
            line(4, "the base64 of 64 bytes"),
        ),
        (with_line(4, swapped), SignatureError::WrongComment(key)),
        (sign(0, b"{}"), SignatureError::WrongSignature(key)),
        (sign_as(0, *b"Ed", id, BYTES), SignatureError::Legacy),
        (
            sign_as(0, *b"EE", id, BYTES),
            SignatureError::Algorithm(*b"EE"),
        ),
        (
            sign_as(1, *b"ED", id, BYTES),
            SignatureError::WrongSignature(key),
        ),
        (
            sign(STRANGER, BYTES),
            SignatureError::UnknownKey(KeyId(contents(STRANGER).id)),
        ),
        ("a".repeat(2049), SignatureError::TooLong { length: 2049 }),
    ] {
        assert_eq!(count(&file), Err(error), "{file}");
    }
}

#[test]
fn every_flipped_bit_is_found() {
    let file = sign(0, BYTES).into_bytes();
    let untrusted = file.iter().position(|byte| *byte == b'\n').unwrap();
    let store = store(1);
    for at in untrusted..file.len() {
        for bit in 0..8 {
            let mut damaged = file.clone();
            damaged[at] ^= 1 << bit;
            let mut tally = Tally::new(BYTES, store.release_keys()).unwrap();
            assert!(tally.count(&damaged).is_err(), "byte {at}, bit {bit}");
            assert!(!tally.is_met());
        }
    }
}

#[test]
fn a_key_with_which_anything_verifies_counts_for_nothing() {
    // The neutral element: its signature of everything is R = B·s, here with s = 0.
    let mut neutral = [0; 32];
    neutral[0] = 1;
    let weak = KeyContents {
        id: [9; 8],
        public: neutral,
    };
    let store = store_with(1, vec![weak]);
    let mut signature = [0; 64];
    signature[0] = 1;
    let encoded = |bytes: &[u8]| {
        use base64::Engine as _;
        base64::engine::general_purpose::STANDARD.encode(bytes)
    };
    let file = format!(
        "untrusted comment: \n{}\ntrusted comment: \n{}\n",
        encoded(&[&b"ED"[..], &[9; 8], &signature].concat()),
        encoded(&signature)
    );
    let mut tally = Tally::new(BYTES, store.release_keys()).unwrap();
    let refused = SignatureError::WrongSignature(KeyId([9; 8]));
    assert_eq!(tally.count(file.as_bytes()), Err(refused));
}

#[test]
fn the_peer_agrees_on_what_it_signed() {
    let pair = &KEYS[0];
    let file = minisign::SignatureBox::from_string(&sign_as(0, *b"ED", contents(0).id, BYTES));
    let bytes = std::io::Cursor::new(BYTES);
    assert!(minisign::verify(&pair.pk, &file.unwrap(), bytes, true, false, false).is_ok());
}
