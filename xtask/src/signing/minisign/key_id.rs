//! The number by which people tell keys apart.

use std::fmt;

/// A key id: 8 random bytes. Printed as minisign prints it, a little-endian number in upper-case hexadecimal
/// digits; always 16 of them, where the stock tool up to 0.11 leaves leading zeros out. It proves nothing:
/// keys are compared by key.
#[derive(Clone, Copy, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct KeyId(pub [u8; 8]);

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016X}", u64::from_le_bytes(self.0))
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyId({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_printed_as_minisign_prints_it() {
        // The stock tool printed this number for a key whose file has these bytes.
        let id = KeyId([0x1b, 0x57, 0x14, 0x95, 0x57, 0x49, 0x92, 0x38]);
        assert_eq!(id.to_string(), "389249579514571B");
        assert_eq!(
            KeyId([7, 0, 0, 0, 0, 0, 0, 0]).to_string(),
            "0000000000000007"
        );
    }
}
