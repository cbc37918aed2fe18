//! Reading bytes without panics.

use std::ops::Range;

/// What an erased byte of flash reads as.
pub const ERASED: u8 = 0xFF;

/// Long enough that comparing with it is cheaper than looking at each byte, in a debug build too.
const PAGE: usize = 4096;

/// The byte at `offset`; 0 beyond the end.
pub fn u8_at(bytes: &[u8], offset: usize) -> u8 {
    bytes.get(offset).copied().unwrap_or_default()
}

/// The little-endian number at `offset`; 0 when it is not all there.
pub fn u16_at(bytes: &[u8], offset: usize) -> u16 {
    u16::from_le_bytes(array_at(bytes, offset))
}

/// The little-endian number at `offset`; 0 when it is not all there.
pub fn u32_at(bytes: &[u8], offset: usize) -> u32 {
    u32::from_le_bytes(array_at(bytes, offset))
}

/// The bytes at `offset`; zeros when they are not all there.
pub fn array_at<const N: usize>(bytes: &[u8], offset: usize) -> [u8; N] {
    let rest = bytes.get(offset..).unwrap_or_default();
    rest.first_chunk().copied().unwrap_or([0; N])
}

/// The bytes of `range`; those that are there.
pub fn slice(bytes: &[u8], range: Range<usize>) -> &[u8] {
    let end = range.end.min(bytes.len());
    bytes.get(range.start..end).unwrap_or_default()
}

/// Where in `bytes`, from `start` to `end`, the first byte stands that is not `filler`, and how many there are.
pub fn other_than(filler: u8, bytes: &[u8], range: Range<usize>) -> Option<(usize, usize)> {
    let page = [filler; PAGE];
    let pages = slice(bytes, range.clone()).chunks(PAGE);
    let (first, count) = differing_in(pages.map(|found| (found, &page[..found.len()])))?;
    Some((range.start + first, count))
}

/// Where the first byte of `found` stands that is not that of `expected`, which is as long, and how many there are.
pub fn differing(found: &[u8], expected: &[u8]) -> Option<(usize, usize)> {
    differing_in(found.chunks(PAGE).zip(expected.chunks(PAGE)))
}

/// Looks at single bytes only in pages that differ: most do not.
fn differing_in<'b>(pages: impl Iterator<Item = (&'b [u8], &'b [u8])>) -> Option<(usize, usize)> {
    let mut first = None;
    let mut count: usize = 0;
    for (index, (found, expected)) in pages.enumerate() {
        if found == expected {
            continue;
        }
        for (place, (byte, other)) in found.iter().zip(expected).enumerate() {
            if byte != other {
                first.get_or_insert(index * PAGE + place);
                count += 1;
            }
        }
    }
    first.map(|first| (first, count))
}

/// The exclusive or of all `bytes`.
pub fn exclusive_or(bytes: &[u8]) -> u8 {
    let (blocks, rest) = bytes.as_chunks::<16>();
    let folded = blocks
        .iter()
        .fold(0, |sum, block| sum ^ u128::from_ne_bytes(*block));
    folded
        .to_ne_bytes()
        .iter()
        .chain(rest)
        .fold(0, |a, b| a ^ b)
}

#[cfg(test)]
mod tests {
    use super::{array_at, differing, exclusive_or, other_than, slice, u16_at, u32_at};

    #[test]
    fn numbers_are_little_endian_and_zero_beyond_the_end() {
        assert_eq!(u16_at(&[1, 2, 3], 1), 0x0302);
        assert_eq!(u32_at(&[1, 2, 3, 4, 5], 1), 0x0504_0302);
        assert_eq!(u32_at(&[1, 2, 3, 4], 1), 0);
        assert_eq!(array_at::<2>(&[1], usize::MAX), [0, 0]);
        assert_eq!(slice(&[1, 2, 3], 1..9), [2, 3]);
        assert_eq!(slice(&[1, 2, 3], 5..9), [0; 0]);
    }

    #[test]
    fn other_bytes_are_counted_from_the_first() {
        let mut bytes = vec![0xFF; 10_000];
        assert_eq!(other_than(0xFF, &bytes, 0..10_000), None);
        bytes[3] = 0;
        bytes[5_000] = 0xFE;
        bytes[9_999] = 1;
        assert_eq!(other_than(0xFF, &bytes, 0..10_000), Some((3, 3)));
        assert_eq!(other_than(0xFF, &bytes, 4..10_000), Some((5_000, 2)));
        assert_eq!(other_than(0xFF, &bytes, 4..9_999), Some((5_000, 1)));
    }

    #[test]
    fn differing_bytes_are_counted_from_the_first() {
        let expected: Vec<u8> = (0_u32..10_000).map(|n| (n % 251) as u8).collect();
        let mut found = expected.clone();
        assert_eq!(differing(&found, &expected), None);
        for (place, seen) in [(9_999, (9_999, 1)), (5_000, (5_000, 2)), (0, (0, 3))] {
            found[place] ^= 0x80;
            assert_eq!(differing(&found, &expected), Some(seen));
        }
    }

    #[test]
    fn exclusive_or_agrees_with_one_byte_at_a_time() {
        let bytes: Vec<u8> = (0_u32..1_000).map(|n| (n * n % 251) as u8).collect();
        for length in [0, 1, 15, 16, 17, 1_000] {
            let expected = bytes[..length].iter().fold(0, |a, b| a ^ b);
            assert_eq!(exclusive_or(&bytes[..length]), expected);
        }
    }
}
