//! Flash that holds what a question tells, and is erased elsewhere.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use device::flash_layout::{FLASH_SIZE, SECTOR_SIZE};
use device::hex::Hex;
use embedded_storage::nor_flash::{
    ErrorType, MultiwriteNorFlash, NorFlash, NorFlashErrorKind, ReadNorFlash, check_erase,
    check_read, check_write,
};
use sha2::{Digest as _, Sha256};

use super::time::Activity;
use crate::form::{Malformed, Parts};

const SECTOR: usize = SECTOR_SIZE as usize;
const ERASED: u8 = 0xFF;

/// Four megabytes; sectors that were never touched take no memory.
#[derive(Debug)]
pub(crate) struct Flash {
    /// By their number.
    sectors: BTreeMap<usize, Vec<u8>>,
    activity: Activity,
}

impl Flash {
    /// Reads how many pieces there are, and the pieces: each an offset of 4 bytes, little-endian, and the bytes from there on.
    /// The sectors of a piece have their memory from the beginning, which is not measured then.
    pub(crate) fn read(parts: &mut Parts<'_>, activity: &Activity) -> Result<Self, Malformed> {
        let mut flash = Self {
            sectors: BTreeMap::new(),
            activity: activity.clone(),
        };
        for _ in 0..parts.number()? {
            let piece = parts.bytes()?;
            let (offset, bytes) = piece.split_first_chunk().ok_or(Malformed::Cut)?;
            let offset = u32::from_le_bytes(*offset);
            let outside = |_| Malformed::Outside { offset };
            check_write(&flash, offset, bytes.len()).map_err(outside)?;
            flash.program(offset, bytes);
        }
        Ok(flash)
    }

    /// SHA-256 of all that is not erased, and of where it is.
    pub(crate) fn hash(&self) -> String {
        let mut hash = Sha256::new();
        for (number, sector) in &self.sectors {
            let end = sector.iter().rposition(|byte| *byte != ERASED);
            let Some(end) = end else { continue };
            hash.update((*number as u64).to_le_bytes());
            hash.update(sector.get(..=end).unwrap_or_default());
        }
        format!("{}", Hex(&hash.finalize()))
    }

    fn program(&mut self, offset: u32, bytes: &[u8]) {
        let mut bytes = bytes;
        let mut at = offset as usize;
        while !bytes.is_empty() {
            let sector = self.sectors.entry(at / SECTOR);
            let sector = sector.or_insert_with(|| vec![ERASED; SECTOR]);
            let room = sector.get_mut(at % SECTOR..).unwrap_or_default();
            let (now, later) = bytes.split_at(room.len().min(bytes.len()));
            for (place, byte) in room.iter_mut().zip(now) {
                *place &= *byte;
            }
            at += now.len();
            bytes = later;
        }
    }
}

impl ErrorType for Flash {
    type Error = NorFlashErrorKind;
}

impl ReadNorFlash for Flash {
    const READ_SIZE: usize = 1;

    fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), NorFlashErrorKind> {
        check_read(self, offset, bytes.len())?;
        self.activity.note();
        let mut bytes = bytes;
        let mut at = offset as usize;
        while !bytes.is_empty() {
            let room = SECTOR - at % SECTOR;
            let (now, later) = bytes.split_at_mut(room.min(bytes.len()));
            match self.sectors.get(&(at / SECTOR)) {
                Some(sector) => now.copy_from_slice(&sector[at % SECTOR..][..now.len()]),
                None => now.fill(ERASED),
            }
            at += now.len();
            bytes = later;
        }
        Ok(())
    }

    fn capacity(&self) -> usize {
        FLASH_SIZE as usize
    }
}

impl NorFlash for Flash {
    const WRITE_SIZE: usize = 4;
    const ERASE_SIZE: usize = SECTOR;

    fn erase(&mut self, from: u32, to: u32) -> Result<(), NorFlashErrorKind> {
        check_erase(self, from, to)?;
        self.activity.note();
        for number in from as usize / SECTOR..to as usize / SECTOR {
            if let Some(sector) = self.sectors.get_mut(&number) {
                sector.fill(ERASED);
            }
        }
        Ok(())
    }

    fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), NorFlashErrorKind> {
        check_write(self, offset, bytes.len())?;
        self.activity.note();
        self.program(offset, bytes);
        Ok(())
    }
}

impl MultiwriteNorFlash for Flash {}
