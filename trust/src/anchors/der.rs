//! Whether bytes are DER (ITU-T X.690, sections 8.1 and 10.1): the parser behind it takes more than that.
//!
//! A parser that is lenient and a device that is strict do not see the same certificate. So the encoding is
//! checked as a whole before anything of it is believed: tags, shortest lengths, and that every value ends
//! where what holds it ends.

/// More than any certificate needs; bounds the work on bytes that were made to be deep.
const MOST_LEVELS: usize = 32;

const CONSTRUCTED: u8 = 0x20;
const UNIVERSAL: std::ops::RangeInclusive<u8> = 0x00..=0x3F;
const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;

/// Where bytes are not DER, and why.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub(super) enum NotDer {
    #[error("a length at byte {0} is not the shortest definite form")]
    Length(usize),
    #[error("values are nested more than {MOST_LEVELS} deep at byte {0}")]
    Levels(usize),
    #[error(
        "the value at byte {0} has not the parts that it has in a certificate (RFC 5280, section 4.1)"
    )]
    Shape(usize),
    #[error("the tag 0x{tag:02x} at byte {at} is not one of DER")]
    Tag { at: usize, tag: u8 },
    #[error("the value at byte {0} does not end where what holds it ends")]
    Truncated(usize),
    #[error("the tag 0x{tag:02x} at byte {at} does not belong there (RFC 5280, section 4.1)")]
    Unexpected { at: usize, tag: u8 },
}

/// Checks one value and everything in it; bytes after it are somebody else's question.
pub(super) fn check(bytes: &[u8]) -> Result<(), NotDer> {
    let first = header(bytes, 0, bytes.len())?;
    // The ends of the constructed values that are open.
    let mut open: Vec<usize> = Vec::new();
    let mut at = first.contents;
    if first.constructed {
        open.push(first.end);
    }
    while let Some(end) = open.last().copied() {
        if at == end {
            open.pop();
            continue;
        }
        let value = header(bytes, at, end)?;
        if !value.constructed {
            at = value.end;
            continue;
        }
        if open.len() == MOST_LEVELS {
            return Err(NotDer::Levels(at));
        }
        open.push(value.end);
        at = value.contents;
    }
    Ok(())
}

/// The value that begins at `at`.
pub(super) fn value(bytes: &[u8], at: usize) -> Result<Header, NotDer> {
    header(bytes, at, bytes.len())
}

/// The values directly in `value`; none in one that is not constructed.
pub(super) fn children(bytes: &[u8], value: &Header) -> Result<Vec<Header>, NotDer> {
    let mut found = Vec::new();
    let mut at = value.contents;
    while value.constructed && at < value.end {
        let child = header(bytes, at, value.end)?;
        at = child.end;
        found.push(child);
    }
    Ok(found)
}

/// Tag and length of a value.
pub(super) struct Header {
    /// Where it begins.
    pub(super) at: usize,
    pub(super) tag: u8,
    constructed: bool,
    contents: usize,
    /// The byte behind it.
    pub(super) end: usize,
}

impl Header {
    pub(super) fn contents_of<'b>(&self, bytes: &'b [u8]) -> &'b [u8] {
        bytes.get(self.contents..self.end).unwrap_or_default()
    }
}

/// The header at `at` of a value that must end by `limit`.
fn header(bytes: &[u8], at: usize, limit: usize) -> Result<Header, NotDer> {
    let truncated = NotDer::Truncated(at);
    let rest = bytes.get(at..limit).ok_or(truncated)?;
    let (tag, first, more) = match rest {
        [tag, first, more @ ..] => (*tag, *first, more),
        _ => return Err(truncated),
    };
    check_tag(tag, at)?;
    let (octets, length) = if first < 0x80 {
        (0, usize::from(first))
    } else {
        let octets = usize::from(first & 0x7F);
        (octets, long_length(more, octets, at)?)
    };
    let contents = at + 2 + octets;
    let end = contents.checked_add(length).filter(|end| *end <= limit);
    Ok(Header {
        at,
        tag,
        constructed: tag & CONSTRUCTED != 0,
        contents,
        end: end.ok_or(truncated)?,
    })
}

