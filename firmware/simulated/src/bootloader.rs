//! The bundled bootloader: ESP-IDF's, without rollback.
//!
//! Follows `bootloader_utility.c`: it goes by otadata, checks the image in that slot, then tries the slots before it and
//! after it. Where neither entry has a sequence and a right CRC, it writes the first one for the slot that it started.

use device::flash_layout::{OTADATA, SECTOR_SIZE};
use device::otadata::{ENTRY_LENGTH, Entry, EntryError, LABEL_LENGTH, Slot, State, selected_in};

use crate::flash::SimulatedFlash;
use crate::image::{self, ImageDefect};

/// The slot that is started; `None` when the device is bricked: no slot holds an image that it starts.
///
/// What the bootloader writes itself is not cut. It writes only where a torn entry would be as bad as what was there.
///
/// # Panics
/// There is no power.
pub fn boot(flash: &mut SimulatedFlash) -> Option<Slot> {
    assert!(!flash.is_off(), "there is no power");
    let otadata = flash.contents(&OTADATA);
    let first = selected_in(&otadata).slot();
    let started = [first, first.other()]
        .into_iter()
        .find(|slot| starts(flash, *slot))?;
    if otadata
        .chunks(SECTOR_SIZE as usize)
        .all(|sector| is_initial(&sector[..ENTRY_LENGTH]))
    {
        name(flash, started);
    }
    Some(started)
}

/// Whether the bootloader starts the image in a slot.
pub fn starts(flash: &SimulatedFlash, slot: Slot) -> bool {
    // Most images are much smaller than their slot.
    let partition = slot.partition();
    let beginning = partition.offset..partition.offset + SECTOR_SIZE;
    let checked = match image::check(&flash.bytes(beginning)) {
        Err(ImageDefect::TooLong) => image::check(&flash.contents(partition)),
        checked => checked,
    };
    checked.is_ok()
}

/// No sequence that could be used, whatever the state says, and a state that does not say otherwise.
fn is_initial(entry: &[u8]) -> bool {
    match Entry::decode(entry) {
        Err(EntryError::Erased) => true,
        Err(EntryError::Crc { .. }) => {
            let state = entry[ENTRY_LENGTH - 8..].first_chunk();
            let refused = [State::Invalid, State::Aborted];
            state.is_some_and(|state| refused.iter().any(|refused| code(*refused) == *state))
        }
        _ => false,
    }
}

fn code(state: State) -> [u8; 4] {
    let entry = Entry {
        sequence: 1,
        label: [0; LABEL_LENGTH],
        state,
    };
    let mut code = [0; 4];
    code.copy_from_slice(&entry.encode()[ENTRY_LENGTH - 8..ENTRY_LENGTH - 4]);
    code
}

/// `set_actual_ota_seq`.
fn name(flash: &mut SimulatedFlash, started: Slot) {
    let entry = Entry {
        sequence: match started {
            Slot::Ota0 => 1,
            Slot::Ota1 => 2,
        },
        label: [0xFF; LABEL_LENGTH],
        state: State::Valid,
    };
    flash.put(OTADATA.offset, &[0xFF; SECTOR_SIZE as usize]);
    flash.put(OTADATA.offset, &entry.encode());
}
