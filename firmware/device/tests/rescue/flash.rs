//! The `trust-store` partition as flash that loses its power.

use device::flash_layout::{SECTOR_SIZE, TRUST_STORE};
use embedded_storage::nor_flash::{
    ErrorType, NorFlash, NorFlashError, NorFlashErrorKind, ReadNorFlash,
};

/// Erased flash, whose power fails after so many bytes were erased or programmed.
#[derive(Clone)]
pub(crate) struct Flash {
    pub(crate) bytes: Vec<u8>,
    pub(crate) power: usize,
}

/// The power failed.
#[derive(Debug)]
pub(crate) struct PowerLost;

impl NorFlashError for PowerLost {
    fn kind(&self) -> NorFlashErrorKind {
        NorFlashErrorKind::Other
    }
}

impl Flash {
    pub(crate) fn erased() -> Self {
        let bytes = vec![0xFF; TRUST_STORE.size as usize];
        let power = usize::MAX;
        Self { bytes, power }
    }

    /// Changes byte by byte; the one at which the power fails keeps a part of its old bits.
    fn change(&mut self, offset: u32, new: impl Iterator<Item = u8>) -> Result<(), PowerLost> {
        let start = (offset - TRUST_STORE.offset) as usize;
        for (byte, new) in self.bytes[start..].iter_mut().zip(new) {
            if self.power == 0 {
                *byte = (*byte & 0x5A) | (new & 0xA5);
                return Err(PowerLost);
            }
            self.power -= 1;
            *byte = new;
        }
        Ok(())
    }
}

impl ErrorType for Flash {
    type Error = PowerLost;
}

impl ReadNorFlash for Flash {
    const READ_SIZE: usize = 4;

    fn read(&mut self, offset: u32, into: &mut [u8]) -> Result<(), PowerLost> {
        assert!(
            offset.is_multiple_of(4) && into.len().is_multiple_of(4),
            "whole words"
        );
        let start = (offset - TRUST_STORE.offset) as usize;
        into.copy_from_slice(&self.bytes[start..][..into.len()]);
        Ok(())
    }

    fn capacity(&self) -> usize {
        TRUST_STORE.end() as usize
    }
}

impl NorFlash for Flash {
    const WRITE_SIZE: usize = 4;
    const ERASE_SIZE: usize = SECTOR_SIZE as usize;

    fn erase(&mut self, from: u32, to: u32) -> Result<(), PowerLost> {
        self.change(from, (from..to).map(|_| 0xFF))
    }

    fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), PowerLost> {
        let start = (offset - TRUST_STORE.offset) as usize;
        let old = self.bytes[start..][..bytes.len()].to_vec();
        self.change(offset, bytes.iter().zip(old).map(|(new, old)| new & old))
    }
}
