//! As much DER as a store needs: where a value begins and ends.

use core::fmt;

const BIT_STRING: u8 = 0x03;
pub(crate) const SEQUENCE: u8 = 0x30;

/// Why bytes are not the DER value that a field must hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DerProblem {
    /// It is not a time as RFC 5280, section 4.1.2.5, wants it.
    Date,
    /// The value has no contents: a name without attributes.
    Empty,
    /// The length is not the shortest form, is indefinite, or is above 65535.
    Length,
    /// The tag is another one.
    Tag {
        /// The tag byte that must stand there.
        expected: u8,
        /// The tag byte that stands there.
        found: u8,
    },
    /// Bytes follow where the value must have ended.
    TrailingBytes,
    /// The bytes end before the value does.
    Truncated,
}

/// One value: its whole encoding and its contents.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Value<'a> {
    /// Tag, length and contents.
    pub(crate) encoding: &'a [u8],
    /// The contents alone.
    pub(crate) contents: &'a [u8],
}

/// Reads the value with tag `expected` at the start of `bytes`; bytes may follow it.
pub(crate) fn value(bytes: &[u8], expected: u8) -> Result<Value<'_>, DerProblem> {
    let [found, rest @ ..] = bytes else {
        return Err(DerProblem::Truncated);
    };
    if *found != expected {
        return Err(DerProblem::Tag {
            expected,
            found: *found,
        });
    }
    // X.690, section 10.1: the definite form, in the fewest bytes.
    let (header, length) = match rest {
        [] => return Err(DerProblem::Truncated),
        [short @ 0..=0x7F, ..] => (2, usize::from(*short)),
        [0x81, length @ 0x80..=0xFF, ..] => (3, usize::from(*length)),
        [0x82, high @ 1..=0xFF, low, ..] => (4, usize::from(u16::from_be_bytes([*high, *low]))),
        [0x81] | [0x82] | [0x82, _] => return Err(DerProblem::Truncated),
        _ => return Err(DerProblem::Length),
    };
    let contents = bytes
        .get(header..)
        .and_then(|contents| contents.get(..length))
        .ok_or(DerProblem::Truncated)?;
    let encoding = bytes
        .get(..header.saturating_add(length))
        .ok_or(DerProblem::Truncated)?;
    Ok(Value { encoding, contents })
}

/// Reads the value with tag `expected` that takes up all of `bytes`.
pub(crate) fn only(bytes: &[u8], expected: u8) -> Result<Value<'_>, DerProblem> {
    let value = value(bytes, expected)?;
    if value.encoding.len() != bytes.len() {
        return Err(DerProblem::TrailingBytes);
    }
    Ok(value)
}

/// Checks that `name` is one non-empty SEQUENCE: an X.501 Name with its outer tag and length.
pub(crate) fn check_name(name: Value<'_>) -> Result<(), DerProblem> {
    if name.contents.is_empty() {
        return Err(DerProblem::Empty);
    }
    Ok(())
}

/// Checks that `spki` is `SEQUENCE { SEQUENCE, BIT STRING }` and nothing more: the outer shape of a
/// SubjectPublicKeyInfo, RFC 5280, section 4.1.2.7.
pub(crate) fn check_spki(spki: Value<'_>) -> Result<(), DerProblem> {
    let algorithm = value(spki.contents, SEQUENCE)?;
    let rest = spki
        .contents
        .get(algorithm.encoding.len()..)
        .unwrap_or_default();
    let key = value(rest, BIT_STRING)?;
    if key.encoding.len() != rest.len() {
        return Err(DerProblem::TrailingBytes);
    }
    Ok(())
}

impl fmt::Display for DerProblem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Date => formatter.write_str("it is not a time as certificates have them"),
            Self::Empty => formatter.write_str("it has no contents"),
            Self::Length => {
                formatter.write_str("its length is not the shortest definite form up to 65535")
            }
            Self::Tag { expected, found } => {
                write!(formatter, "its tag is 0x{found:02x}, not 0x{expected:02x}")
            }
            Self::TrailingBytes => formatter.write_str("bytes follow where it must have ended"),
            Self::Truncated => formatter.write_str("it ends too early"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{DerProblem, SEQUENCE, check_name, check_spki, value};
    use std::vec::Vec;

    fn encoded(header: &[u8], length: usize) -> Vec<u8> {
        [header, &std::vec![0; length]].concat()
    }

    #[test]
    fn shortest_lengths_only() {
        for (header, length) in [
            (&[0x30, 0x00][..], 0),
            (&[0x30, 0x7F], 0x7F),
            (&[0x30, 0x81, 0x80], 0x80),
            (&[0x30, 0x81, 0xFF], 0xFF),
            (&[0x30, 0x82, 0x01, 0x00], 0x100),
            (&[0x30, 0x82, 0xFF, 0xFF], 0xFFFF),
        ] {
            let bytes = encoded(header, length);
            assert_eq!(value(&bytes, SEQUENCE).unwrap().contents.len(), length);
            let mut longer = bytes.clone();
            longer.push(0);
            assert_eq!(value(&longer, SEQUENCE).unwrap().encoding, bytes);
            for end in 0..bytes.len() {
                let problem = value(&bytes[..end], SEQUENCE).unwrap_err();
                assert_eq!(problem, DerProblem::Truncated);
            }
        }
        for header in [
            &[0x30, 0x80][..],
            &[0x30, 0x81, 0x7F],
            &[0x30, 0x82, 0x00, 0x80],
            &[0x30, 0x83, 0x01, 0x00, 0x00],
            &[0x30, 0xFF],
        ] {
            let problem = value(&encoded(header, 0x10000), SEQUENCE).unwrap_err();
            assert_eq!(problem, DerProblem::Length);
        }
    }

    #[test]
    fn names_have_contents() {
        let check = |bytes: &[u8]| value(bytes, SEQUENCE).and_then(check_name);
        assert_eq!(check(&[0x30, 1, 0]), Ok(()));
        assert_eq!(check(&[0x30, 0]), Err(DerProblem::Empty));
        let tag = DerProblem::Tag {
            expected: 0x30,
            found: 0x31,
        };
        assert_eq!(check(&[0x31, 1, 0]), Err(tag));
    }

    #[test]
    fn keys_have_an_algorithm_and_bits() {
        let check = |bytes: &[u8]| value(bytes, SEQUENCE).and_then(check_spki);
        assert_eq!(check(&[0x30, 5, 0x30, 0, 0x03, 1, 0]), Ok(()));
        assert_eq!(
            check(&[0x30, 6, 0x30, 0, 0x03, 1, 0, 0]),
            Err(DerProblem::TrailingBytes)
        );
        assert_eq!(check(&[0x30, 2, 0x30, 0]), Err(DerProblem::Truncated));
        assert_eq!(
            check(&[0x30, 4, 0x30, 0, 0x03, 1]),
            Err(DerProblem::Truncated)
        );
        let tag = DerProblem::Tag {
            expected: 0x03,
            found: 0x04,
        };
        assert_eq!(check(&[0x30, 5, 0x30, 0, 0x04, 1, 0]), Err(tag));
    }
}
