//! Slots: trial boots, confirming, taking back, selecting.

use alloc::format;
use alloc::string::String;
use core::fmt;

use device::otadata::Slot;
use device::slots;

use super::shown;
use crate::board::{Activity, Flash};
use crate::form::{Malformed, Parts};
use crate::meter::Meter;

/// The result of each step, and the hash of the flash after it.
pub(super) fn slots<M: Meter>(parts: &mut Parts<'_>, meter: &mut M) -> Result<String, Malformed> {
    let mut flash = Flash::read(parts, &Activity::default())?;
    let mut answer = String::new();
    for step in parts.bytes()? {
        let came_to = meter.measure(|| take(*step, &mut flash));
        answer += &format!("{step}: {came_to} {}\n", flash.hash());
    }
    Ok(answer)
}

fn take(step: u8, flash: &mut Flash) -> String {
    let booted = slot(step & 1);
    match step >> 1 {
        0 => told(&slots::at_boot(flash, booted)),
        1 => shown(&slots::reached_network(flash, booted)),
        2 => shown(&slots::confirm(flash, booted)),
        3 => shown(&slots::roll_back(flash, booted)),
        4 => shown(&slots::select(flash, booted, slots::spare(booted))),
        _ => "no such step".into(),
    }
}

/// The slot of a question.
pub(super) const fn slot(number: u8) -> Slot {
    match number {
        0 => Slot::Ota0,
        _ => Slot::Ota1,
    }
}

/// With the words for what came of it.
fn told<T: fmt::Debug + fmt::Display, E: fmt::Debug + fmt::Display>(
    result: &Result<T, E>,
) -> String {
    match result {
        Ok(value) => format!("{value:?}: {value}"),
        refused => shown(refused),
    }
}
