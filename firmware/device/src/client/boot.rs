//! The start of an image: what is remembered, how the image stands, which store is in force.

use embedded_storage::nor_flash::MultiwriteNorFlash;

use super::board::Image;
use super::state::State;
use crate::memory::{Memory, RolledBack};
use crate::otadata::Slot;
use crate::platform::Console;
use crate::rescue::{self, Origin, RescuePayload, StoreCopy};
use crate::slots::Boot;
use crate::startup::{CountError, Counted};
use crate::time::TrustedTime;

/// An image that may go on. Only [`start`] makes one.
pub struct Started<'a>(pub(super) State<'a>);

impl Started<'_> {
    /// The slot that it runs from.
    pub const fn booted(&self) -> Slot {
        self.0.image.booted
    }

    /// Whether it has yet to show that it can be updated.
    pub const fn is_on_trial(&self) -> bool {
        self.0.on_trial
    }
}

/// Starts `image`, whose start was `counted`. What cannot be read of the flash is told, and does without: the image that runs may be
/// the only one.
///
/// Not for an image whose selection is taken back: [`run`](crate::startup::run) has the board reset instead. Here it is as one on
/// trial, and installs nothing.
pub fn start<'a, F: MultiwriteNorFlash, C: Console>(
    flash: &mut F,
    console: &mut C,
    image: Image<'a>,
    counted: &Counted,
) -> Started<'a> {
    let mut memory = recall(flash, console);
    let boot = counted.boot();
    tell_boot(console, image.booted, boot, &memory);
    let copies = rescue::load(flash, &image.store);
    // The power was cut before it was remembered, or what was remembered is lost.
    let sequence = copies.verified().map_or(0, RescuePayload::sequence);
    let keys = image.store.rescue_keys().sha256();
    memory.rescue_floors.raise(&keys, sequence);
    let mut time = TrustedTime::new(image.built());
    if let Some(floor) = memory.floor {
        time.raise(floor);
    }
    let state = State {
        image,
        memory,
        copies,
        time,
        on_trial: matches!(boot, Ok(Boot::Trial(_) | Boot::RolledBack(_))),
        is_counted: boot.is_ok(),
        is_return: boot.is_ok_and(|boot| boot.is_return()),
        tried: None,
    };
    tell_store(console, &state);
    Started(state)
}

/// Remembers why the image is taken back, for people. The selection is taken back already.
pub(crate) fn note_rolled_back<F: MultiwriteNorFlash, C: Console>(
    flash: &mut F,
    console: &mut C,
    why: RolledBack,
) {
    let stored = Memory::load(flash).and_then(|recalled| {
        let mut memory = recalled.memory;
        memory.rolled_back = Some(why);
        memory.store(flash)
    });
    if let Err(error) = stored {
        console.line(format_args!("memory: {error}"));
    }
}

fn recall<F: MultiwriteNorFlash>(flash: &mut F, console: &mut impl Console) -> Memory {
    match Memory::load(flash) {
        Ok(recalled) => {
            console.line(format_args!("memory: {}", recalled.origin));
            recalled.memory
        }
        Err(error) => {
            console.line(format_args!("memory: {error}"));
            Memory::default()
        }
    }
}

/// How the image stands that runs from `booted`.
fn tell_boot(
    console: &mut impl Console,
    booted: Slot,
    boot: Result<Boot, CountError>,
    memory: &Memory,
) {
    match boot {
        Ok(boot) => console.line(format_args!("boot: {booted}: {boot}")),
        Err(error) => console.line(format_args!(
            "boot: {booted}: it is not known whether the image is on trial: {error}"
        )),
    }
    let stays = matches!(
        boot,
        Ok(Boot::Confirmed { .. } | Boot::FellBack { .. } | Boot::Repaired)
    );
    if let Some(why) = memory.rolled_back.filter(|_| stays) {
        console.line(format_args!(
            "boot: the last image on trial was taken back: {why}"
        ));
    }
}

fn tell_store(console: &mut impl Console, state: &State<'_>) {
    for (copy, name) in StoreCopy::ALL.into_iter().zip(["first", "second"]) {
        let found = state.copies.state(copy);
        console.line(format_args!(
            "store: {name} copy of a rescue store: {found}"
        ));
    }
    let store = state.in_force();
    let origin = match store.origin() {
        Origin::Image => "the image's",
        Origin::Rescue => "a rescue store",
    };
    console.line(format_args!(
        "store: in force is {origin}, sequence {}",
        store.sequence()
    ));
}
