//! Reading and writing regions of NOR flash: sectors are erased to ones, programming turns ones into zeros.
//!
//! Nothing here is atomic. An erase or a program that is cut by a loss of power leaves any mixture of old and new bits in
//! what it was working on; who writes must be able to tell.

use core::fmt;

use embedded_storage::nor_flash::{NorFlash, NorFlashError, NorFlashErrorKind, ReadNorFlash};

use crate::flash_layout::{PARTITION_TABLE_OFFSET, PARTITION_TABLE_SIZE, Partition, SECTOR_SIZE};

/// What programming must be aligned to, in place and length.
pub const PROGRAM_SIZE: u32 = 4;

/// Bytes of stack that reading back takes.
const READ_BACK_AT_ONCE: usize = 64;

/// A range of the flash that whole sectors belong to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Region {
    offset: u32,
    size: u32,
}

/// Why flash could not be read or written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FlashError {
    /// The driver reports an error.
    Driver(NorFlashErrorKind),
    /// It would be outside of the region.
    Outside {
        /// From the beginning of the region.
        at: u32,
        /// Bytes.
        length: usize,
    },
    /// What was written reads otherwise.
    ReadBack {
        /// From the beginning of the region: it is among the 64 bytes from here on.
        at: u32,
    },
    /// It does not begin or end where a sector, or a programmable word, does.
    Unaligned {
        /// From the beginning of the region.
        at: u32,
        /// Bytes.
        length: usize,
    },
}

impl Region {
    /// The whole of `partition`.
    pub const fn of(partition: &Partition) -> Self {
        Self {
            offset: partition.offset,
            size: partition.size,
        }
    }

    /// The partition table, wherever what it lists lies.
    pub(crate) const TABLE: Self = Self {
        offset: PARTITION_TABLE_OFFSET,
        size: PARTITION_TABLE_SIZE,
    };

    /// The part of `size` bytes from `at` on, both whole sectors; `None` where that is not within this region.
    pub fn part(self, at: u32, size: u32) -> Option<Self> {
        let aligned = at.is_multiple_of(SECTOR_SIZE) && size.is_multiple_of(SECTOR_SIZE);
        let within = at.checked_add(size)? <= self.size;
        (aligned && within).then_some(Self {
            offset: self.offset.saturating_add(at),
            size,
        })
    }

    /// Bytes.
    pub const fn size(self) -> u32 {
        self.size
    }

    /// Reads `into.len()` bytes from `at`, counted from the beginning of the region.
    ///
    /// # Errors
    ///
    /// See [`FlashError`].
    pub fn read<F: ReadNorFlash>(
        self,
        flash: &mut F,
        at: u32,
        into: &mut [u8],
    ) -> Result<(), FlashError> {
        let offset = self.absolute(at, into.len())?;
        flash.read(offset, into).map_err(|error| driver(&error))
    }

    /// Erases `length` bytes from `at` on: whole sectors.
    ///
    /// # Errors
    ///
    /// See [`FlashError`].
    pub fn erase<F: NorFlash>(self, flash: &mut F, at: u32, length: u32) -> Result<(), FlashError> {
        let bytes = length as usize;
        if !at.is_multiple_of(SECTOR_SIZE) || !length.is_multiple_of(SECTOR_SIZE) {
            return Err(FlashError::Unaligned { at, length: bytes });
        }
        let from = self.absolute(at, bytes)?;
        flash
            .erase(from, from.saturating_add(length))
            .map_err(|error| driver(&error))
    }

    /// Programs `bytes` from `at` on, both multiples of [`PROGRAM_SIZE`]: bits can only become zero.
    ///
    /// # Errors
    ///
    /// See [`FlashError`].
    pub fn program<F: NorFlash>(
        self,
        flash: &mut F,
        at: u32,
        bytes: &[u8],
    ) -> Result<(), FlashError> {
        let length = bytes.len();
        if !at.is_multiple_of(PROGRAM_SIZE) || !length.is_multiple_of(PROGRAM_SIZE as usize) {
            return Err(FlashError::Unaligned { at, length });
        }
        let from = self.absolute(at, length)?;
        flash.write(from, bytes).map_err(|error| driver(&error))
    }

    /// Checks that `bytes` are what reads back from `at` on.
    ///
    /// # Errors
    ///
    /// [`FlashError::ReadBack`] says where it reads otherwise; see [`FlashError`].
    pub fn read_back<F: ReadNorFlash>(
        self,
        flash: &mut F,
        at: u32,
        bytes: &[u8],
    ) -> Result<(), FlashError> {
        let mut at = at;
        for expected in bytes.chunks(READ_BACK_AT_ONCE) {
            let mut buffer = [0; READ_BACK_AT_ONCE];
            let found = buffer.get_mut(..expected.len()).unwrap_or_default();
            self.read(flash, at, found)?;
            if found != expected {
                return Err(FlashError::ReadBack { at });
            }
            at = at.saturating_add(READ_BACK_AT_ONCE as u32);
        }
        Ok(())
    }

    fn absolute(self, at: u32, length: usize) -> Result<u32, FlashError> {
        let outside = FlashError::Outside { at, length };
        let length = u32::try_from(length).map_err(|_| outside)?;
        let end = at.checked_add(length).ok_or(outside)?;
        if end > self.size {
            return Err(outside);
        }
        Ok(self.offset.saturating_add(at))
    }
}

fn driver(error: &impl NorFlashError) -> FlashError {
    FlashError::Driver(error.kind())
}

impl core::error::Error for FlashError {}

impl fmt::Display for FlashError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Driver(kind) => write!(formatter, "the flash reports: {kind:?}"),
            Self::Outside { at, length } => {
                write!(
                    formatter,
                    "{length} bytes at {at:#x} are outside of the region"
                )
            }
            Self::ReadBack { at } => {
                write!(
                    formatter,
                    "what was written from {at:#x} on reads otherwise"
                )
            }
            Self::Unaligned { at, length } => {
                write!(
                    formatter,
                    "{length} bytes at {at:#x} are no whole sectors or words"
                )
            }
        }
    }
}
