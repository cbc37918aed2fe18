//! What a device remembers.

use alloc::format;
use alloc::string::String;

use device::memory::{
    Accepted, FailedRelease, LastError, Memory, RescueFloors, RolledBack, ShortText,
};
use device::slots::Why;
use device::verify::Moment;

use super::shown;
use crate::board::{Activity, Flash};
use crate::form::{Malformed, Parts};
use crate::meter::Meter;

/// What is recalled; what storing comes to, twice; the hash of the flash; what is recalled then.
pub(super) fn memory<M: Meter>(parts: &mut Parts<'_>, meter: &mut M) -> Result<String, Malformed> {
    let mut flash = Flash::read(parts, &Activity::default())?;
    let memory = remembered(parts)?;
    let mut answer = recalled(&mut flash);
    let stored = meter.measure(|| memory.store(&mut flash));
    answer += &format!("{}\n{}\n", shown(&stored), shown(&memory.store(&mut flash)));
    answer += &format!("{}\n{}", flash.hash(), recalled(&mut flash));
    Ok(answer)
}

fn recalled(flash: &mut Flash) -> String {
    let recalled = Memory::load(flash);
    let origin = recalled
        .as_ref()
        .map(|recalled| format!("{}", recalled.origin));
    format!("{} {}\n", shown(&recalled), origin.unwrap_or_default())
}

fn remembered(parts: &mut Parts<'_>) -> Result<Memory, Malformed> {
    Ok(Memory {
        floor: moment(parts)?,
        release: release(parts)?,
        rescue_floors: rescue_floors(parts)?,
        successes: u32::try_from(parts.number()?).unwrap_or(u32::MAX),
        last_success: moment(parts)?,
        last_error: last_error(parts)?,
        failed_release: failed_release(parts)?,
        rolled_back: parts.optional_number()?.and_then(rolled_back),
    })
}

/// Two sets of keys, each with its sequence.
fn rescue_floors(parts: &mut Parts<'_>) -> Result<RescueFloors, Malformed> {
    let mut floors = RescueFloors::default();
    for _ in 0..2 {
        let (keys, sequence) = (parts.bytes()?, parts.number()?.cast_unsigned());
        let keys = keys.try_into().map_err(|_| Malformed::Cut)?;
        floors.raise(keys, sequence);
    }
    Ok(floors)
}

fn moment(parts: &mut Parts<'_>) -> Result<Option<Moment>, Malformed> {
    Ok(parts.optional_number()?.and_then(Moment::from_unix_seconds))
}

fn release(parts: &mut Parts<'_>) -> Result<Option<Accepted>, Malformed> {
    let (epoch, version) = (parts.optional_number()?, parts.text()?);
    let version = ShortText::of(version);
    Ok(epoch.map(|epoch| Accepted { epoch, version }))
}

fn last_error(parts: &mut Parts<'_>) -> Result<Option<LastError>, Malformed> {
    let (count, text) = (parts.optional_number()?, parts.text()?);
    let text = ShortText::of(text);
    let count = count.map(|count| u32::try_from(count).unwrap_or(u32::MAX));
    Ok(count.map(|count| LastError { text, count }))
}

fn failed_release(parts: &mut Parts<'_>) -> Result<Option<FailedRelease>, Malformed> {
    let count = |count: i64| u8::try_from(count).unwrap_or(u8::MAX);
    let attempts = parts.optional_number()?.map(count);
    let put_off = parts.optional_number()?.map_or(0, count);
    let (sha256, next_try) = (parts.bytes()?, moment(parts)?);
    let (Some(attempts), Ok(sha256), Some(next_try)) = (attempts, sha256.try_into(), next_try)
    else {
        return Ok(None);
    };
    Ok(Some(FailedRelease {
        sha256,
        attempts,
        put_off,
        next_try,
    }))
}

fn rolled_back(why: i64) -> Option<RolledBack> {
    match why {
        0 => Some(RolledBack::OwnCheck),
        1 => Some(RolledBack::Trial(Why::FailedBoots)),
        2 => Some(RolledBack::Trial(Why::Interrupted)),
        3 => Some(RolledBack::Trial(Why::TooManyBoots)),
        4 => Some(RolledBack::NoManifest),
        5 => Some(RolledBack::NoServer),
        6 => Some(RolledBack::Trial(Why::Uncounted)),
        7 => Some(RolledBack::NoImage),
        other => u8::try_from(other).ok().map(RolledBack::Other),
    }
}
