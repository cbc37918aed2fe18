//! The two application slots.

use core::fmt;

use crate::flash_layout::{OTA_0, OTA_1, Partition};

/// An application slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Slot {
    /// `ota_0`.
    Ota0,
    /// `ota_1`.
    Ota1,
}

impl Slot {
    /// The other one.
    pub const fn other(self) -> Self {
        match self {
            Self::Ota0 => Self::Ota1,
            Self::Ota1 => Self::Ota0,
        }
    }

    /// Where it is in flash.
    pub const fn partition(self) -> &'static Partition {
        match self {
            Self::Ota0 => &OTA_0,
            Self::Ota1 => &OTA_1,
        }
    }
}

/// `(sequence - 1) % 2`, in 32 bits, as the bootloader computes it.
pub(crate) const fn slot_of(sequence: u32) -> Slot {
    if sequence.wrapping_sub(1).is_multiple_of(2) {
        Slot::Ota0
    } else {
        Slot::Ota1
    }
}

impl fmt::Display for Slot {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.partition().label)
    }
}
