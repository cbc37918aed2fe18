//! Base64 as minisign writes it, RFC 4648, section 4.

/// Characters for each 3 bytes.
const GROUP: usize = 4;

/// The `N` bytes that `text` stands for: with padding, without white space and without stray bits behind the last byte, so
/// that exactly one text stands for each value.
pub(super) fn decode<const N: usize>(text: &[u8]) -> Option<[u8; N]> {
    if text.len() != N.div_ceil(3).checked_mul(GROUP)? {
        return None;
    }
    let mut bytes = [0; N];
    let groups = text.chunks_exact(GROUP);
    for (place, group) in bytes.chunks_mut(3).zip(groups) {
        let (digits, padding) = group.split_at_checked(place.len().checked_add(1)?)?;
        if padding.iter().any(|byte| *byte != b'=') {
            return None;
        }
        decode_group(digits, place)?;
    }
    Some(bytes)
}

/// Two to four digits, for one to three bytes.
fn decode_group(digits: &[u8], place: &mut [u8]) -> Option<()> {
    let mut bits = 0_u32;
    for index in 0..GROUP {
        let digit = digits.get(index).map_or(Some(0), |byte| value(*byte))?;
        bits = bits << 6 | u32::from(digit);
    }
    let [_, decoded @ ..] = bits.to_be_bytes();
    let (taken, stray) = decoded.split_at_checked(place.len())?;
    place.copy_from_slice(taken);
    stray.iter().all(|byte| *byte == 0).then_some(())
}

const fn value(byte: u8) -> Option<u8> {
    match byte {
        b'A'..=b'Z' => Some(byte.wrapping_sub(b'A')),
        b'a'..=b'z' => Some(byte.wrapping_sub(b'a').wrapping_add(26)),
        b'0'..=b'9' => Some(byte.wrapping_sub(b'0').wrapping_add(52)),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::decode;
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use proptest::prelude::*;

    #[test]
    fn one_text_for_each_value() {
        assert_eq!(decode(b"Zm9vYg=="), Some(*b"foob"));
        assert_eq!(decode(b"Zm9vYmE="), Some(*b"fooba"));
        assert_eq!(decode(b"Zm9vYmFy"), Some(*b"foobar"));
        for other in [
            &b"Zm9vYh=="[..],
            b"Zm9vYg",
            b"Zm9vYg= ",
            b"Zm9vYg==\n",
            b"Zm9vY===",
            b"Zm-vYg==",
            b"Zm9v=g==",
            b"",
        ] {
            assert_eq!(decode::<4>(other), None, "{}", other.escape_ascii());
        }
    }

    proptest! {
        #[test]
        fn agrees_with_another_decoder(bytes: [u8; 74], at in 0..100_usize, other: u8) {
            let mut text = STANDARD.encode(bytes).into_bytes();
            prop_assert_eq!(decode(&text), Some(bytes));
            text[at] = other;
            let expected = STANDARD.decode(&text).ok().and_then(|decoded| decoded.try_into().ok());
            prop_assert_eq!(decode::<74>(&text), expected);
        }
    }
}
