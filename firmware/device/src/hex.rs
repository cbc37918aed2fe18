//! Lowercase hexadecimal without allocation.

use core::fmt;

/// Shows bytes as lowercase hexadecimal digits, two per byte, with no separator.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Hex<'a>(pub &'a [u8]);

impl fmt::Display for Hex<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0
            .iter()
            .try_for_each(|byte| write!(formatter, "{byte:02x}"))
    }
}

impl fmt::Debug for Hex<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

/// The `N` bytes that `text` stands for: two lowercase digits per byte, so that one text stands for each value.
pub(crate) fn decode<const N: usize>(text: &str) -> Option<[u8; N]> {
    let (digits, []) = text.as_bytes().as_chunks::<2>() else {
        return None;
    };
    let mut bytes = [0; N];
    if digits.len() != N {
        return None;
    }
    for (place, [high, low]) in bytes.iter_mut().zip(digits) {
        *place = digit(*high)? << 4 | digit(*low)?;
    }
    Some(bytes)
}

const fn digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte.wrapping_sub(b'0')),
        b'a'..=b'f' => Some(byte.wrapping_sub(b'a').wrapping_add(10)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Hex, decode};
    use std::string::ToString;

    #[test]
    fn shows_two_lowercase_digits_per_byte() {
        assert_eq!(Hex(&[0x00, 0x0a, 0xff]).to_string(), "000aff");
        assert_eq!(Hex(&[]).to_string(), "");
    }

    #[test]
    fn reads_what_it_shows_and_nothing_else() {
        let bytes: [u8; 256] = core::array::from_fn(|index| index as u8);
        assert_eq!(decode(&Hex(&bytes).to_string()), Some(bytes));
        for text in ["0g", "0A", "0", "000", "", "é"] {
            assert_eq!(decode::<1>(text), None, "{text}");
        }
    }
}
