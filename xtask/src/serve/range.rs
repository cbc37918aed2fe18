//! Which part of a file was asked for: RFC 9110, section 14.

use std::ops::Range;

/// What a Range field asks for, of a file of some length.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Wanted {
    /// These bytes, at least one.
    Part(Range<usize>),
    /// Bytes that the file does not have.
    Unsatisfiable,
    /// The whole: no range, one that is not understood, or several.
    Whole,
}

/// What `field` asks for of a file of `length` bytes. `first-last`, `first-` and `-count` are understood; what is not is
/// ignored, as the RFC says.
pub(super) fn wanted(field: Option<&str>, length: usize) -> Wanted {
    let Some(range) = field.and_then(|field| field.trim().strip_prefix("bytes=")) else {
        return Wanted::Whole;
    };
    let Some((first, last)) = range.split_once('-') else {
        return Wanted::Whole;
    };
    match (first, last) {
        ("", count) => number(count).map_or(Wanted::Whole, |count| {
            part(length.saturating_sub(count), length, length)
        }),
        (first, "") => number(first).map_or(Wanted::Whole, |first| part(first, length, length)),
        (first, last) => match (number(first), number(last)) {
            (Some(first), Some(last)) if first <= last => {
                part(first, last.saturating_add(1), length)
            }
            _ => Wanted::Whole,
        },
    }
}

fn part(first: usize, end: usize, length: usize) -> Wanted {
    let range = first..end.min(length);
    match range.is_empty() {
        true => Wanted::Unsatisfiable,
        false => Wanted::Part(range),
    }
}

/// Digits; a number that no `usize` holds is beyond every file.
fn number(digits: &str) -> Option<usize> {
    let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| digits.parse().unwrap_or(usize::MAX))
}

#[cfg(test)]
mod tests {
    use super::{Wanted, wanted};

    #[test]
    fn ranges_of_ten_bytes() {
        let part = |range| Wanted::Part(range);
        for (field, expected) in [
            ("bytes=0-", part(0..10)),
            ("bytes=3-", part(3..10)),
            ("bytes=9-", part(9..10)),
            ("bytes=0-0", part(0..1)),
            ("bytes=3-5", part(3..6)),
            ("bytes=3-999", part(3..10)),
            ("bytes=3-99999999999999999999", part(3..10)),
            ("bytes=-3", part(7..10)),
            ("bytes=-99", part(0..10)),
            ("bytes=10-", Wanted::Unsatisfiable),
            ("bytes=10-12", Wanted::Unsatisfiable),
            ("bytes=99999999999999999999-", Wanted::Unsatisfiable),
            ("bytes=-0", Wanted::Unsatisfiable),
            ("bytes=5-3", Wanted::Whole),
            ("bytes=0-1,3-4", Wanted::Whole),
            ("bytes=-", Wanted::Whole),
            ("bytes=a-", Wanted::Whole),
            ("bytes=+1-", Wanted::Whole),
            ("bits=0-1", Wanted::Whole),
            ("", Wanted::Whole),
        ] {
            assert_eq!(wanted(Some(field), 10), expected, "{field}");
        }
        assert_eq!(wanted(None, 10), Wanted::Whole);
        assert_eq!(wanted(Some("bytes=0-"), 0), Wanted::Unsatisfiable);
        assert_eq!(wanted(Some("bytes=-1"), 0), Wanted::Unsatisfiable);
    }
}