/// Certificates have no tag above 30. A SEQUENCE or SET is constructed, every other universal value primitive
/// (X.690, sections 8.9 to 8.12 and 10.2).
fn check_tag(tag: u8, at: usize) -> Result<(), NotDer> {
    let constructed = tag & CONSTRUCTED != 0;
    let must_be = matches!(tag | CONSTRUCTED, SEQUENCE | SET);
    let high = tag & 0x1F == 0x1F;
    let nothing = tag == 0;
    if high || nothing || UNIVERSAL.contains(&tag) && constructed != must_be {
        return Err(NotDer::Tag { at, tag });
    }
    Ok(())
}

fn long_length(bytes: &[u8], octets: usize, at: usize) -> Result<usize, NotDer> {
    if !(1..=4).contains(&octets) {
        return Err(NotDer::Length(at));
    }
    let octets = bytes.get(..octets).ok_or(NotDer::Truncated(at))?;
    let length = octets
        .iter()
        .fold(0_usize, |length, octet| length << 8 | usize::from(*octet));
    if octets.first() == Some(&0) || length < 0x80 {
        return Err(NotDer::Length(at));
    }
    Ok(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sequence(contents: &[u8]) -> Vec<u8> {
        let mut der = vec![SEQUENCE, u8::try_from(contents.len()).unwrap()];
        der.extend(contents);
        der
    }

    #[test]
    fn der_is_der() {
        for good in [
            &[0x30, 0][..],
            &[0x30, 2, 0x05, 0],
            &[0x30, 4, 0x31, 2, 0x05, 0],
            &[0xA0, 3, 0x02, 1, 2],
            &[0x80, 1, 0xFF],
            &[0x04, 2, 0x30, 0x80],
        ] {
            assert_eq!(check(good), Ok(()), "{good:02x?}");
        }
        let long = [vec![0x04, 0x81, 0x80], vec![0; 0x80]].concat();
        assert_eq!(check(&long), Ok(()));
    }

    #[test]
    fn other_encodings_are_told_apart() {
        let tag = |at, tag| Err(NotDer::Tag { at, tag });
        for (bad, problem) in [
            (&[0x10, 0][..], tag(0, 0x10)),
            (&[0x30, 2, 0x11, 0], tag(2, 0x11)),
            (&[0x30, 4, 0x24, 2, 4, 0], tag(2, 0x24)),
            (&[0x30, 3, 0x1F, 1, 0], tag(2, 0x1F)),
            (&[0x30, 2, 0, 0], tag(2, 0)),
            (&[0x30, 0x80, 0, 0], Err(NotDer::Length(0))),
            (&[0x04, 0x81, 1, 0], Err(NotDer::Length(0))),
            (&[0x04, 0x82, 0, 0x80], Err(NotDer::Length(0))),
            (&[0x04, 0x85, 1, 0, 0, 0, 0], Err(NotDer::Length(0))),
            (&[0x30, 3, 5, 0], Err(NotDer::Truncated(0))),
            (&[0x30, 3, 5, 0, 5], Err(NotDer::Truncated(4))),
            (&[0x30, 2, 4, 1], Err(NotDer::Truncated(2))),
            (&[], Err(NotDer::Truncated(0))),
        ] {
            assert_eq!(check(bad), problem, "{bad:02x?}");
        }
    }

    #[test]
    fn depth_is_bounded() {
        let nested = |levels: usize| (1..levels).fold(sequence(&[]), |inner, _| sequence(&inner));
        assert_eq!(check(&nested(MOST_LEVELS)), Ok(()));
        assert!(matches!(
            check(&nested(MOST_LEVELS + 1)),
            Err(NotDer::Levels(_))
        ));
    }
}
