//! Text of a bounded length that needs no allocator.

use core::fmt;

/// Printable ASCII, at most `N` bytes (and at most 255).
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct ShortText<const N: usize> {
    bytes: [u8; N],
    length: u8,
}

const REPLACED: u8 = b'?';

impl<const N: usize> ShortText<N> {
    /// What `text` prints. Each character that is not printable ASCII becomes a question mark, and what is too long is
    /// cut off.
    pub fn of(text: impl fmt::Display) -> Self {
        let mut short = Self::empty();
        // Its end says the writer to be full; there is nobody to tell.
        let _ = fmt::write(&mut short, format_args!("{text}"));
        short
    }

    /// `bytes`, or `None` where they are too many or not all printable ASCII.
    pub fn from_ascii(bytes: &[u8]) -> Option<Self> {
        let printable = bytes.iter().all(|byte| is_printable(*byte));
        let fits = bytes.len() <= N.min(usize::from(u8::MAX));
        if !printable || !fits {
            return None;
        }
        let mut short = Self::empty();
        for byte in bytes {
            short.push(*byte);
        }
        Some(short)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        let bytes = self.bytes.get(..usize::from(self.length));
        core::str::from_utf8(bytes.unwrap_or_default()).unwrap_or_default()
    }

    const fn empty() -> Self {
        Self {
            bytes: [0; N],
            length: 0,
        }
    }

    /// Whether there was room.
    fn push(&mut self, byte: u8) -> bool {
        let place = self.bytes.get_mut(usize::from(self.length));
        let (Some(place), Some(length)) = (place, self.length.checked_add(1)) else {
            return false;
        };
        *place = byte;
        self.length = length;
        true
    }
}

const fn is_printable(byte: u8) -> bool {
    matches!(byte, b' '..=b'~')
}

impl<const N: usize> fmt::Write for ShortText<N> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for character in text.chars() {
            let byte = u8::try_from(character)
                .ok()
                .filter(|byte| is_printable(*byte));
            if !self.push(byte.unwrap_or(REPLACED)) {
                return Err(fmt::Error);
            }
        }
        Ok(())
    }
}

impl<const N: usize> fmt::Display for ShortText<N> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl<const N: usize> fmt::Debug for ShortText<N> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::ShortText;

    #[test]
    fn cuts_and_replaces() {
        assert_eq!(ShortText::<4>::of("tűz\n!").as_str(), "t?z?");
        assert_eq!(ShortText::<4>::of("").as_str(), "");
        assert_eq!(ShortText::<4>::of("abcde").as_str(), "abcd");
        assert_eq!(ShortText::<300>::of("x".repeat(300)).as_str().len(), 255);
    }

    #[test]
    fn reads_only_what_it_writes() {
        let text = ShortText::<4>::from_ascii(b"1.0~").map(|text| text.as_str() == "1.0~");
        assert_eq!(text, Some(true));
        for wrong in [&b"12345"[..], b"a\n", b"\x7f", b"\xc3\xbc"] {
            assert_eq!(ShortText::<4>::from_ascii(wrong), None);
        }
    }
}
