//! Sectors in a ring, one record in each.

use core::fmt;

use embedded_storage::nor_flash::{NorFlash, ReadNorFlash};

use super::{Memory, Origin, Recalled, Stored, payload};
use crate::crc32::crc32;
use crate::cursor::Cursor;
use crate::flash::{FlashError, Region};
use crate::flash_layout::{SECTOR_SIZE, STATE};

const MAGIC: [u8; 4] = *b"PMEM";
/// The version of the payload that this image reads and writes.
pub const VERSION: u16 = 1;
/// Bytes before the payload.
pub const HEAD_LENGTH: usize = 12;
/// Longest payload of any version.
pub const MAX_PAYLOAD: usize = 1024;
const CRC_LENGTH: usize = 4;
const RECORD_LENGTH: usize = HEAD_LENGTH + payload::LENGTH + CRC_LENGTH;
/// Longest record of any version.
const MAX_RECORD: usize = HEAD_LENGTH + MAX_PAYLOAD + CRC_LENGTH;
const REGION: Region = Region::of(&STATE);
const SECTORS: u32 = STATE.size / SECTOR_SIZE;
const ERASED: [u8; HEAD_LENGTH] = [0xFF; HEAD_LENGTH];

/// Why a sector holds no record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RecordError {
    /// The CRC is not that of the record: a torn write.
    Crc {
        /// The CRC in the record.
        found: u32,
        /// The CRC of what is before it.
        computed: u32,
    },
    /// It does not begin as a record does.
    Head([u8; HEAD_LENGTH]),
    /// The payload is none that this image writes, though its CRC is right.
    Payload,
}

/// What the sectors hold.
pub(super) struct Ring {
    /// The newest record of any version.
    newest: Option<Place>,
    /// The newest that this image reads.
    known: Option<(Place, Memory)>,
    /// What is wrong with a sector that holds no record and is not erased.
    damage: Option<RecordError>,
}

#[derive(Clone, Copy)]
struct Place {
    sector: u32,
    number: u32,
    version: u16,
}

/// A record. What one of another version remembers is unknown.
struct Record {
    place: Place,
    memory: Option<Memory>,
}

impl Ring {
    pub(super) fn read<F: ReadNorFlash>(flash: &mut F) -> Result<Self, FlashError> {
        let mut ring = Self {
            newest: None,
            known: None,
            damage: None,
        };
        let mut buffer = [0; MAX_RECORD];
        for sector in 0..SECTORS {
            match read_sector(flash, sector, &mut buffer)? {
                Ok(None) => {}
                Ok(Some(record)) => ring.see(record),
                Err(error) => ring.damage = Some(error),
            }
        }
        Ok(ring)
    }

    pub(super) fn recalled(self) -> Recalled {
        let number = self.known.as_ref().map(|(place, _)| place.number);
        let origin = match (self.newest, self.damage) {
            (Some(newest), _) if newest.version != VERSION => Origin::Newer {
                version: newest.version,
                older: number,
            },
            (Some(newest), _) => Origin::Record {
                number: newest.number,
            },
            (None, Some(damage)) => Origin::Lost(damage),
            (None, None) => Origin::Nothing,
        };
        let memory = self.known.map(|(_, memory)| memory).unwrap_or_default();
        Recalled { memory, origin }
    }

    /// Writes `memory` into the sector after the newest record, or into the next one that takes it.
    pub(super) fn store<F: NorFlash>(
        self,
        flash: &mut F,
        memory: &Memory,
    ) -> Result<Stored, FlashError> {
        if self.known.is_some_and(|(_, known)| known == *memory) {
            return Ok(Stored::Unchanged);
        }
        let newest = self.newest;
        let number = newest.map_or(0, |place| place.number.saturating_add(1));
        let last = newest.map_or(SECTORS.saturating_sub(1), |place| place.sector);
        if number == u32::MAX {
            return restart(flash, last, memory);
        }
        let record = encode(number, memory);
        let mut outcome = Err(FlashError::ReadBack { at: 0 });
        // All but the newest one, which stays until there is a newer one.
        for step in 1..SECTORS {
            let sector = last.saturating_add(step) % SECTORS;
            outcome = write(flash, sector, &record);
            // A worn sector reads back otherwise. Any other error is no matter of this sector.
            if !matches!(outcome, Err(FlashError::ReadBack { .. })) {
                break;
            }
        }
        outcome.map(|()| Stored::Written { number })
    }

    fn see(&mut self, Record { place, memory }: Record) {
        let newer = |known: &Place| known.number < place.number;
        if self.newest.as_ref().is_none_or(newer) {
            self.newest = Some(place);
        }
        if let Some(memory) = memory
            && self.known.as_ref().is_none_or(|(known, _)| newer(known))
        {
            self.known = Some((place, memory));
        }
    }
}

