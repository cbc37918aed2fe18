//! The start of an image: what is remembered, whether the image may go on, which store is in force.

use embedded_storage::nor_flash::MultiwriteNorFlash;

use super::Restart;
use super::board::Image;
use super::state::State;
use crate::memory::{Memory, RolledBack};
use crate::otadata::Slot;
use crate::platform::Console;
use crate::rescue::{self, Origin, RescuePayload, StoreCopy};
use crate::slots::{self, Boot, SlotsError};
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

/// Starts `image`. To be called at each start, before anything that may fail.
///
/// It counts the start when the image is on trial. What cannot be read of the flash is told, and does without: the image that
/// runs may be the only one.
///
/// # Errors
///
/// [`Restart::RolledBack`]: the image was on trial and failed too often. Reset the board now.
pub fn start<'a, F: MultiwriteNorFlash, C: Console>(
    flash: &mut F,
    console: &mut C,
    image: Image<'a>,
) -> Result<Started<'a>, Restart> {
    let mut memory = recall(flash, console);
    let on_trial = count_boot(flash, console, image.booted, &mut memory)?;
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
        on_trial,
    };
    tell_store(console, &state);
    Ok(Started(state))
}

/// Says that the image in the slot `booted` cannot do its work on this board: it finds no settings, no radio, no store. If it is
/// on trial, the one before it, which could, is selected again.
///
/// # Errors
///
/// It is not on trial, or there is no image before it, or otadata cannot be written. Go on as well as may be.
pub fn take_back<F: MultiwriteNorFlash>(
    flash: &mut F,
    booted: Slot,
) -> Result<Restart, SlotsError> {
    slots::roll_back(flash, booted)?;
    if let Ok(recalled) = Memory::load(flash) {
        let mut memory = recalled.memory;
        memory.rolled_back = Some(RolledBack::OwnCheck);
        // Only for people: the selection is taken back already.
        let _ = memory.store(flash);
    }
    Ok(Restart::RolledBack)
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

/// Whether the image is on trial.
fn count_boot<F: MultiwriteNorFlash>(
    flash: &mut F,
    console: &mut impl Console,
    booted: Slot,
    memory: &mut Memory,
) -> Result<bool, Restart> {
    let boot = match slots::at_boot(flash, booted) {
        Ok(boot) => boot,
        Err(error) => {
            console.line(format_args!("boot: {error}"));
            return Ok(false);
        }
    };
    console.line(format_args!("boot: {booted}: {boot}"));
    match boot {
        Boot::RolledBack(why) => {
            memory.rolled_back = Some(RolledBack::Trial(why));
            if let Err(error) = memory.store(flash) {
                console.line(format_args!("memory: {error}"));
            }
            Err(Restart::RolledBack)
        }
        Boot::Trial(_) => Ok(true),
        Boot::Confirmed { .. } | Boot::FellBack { .. } | Boot::Repaired => {
            if let Some(why) = memory.rolled_back {
                console.line(format_args!(
                    "boot: the last image on trial was taken back: {why}"
                ));
            }
            Ok(false)
        }
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
