//! A board with flash that can be made to fail, and a console that keeps its lines.

use std::fmt;
use std::ops::Range;

use device::flash_layout::{FLASH_SIZE, OTA_1, OTADATA, SECTOR_SIZE};
use device::otadata;
use device::platform::Console;
use embedded_storage::nor_flash::{
    ErrorType, NorFlash, NorFlashError, NorFlashErrorKind, ReadNorFlash,
};

/// Flash in memory. Offsets of faults are absolute.
#[derive(Clone)]
pub(crate) struct Flash {
    pub(crate) bytes: Vec<u8>,
    /// Reads with the lowest bit flipped.
    pub(crate) lies_at: Option<u32>,
    /// Cannot be read.
    pub(crate) unreadable: Option<u32>,
    /// Sectors that cannot be erased.
    pub(crate) unerasable: Option<Range<u32>>,
    /// Bytes that cannot be programmed.
    pub(crate) unwritable: Option<Range<u32>>,
    /// Erases and programs so far.
    pub(crate) operations: u32,
    /// Power is cut in the operation of this number, from 0, when so many in 256 of its bytes are done.
    pub(crate) power: Option<(u32, usize)>,
}

/// `ota_0` runs and is selected; everything else is older bytes.
pub(crate) fn flash(running: &[u8]) -> Flash {
    let mut bytes = vec![0xA5; FLASH_SIZE as usize];
    bytes[0x1_0000..][..running.len()].copy_from_slice(running);
    bytes[OTADATA.offset as usize..][..OTADATA.size as usize].copy_from_slice(&otadata::initial());
    Flash {
        bytes,
        lies_at: None,
        unreadable: None,
        unerasable: None,
        unwritable: None,
        operations: 0,
        power: None,
    }
}

impl Flash {
    /// The spare slot.
    pub(crate) fn spare(&self) -> &[u8] {
        &self.bytes[spare()]
    }

    /// Everything but the spare slot: the running one and otadata among it.
    pub(crate) fn others(&self) -> (&[u8], &[u8]) {
        let Range { start, end } = spare();
        (&self.bytes[..start], &self.bytes[end..])
    }
}

impl Flash {
    /// How many of the `length` bytes of an operation are done; an error when not all are.
    fn done(&mut self, length: usize) -> (usize, Result<(), Broken>) {
        let number = self.operations;
        self.operations += 1;
        match self.power {
            Some((last, part)) if number == last => (length * part / 256, Err(Broken)),
            Some((last, _)) if number > last => (0, Err(Broken)),
            _ => (length, Ok(())),
        }
    }
}

fn spare() -> Range<usize> {
    OTA_1.offset as usize..OTA_1.end() as usize
}

#[derive(Debug)]
pub(crate) struct Broken;

impl NorFlashError for Broken {
    fn kind(&self) -> NorFlashErrorKind {
        NorFlashErrorKind::Other
    }
}

impl ErrorType for Flash {
    type Error = Broken;
}

impl ReadNorFlash for Flash {
    const READ_SIZE: usize = 1;

    fn read(&mut self, offset: u32, into: &mut [u8]) -> Result<(), Broken> {
        let range = offset..offset + into.len() as u32;
        if self.unreadable.is_some_and(|at| range.contains(&at)) {
            return Err(Broken);
        }
        into.copy_from_slice(&self.bytes[offset as usize..][..into.len()]);
        if let Some(at) = self.lies_at.filter(|at| range.contains(at)) {
            into[(at - offset) as usize] ^= 1;
        }
        Ok(())
    }

    fn capacity(&self) -> usize {
        self.bytes.len()
    }
}

impl NorFlash for Flash {
    const WRITE_SIZE: usize = 4;
    const ERASE_SIZE: usize = SECTOR_SIZE as usize;

    fn erase(&mut self, from: u32, to: u32) -> Result<(), Broken> {
        assert!(from.is_multiple_of(SECTOR_SIZE) && to.is_multiple_of(SECTOR_SIZE));
        if overlap(&self.unerasable, &(from..to)) {
            return Err(Broken);
        }
        let (done, outcome) = self.done((to - from) as usize);
        self.bytes[from as usize..][..done].fill(0xFF);
        outcome
    }

    fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), Broken> {
        assert!(offset.is_multiple_of(4) && bytes.len().is_multiple_of(4));
        if overlap(&self.unwritable, &(offset..offset + bytes.len() as u32)) {
            return Err(Broken);
        }
        let (done, outcome) = self.done(bytes.len());
        let places = self.bytes[offset as usize..].iter_mut();
        for (place, byte) in places.zip(&bytes[..done]) {
            assert_eq!(*place & byte, *byte, "programming cannot set bits");
            *place = *byte;
        }
        outcome
    }
}

fn overlap(fault: &Option<Range<u32>>, range: &Range<u32>) -> bool {
    let overlaps = |fault: &Range<u32>| fault.start < range.end && range.start < fault.end;
    fault.as_ref().is_some_and(overlaps)
}

/// Lines of a console.
#[derive(Default)]
pub(crate) struct Lines(pub(crate) Vec<String>);

impl Console for Lines {
    fn line(&mut self, text: fmt::Arguments<'_>) {
        let text = text.to_string();
        assert!(!text.chars().any(char::is_control), "{text:?}");
        self.0.push(text);
    }
}
