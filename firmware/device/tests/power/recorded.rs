//! What the tests ask of slots and memory, written down for the target: `firmware/on-target`.

use device::flash_layout::{OTADATA, STATE};
use device::memory::{Memory, RolledBack};
use device::otadata::Slot;
use device::slots::Why;
use simulated::flash::SimulatedFlash;
use vectors::Kind;

use crate::memory::{EARLIER_RESCUERS, RESCUERS};

/// What an image does with otadata, as a question has it.
const START: u8 = 0;
const REACHED_NETWORK: u8 = 2;
const CONFIRM: u8 = 4;
const ROLL_BACK: u8 = 6;
const SELECT: u8 = 8;

/// A life from this otadata on, in which everything is done that an image can do; some of it is refused, and that is asked too.
pub(crate) fn slots(flash: &SimulatedFlash, booted: Slot) {
    let (old, new) = (number(booted), number(booted.other()));
    let told = [START, REACHED_NETWORK, START, CONFIRM, START, SELECT];
    let told = told.map(|step| step | old);
    let trial = [START, REACHED_NETWORK, SELECT, START, ROLL_BACK].map(|step| step | new);
    let again = [START, SELECT, CONFIRM].map(|step| step | old);
    let failing = [START; 4].map(|step| step | new);
    let back = [START, ROLL_BACK].map(|step| step | old);
    let steps = [&told[..], &trial, &again, &failing, &back].concat();
    let mut parts = vectors::flash(&[(OTADATA.offset, flash.contents(&OTADATA))]);
    parts.push(steps);
    record(Kind::Slots, &parts);
}

/// Recalling what is in flash, and storing this.
pub(crate) fn memory(flash: &SimulatedFlash, memory: &Memory) {
    let mut parts = vectors::flash(&[(STATE.offset, flash.contents(&STATE))]);
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
    let version = release
        .as_ref()
        .map_or("", |release| release.version.as_str());
    let error = last_error.as_ref().map_or("", |error| error.text.as_str());
    let sha256 = failed_release.map_or([0; 32], |failed| failed.sha256);
    parts.extend([
        optional(floor.map(|floor| floor.unix_seconds())),
        optional(release.as_ref().map(|release| release.epoch)),
        version.into(),
        EARLIER_RESCUERS.into(),
        rescue_floors.of(&EARLIER_RESCUERS).to_le_bytes().into(),
        RESCUERS.into(),
        rescue_floors.of(&RESCUERS).to_le_bytes().into(),
        i64::from(*successes).to_le_bytes().into(),
        optional(last_success.map(|success| success.unix_seconds())),
        optional(last_error.as_ref().map(|error| error.count.into())),
        error.into(),
        optional(failed_release.map(|failed| failed.attempts.into())),
        optional(failed_release.map(|failed| failed.put_off.into())),
        sha256.into(),
        optional(failed_release.map(|failed| failed.next_try.unix_seconds())),
        optional(rolled_back.map(why)),
    ]);
    record(Kind::Memory, &parts);
}

fn why(rolled_back: RolledBack) -> i64 {
    match rolled_back {
        RolledBack::OwnCheck => 0,
        RolledBack::Trial(Why::FailedBoots) => 1,
        RolledBack::Trial(Why::Interrupted) => 2,
        RolledBack::Trial(Why::TooManyBoots) => 3,
        RolledBack::NoManifest => 4,
        RolledBack::NoServer => 5,
        RolledBack::Trial(Why::Uncounted) => 6,
        RolledBack::NoImage => 7,
        RolledBack::Other(code) => code.into(),
    }
}

fn optional(number: Option<i64>) -> Vec<u8> {
    number.map_or(Vec::new(), |number| number.to_le_bytes().into())
}

const fn number(slot: Slot) -> u8 {
    match slot {
        Slot::Ota0 => 0,
        Slot::Ota1 => 1,
    }
}

fn record(kind: Kind, parts: &[Vec<u8>]) {
    let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
    vectors::record(kind, &parts);
}
