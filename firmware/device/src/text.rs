//! The rule for text that people read: names of products, anchors, endpoints and networks.

use core::fmt;

/// Why bytes are not text that may be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TextProblem {
    /// It holds a control character; a name could then forge lines of a console log.
    ControlCharacter,
    /// It has no bytes.
    Empty,
    /// It is not UTF-8 from this byte on.
    NotUtf8 {
        /// How many bytes before the first wrong one are UTF-8.
        valid_up_to: usize,
    },
    /// It has more bytes than the field allows.
    TooLong {
        /// Bytes found.
        length: usize,
        /// Bytes allowed.
        maximum: usize,
    },
}

/// Reads `bytes` as text: UTF-8, 1 to `maximum` bytes, no control characters.
pub fn text(bytes: &[u8], maximum: usize) -> Result<&str, TextProblem> {
    if bytes.is_empty() {
        return Err(TextProblem::Empty);
    }
    if bytes.len() > maximum {
        return Err(TextProblem::TooLong {
            length: bytes.len(),
            maximum,
        });
    }
    let text = core::str::from_utf8(bytes).map_err(|error| TextProblem::NotUtf8 {
        valid_up_to: error.valid_up_to(),
    })?;
    if text.chars().any(char::is_control) {
        return Err(TextProblem::ControlCharacter);
    }
    Ok(text)
}

impl fmt::Display for TextProblem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ControlCharacter => formatter.write_str("it holds a control character"),
            Self::Empty => formatter.write_str("it is empty"),
            Self::NotUtf8 { valid_up_to } => {
                write!(formatter, "it is not UTF-8 after {valid_up_to} bytes")
            }
            Self::TooLong { length, maximum } => {
                write!(formatter, "it has {length} bytes, {maximum} are allowed")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{TextProblem, text};

    #[test]
    fn accepts_what_people_read() {
        assert_eq!(text("Főtanúsítvány".as_bytes(), 64), Ok("Főtanúsítvány"));
        assert_eq!(text(b"abcd", 4), Ok("abcd"));
    }

    #[test]
    fn each_problem() {
        assert_eq!(text(b"", 4), Err(TextProblem::Empty));
        let too_long = TextProblem::TooLong {
            length: 5,
            maximum: 4,
        };
        assert_eq!(text(b"abcde", 4), Err(too_long));
        let not_utf8 = TextProblem::NotUtf8 { valid_up_to: 1 };
        assert_eq!(text(b"a\xff", 4), Err(not_utf8));
        for control in [&b"a\n"[..], b"\x1b[0m", "\u{85}".as_bytes(), b"\x7f", b"\0"] {
            assert_eq!(text(control, 8), Err(TextProblem::ControlCharacter));
        }
    }
}
