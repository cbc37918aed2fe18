//! The payload of a record, version 1. The module above documents each byte.

use super::rescue_floors::{RescueFloor, RescueFloors};
use super::{Accepted, FailedRelease, LastError, Memory, RolledBack, ShortText};
use crate::cursor::Cursor;
use crate::slots::Why;
use crate::verify::Moment;

/// Bytes.
pub(super) const LENGTH: usize = 320;
/// Length, then text.
const VERSION_LENGTH: usize = 32;
const ERROR_LENGTH: usize = 100;
const FREE: usize = 32;

const FLOOR: u8 = 1;
const RELEASE: u8 = 1 << 1;
const LAST_SUCCESS: u8 = 1 << 2;
const LAST_ERROR: u8 = 1 << 3;
const FAILED_RELEASE: u8 = 1 << 4;
const ROLLED_BACK: u8 = 1 << 5;

/// The bytes of `memory`.
pub(super) fn encode(memory: &Memory) -> [u8; LENGTH] {
    let Memory {
        floor,
        release,
        rescue_floors,
        successes,
        last_success,
        last_error,
        failed_release,
        rolled_back,
    } = memory;
    let (failed, error) = (failed_release.as_ref(), last_error.as_ref());
    let count = error.map_or(0, |error| error.count);
    let next_try = failed.map(|failed| failed.next_try);
    let epoch = release.as_ref().map_or(0, |release| release.epoch);
    let bytes = [
        flags(memory),
        rolled_back.map_or(0, code),
        failed.map_or(0, |failed| failed.attempts),
        failed.map_or(0, |failed| failed.put_off),
    ];
    let version = release.as_ref().map(|release| release.version);
    let bytes = bytes
        .into_iter()
        .chain(count.to_le_bytes())
        .chain(seconds(*floor))
        .chain(epoch.to_le_bytes())
        .chain(seconds(*last_success))
        .chain(rescue_floors.floors.into_iter().flat_map(floor_bytes))
        .chain(seconds(next_try))
        .chain(failed.map_or([0; 32], |failed| failed.sha256))
        .chain(text::<_, VERSION_LENGTH>(version))
        .chain(text::<_, ERROR_LENGTH>(error.map(|error| error.text)))
        .chain(successes.to_le_bytes());
    let mut payload = [0; LENGTH];
    for (place, byte) in payload.iter_mut().zip(bytes) {
        *place = byte;
    }
    payload
}

/// What `payload` says; `None` where it is not what [`encode`] writes.
pub(super) fn decode(payload: &[u8]) -> Option<Memory> {
    let mut cursor = Cursor::new(payload);
    let [flags, code, attempts, put_off] = *cursor.array().ok()?;
    let count = u32::from_le_bytes(*cursor.array().ok()?);
    let floor = moment(&mut cursor)?;
    let epoch = i64::from_le_bytes(*cursor.array().ok()?);
    let last_success = moment(&mut cursor)?;
    let floors = [rescue_floor(&mut cursor)?, rescue_floor(&mut cursor)?];
    let next_try = moment(&mut cursor)?;
    let sha256 = *cursor.array().ok()?;
    let version = read_text(cursor.array::<VERSION_LENGTH>().ok()?)?;
    let text = read_text(cursor.array::<ERROR_LENGTH>().ok()?)?;
    let successes = u32::from_le_bytes(*cursor.array().ok()?);
    let _free = cursor.array::<FREE>().ok()?;

    let has = |flag| flags & flag != 0;
    let memory = Memory {
        floor: has(FLOOR).then_some(floor),
        release: has(RELEASE).then_some(Accepted { epoch, version }),
        rescue_floors: RescueFloors { floors },
        successes,
        last_success: has(LAST_SUCCESS).then_some(last_success),
        last_error: has(LAST_ERROR).then_some(LastError { text, count }),
        failed_release: has(FAILED_RELEASE).then_some(FailedRelease {
            sha256,
            attempts,
            put_off,
            next_try,
        }),
        rolled_back: if has(ROLLED_BACK) {
            Some(reason(code)?)
        } else {
            None
        },
    };
    let canonical = payload == encode(&memory);
    canonical.then_some(memory)
}

fn flags(memory: &Memory) -> u8 {
    let flags = [
        (memory.floor.is_some(), FLOOR),
        (memory.release.is_some(), RELEASE),
        (memory.last_success.is_some(), LAST_SUCCESS),
        (memory.last_error.is_some(), LAST_ERROR),
        (memory.failed_release.is_some(), FAILED_RELEASE),
        (memory.rolled_back.is_some(), ROLLED_BACK),
    ];
    flags
        .into_iter()
        .fold(0, |all, (set, flag)| if set { all | flag } else { all })
}

const REASONS: [(RolledBack, u8); 8] = [
    (RolledBack::Trial(Why::FailedBoots), 1),
    (RolledBack::Trial(Why::Interrupted), 2),
    (RolledBack::Trial(Why::TooManyBoots), 3),
    (RolledBack::OwnCheck, 4),
    (RolledBack::NoManifest, 5),
    (RolledBack::NoServer, 6),
    (RolledBack::Trial(Why::Uncounted), 7),
    (RolledBack::NoImage, 8),
];

fn code(reason: RolledBack) -> u8 {
    if let RolledBack::Other(code) = reason {
        return code;
    }
    let found = REASONS.into_iter().find(|(known, _)| *known == reason);
    found.map_or(0, |(_, code)| code)
}

/// A newer image, which was taken back, may have reasons of its own.
fn reason(code: u8) -> Option<RolledBack> {
    let mut known = REASONS.into_iter();
    let found = known.find(|(_, known)| *known == code);
    let other = (code != 0).then_some(RolledBack::Other(code));
    found.map(|(reason, _)| reason).or(other)
}

fn floor_bytes(floor: RescueFloor) -> impl Iterator<Item = u8> {
    floor.keys.into_iter().chain(floor.sequence.to_le_bytes())
}

fn rescue_floor(cursor: &mut Cursor<'_>) -> Option<RescueFloor> {
    Some(RescueFloor {
        keys: *cursor.array().ok()?,
        sequence: u64::from_le_bytes(*cursor.array().ok()?),
    })
}

fn seconds(moment: Option<Moment>) -> [u8; 8] {
    moment.map_or(0, Moment::unix_seconds).to_le_bytes()
}

fn moment(cursor: &mut Cursor<'_>) -> Option<Moment> {
    Moment::from_unix_seconds(i64::from_le_bytes(*cursor.array().ok()?))
}

fn text<const N: usize, const LENGTH: usize>(text: Option<ShortText<N>>) -> [u8; LENGTH] {
    let mut field = [0; LENGTH];
    let Some(text) = text else { return field };
    let length = u8::try_from(text.as_str().len()).unwrap_or(u8::MAX);
    let bytes = core::iter::once(length).chain(text.as_str().bytes());
    for (place, byte) in field.iter_mut().zip(bytes) {
        *place = byte;
    }
    field
}

fn read_text<const N: usize>(field: &[u8]) -> Option<ShortText<N>> {
    let (length, text) = field.split_first()?;
    ShortText::from_ascii(text.get(..usize::from(*length))?)
}

// Every text has room for its length.
const _: () = assert!(super::MAX_VERSION < VERSION_LENGTH && super::MAX_ERROR < ERROR_LENGTH);
