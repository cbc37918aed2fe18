//! The two sectors of otadata where the table in flash has them, as if they were where the layout has them; and nothing else of the
//! flash.

use embedded_storage::nor_flash::{
    ErrorType, MultiwriteNorFlash, NorFlash, NorFlashError, NorFlashErrorKind, ReadNorFlash,
};

use crate::flash_layout::{OTADATA, OwnTable};

/// See the module. Whatever is outside of the two sectors is out of bounds.
pub(super) struct OtadataWindow<'f, F> {
    flash: &'f mut F,
    offset: u32,
}

impl<'f, F> OtadataWindow<'f, F> {
    pub(super) const fn new(flash: &'f mut F, table: &OwnTable) -> Self {
        let offset = table.otadata();
        Self { flash, offset }
    }

    /// Where `length` bytes that the layout has at `at` are in flash.
    fn place(&self, at: u32, length: usize) -> Result<u32, NorFlashErrorKind> {
        let within = at.checked_sub(OTADATA.offset);
        let within = within.ok_or(NorFlashErrorKind::OutOfBounds)?;
        let length = u32::try_from(length).map_err(|_| NorFlashErrorKind::OutOfBounds)?;
        let end = within.checked_add(length);
        if end.is_none_or(|end| end > OTADATA.size) {
            return Err(NorFlashErrorKind::OutOfBounds);
        }
        let place = self.offset.checked_add(within);
        place.ok_or(NorFlashErrorKind::OutOfBounds)
    }
}

impl<F> ErrorType for OtadataWindow<'_, F> {
    type Error = NorFlashErrorKind;
}

impl<F: ReadNorFlash> ReadNorFlash for OtadataWindow<'_, F> {
    const READ_SIZE: usize = F::READ_SIZE;

    fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), NorFlashErrorKind> {
        let offset = self.place(offset, bytes.len())?;
        self.flash.read(offset, bytes).map_err(|error| error.kind())
    }

    fn capacity(&self) -> usize {
        OTADATA.end() as usize
    }
}

impl<F: NorFlash> NorFlash for OtadataWindow<'_, F> {
    const WRITE_SIZE: usize = F::WRITE_SIZE;
    const ERASE_SIZE: usize = F::ERASE_SIZE;

    fn erase(&mut self, from: u32, to: u32) -> Result<(), NorFlashErrorKind> {
        let length = to.checked_sub(from).ok_or(NorFlashErrorKind::OutOfBounds)?;
        let from = self.place(from, length as usize)?;
        let to = from.saturating_add(length);
        self.flash.erase(from, to).map_err(|error| error.kind())
    }

    fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), NorFlashErrorKind> {
        let offset = self.place(offset, bytes.len())?;
        self.flash
            .write(offset, bytes)
            .map_err(|error| error.kind())
    }
}

impl<F: MultiwriteNorFlash> MultiwriteNorFlash for OtadataWindow<'_, F> {}
