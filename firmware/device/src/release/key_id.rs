//! The number by which people tell keys apart.

use core::fmt;

use crate::store::layout::KEY_ID_LENGTH;

/// A key id of minisign: 8 random bytes, shown as a little-endian number in 16 upper-case hexadecimal digits. It proves
/// nothing: keys are compared by key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyId(pub [u8; KEY_ID_LENGTH]);

impl fmt::Display for KeyId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:016X}", u64::from_le_bytes(self.0))
    }
}