/// Numbers again from 0. No flash lives so long, but a record whose number is wrong must not be the last one ever.
fn restart<F: NorFlash>(flash: &mut F, newest: u32, memory: &Memory) -> Result<Stored, FlashError> {
    let number = 0;
    let after = |step: u32| newest.saturating_add(step) % SECTORS;
    write(flash, after(1), &encode(number, memory))?;
    // The newest one last: as long as it is there, it counts.
    for step in 2..=SECTORS {
        let at = after(step).saturating_mul(SECTOR_SIZE);
        REGION.erase(flash, at, SECTOR_SIZE)?;
        REGION.read_back(flash, at, &ERASED)?;
    }
    Ok(Stored::Written { number })
}

fn write<F: NorFlash>(
    flash: &mut F,
    sector: u32,
    record: &[u8; RECORD_LENGTH],
) -> Result<(), FlashError> {
    let at = sector.saturating_mul(SECTOR_SIZE);
    let (body, crc) = record
        .split_at_checked(RECORD_LENGTH.saturating_sub(CRC_LENGTH))
        .unwrap_or_default();
    let crc_at = at.saturating_add(u32::try_from(body.len()).unwrap_or(0));
    REGION.erase(flash, at, SECTOR_SIZE)?;
    REGION.program(flash, at, body)?;
    REGION.program(flash, crc_at, crc)?;
    REGION.read_back(flash, at, record)
}

fn encode(number: u32, memory: &Memory) -> [u8; RECORD_LENGTH] {
    let length = u16::try_from(payload::LENGTH).unwrap_or(u16::MAX);
    let body = MAGIC
        .into_iter()
        .chain(VERSION.to_le_bytes())
        .chain(length.to_le_bytes())
        .chain(number.to_le_bytes())
        .chain(payload::encode(memory));
    let mut record = [0; RECORD_LENGTH];
    for (place, byte) in record.iter_mut().zip(body) {
        *place = byte;
    }
    if let Some((body, crc)) = record.split_last_chunk_mut::<CRC_LENGTH>() {
        *crc = crc32(body).to_le_bytes();
    }
    record
}

/// What a sector holds: nothing when it is erased.
fn read_sector<F: ReadNorFlash>(
    flash: &mut F,
    sector: u32,
    buffer: &mut [u8; MAX_RECORD],
) -> Result<Result<Option<Record>, RecordError>, FlashError> {
    let at = sector.saturating_mul(SECTOR_SIZE);
    let mut head = [0; HEAD_LENGTH];
    REGION.read(flash, at, &mut head)?;
    if head == ERASED {
        return Ok(Ok(None));
    }
    let Some((place, length)) = read_head(&head, sector) else {
        return Ok(Err(RecordError::Head(head)));
    };
    let whole = HEAD_LENGTH
        .saturating_add(length)
        .saturating_add(CRC_LENGTH);
    let record = buffer.get_mut(..whole).unwrap_or_default();
    REGION.read(flash, at, record)?;
    Ok(read_record(record, place).map(Some))
}

/// What the head says of the record, and the length of its payload.
fn read_head(head: &[u8; HEAD_LENGTH], sector: u32) -> Option<(Place, usize)> {
    let mut cursor = Cursor::new(head);
    let magic: [u8; 4] = *cursor.array().ok()?;
    let version = u16::from_le_bytes(*cursor.array().ok()?);
    let length = usize::from(u16::from_le_bytes(*cursor.array().ok()?));
    let number = u32::from_le_bytes(*cursor.array().ok()?);
    let place = Place {
        sector,
        number,
        version,
    };
    let right = magic == MAGIC && number != u32::MAX;
    let possible = length <= MAX_PAYLOAD && length.is_multiple_of(4);
    (right && possible).then_some((place, length))
}

fn read_record(record: &[u8], place: Place) -> Result<Record, RecordError> {
    let Some((body, crc)) = record.split_last_chunk() else {
        return Err(RecordError::Payload);
    };
    let (found, computed) = (u32::from_le_bytes(*crc), crc32(body));
    if found != computed {
        return Err(RecordError::Crc { found, computed });
    }
    let memory = if place.version == VERSION {
        let memory = payload::decode(body.get(HEAD_LENGTH..).unwrap_or_default());
        Some(memory.ok_or(RecordError::Payload)?)
    } else {
        None
    };
    Ok(Record { place, memory })
}

impl core::error::Error for RecordError {}

impl fmt::Display for RecordError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Crc { found, computed } => write!(
                formatter,
                "the record's CRC is {found:08x}, its bytes have {computed:08x}"
            ),
            Self::Head(head) => write!(
                formatter,
                "a record does not begin with {}",
                crate::hex::Hex(head)
            ),
            Self::Payload => formatter.write_str("the record holds what nobody writes"),
        }
    }
}
