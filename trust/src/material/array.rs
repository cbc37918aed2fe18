//! Arrays of bytes in C source, as `xxd -i` and `bin2c` write them.

use std::ops::Range;

use super::search::{At, Finds};

/// Fewer bytes than any material has.
const SHORTEST: usize = 64;

/// An initialiser.
pub(super) struct Array {
    /// Its bytes.
    pub(super) content: Vec<u8>,
    /// From `{` to `}`.
    pub(super) braces: Range<usize>,
}

/// Every initialiser of at least [`SHORTEST`] numbers that are bytes. One that never ends is said to be cut off.
pub(super) fn search(text: &[u8], finds: &mut Finds) -> Vec<Array> {
    let mut arrays = Vec::new();
    let mut from = 0;
    while let Some(open) = text
        .get(from..)
        .and_then(|rest| rest.iter().position(|byte| *byte == b'{'))
    {
        let start = from + open;
        let (content, end) = numbers(text, start + 1);
        from = end.max(start + 1);
        if content.len() < SHORTEST {
            continue;
        }
        match text.get(end) {
            Some(b'}') => arrays.push(Array {
                content,
                braces: start..end + 1,
            }),
            Some(_) => {}
            None => finds.broken(
                At::Offset(0).place(start..end),
                "the array that begins here never ends: the file was cut off",
            ),
        }
    }
    arrays
}

/// The numbers from `start` on, and where they end.
fn numbers(text: &[u8], start: usize) -> (Vec<u8>, usize) {
    let mut content = Vec::new();
    let mut at = start;
    loop {
        at = skipped(text, at);
        let length = text.get(at..).map_or(0, |rest| {
            rest.iter()
                .take_while(|byte| byte.is_ascii_alphanumeric())
                .count()
        });
        let Some(value) = text.get(at..at + length).and_then(number) else {
            return (content, at);
        };
        content.push(value);
        at += length;
    }
}

/// Behind white space, commas and comments.
fn skipped(text: &[u8], from: usize) -> usize {
    let mut at = from;
    loop {
        let rest = text.get(at..).unwrap_or_default();
        let end = |needle: &[u8]| {
            super::search::position(rest, needle, 2)
                .map_or(rest.len(), |found| found + needle.len())
        };
        at += match rest {
            [b' ' | b'\t' | b'\r' | b'\n' | b',', ..] => 1,
            [b'/', b'/', ..] => end(b"\n"),
            [b'/', b'*', ..] => end(b"*/"),
            _ => return at,
        };
    }
}

/// `0x2d`, `45`, `055`, with `u` behind it or not.
fn number(word: &[u8]) -> Option<u8> {
    let word = std::str::from_utf8(word).ok()?;
    let word = word.trim_end_matches(['u', 'U']);
    match word.strip_prefix("0x").or_else(|| word.strip_prefix("0X")) {
        Some(digits) => u8::from_str_radix(digits, 16).ok(),
        None if word.len() > 1 && word.starts_with('0') => u8::from_str_radix(word, 8).ok(),
        None => word.parse().ok(),
    }
}
