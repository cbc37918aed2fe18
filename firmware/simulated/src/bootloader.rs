//! The bundled bootloader: ESP-IDF's, without rollback.
//!
//! Written after its sources alone, so that a defect of `device::otadata` shows: `bootloader_utility.c`
//! (`bootloader_utility_load_partition_table`, `bootloader_utility_get_selected_boot_partition`,
//! `bootloader_utility_load_boot_image`, `set_actual_ota_seq`) and `bootloader_common_loader.c`
//! (`bootloader_common_ota_select_invalid`, `bootloader_common_select_otadata`). It goes by the partition table in flash and by otadata,
//! checks the image in the slot that is selected, then tries the slots before it and after it. Where neither entry has a sequence and
//! a right CRC, it writes the first one for the slot that it started.

mod entry;
mod partitions;

use device::flash_layout::SECTOR_SIZE;
use device::otadata::Slot;

pub use entry::{Choice, choose};

use self::entry::{ENTRY, Entry};
use self::partitions::{Partitions, Place};
use crate::flash::SimulatedFlash;
use crate::image::{self, ImageDefect};

/// The slot that is started; `None` when the device is bricked: no slot holds an image that it starts, or there is no partition table.
///
/// What the bootloader writes itself is not cut. It writes only where a torn entry would be as bad as what was there.
///
/// # Panics
/// There is no power, or there are more slots than two.
pub fn boot(flash: &mut SimulatedFlash) -> Option<Slot> {
    assert!(!flash.is_off(), "there is no power");
    let partitions = Partitions::read(flash);
    let [first, second] = partitions.otadata?.sectors().map(|at| read(flash, at));
    let (index, is_initial) = match choose(&first, &second) {
        Choice::Sequence(sequence) => {
            let slots = u32::try_from(partitions.slots.len()).ok()?;
            let index = sequence.wrapping_sub(1).checked_rem(slots)?;
            (index as usize, false)
        }
        Choice::First { is_initial } => (0, is_initial),
    };
    // Backwards from the slot that is selected, then forwards.
    let mut order = (0..=index).rev().chain(index + 1..partitions.slots.len());
    let started = order.find(|index| place_starts(flash, partitions.slots[*index]))?;
    if is_initial {
        name(flash, partitions.otadata?, started);
    }
    match started {
        0 => Some(Slot::Ota0),
        1 => Some(Slot::Ota1),
        more => panic!("slot {more} starts"),
    }
}

/// Whether the bootloader starts the image in a slot of the layout.
pub fn starts(flash: &SimulatedFlash, slot: Slot) -> bool {
    let partition = slot.partition();
    place_starts(flash, Place::new(partition.offset, partition.size))
}

fn place_starts(flash: &SimulatedFlash, place: Place) -> bool {
    // Most images are much smaller than their slot.
    let beginning = place.offset..place.offset + SECTOR_SIZE;
    let checked = match image::check(&flash.bytes(beginning)) {
        Err(ImageDefect::TooLong) => image::check(&flash.bytes(place.range())),
        checked => checked,
    };
    checked.is_ok()
}

fn read(flash: &SimulatedFlash, at: u32) -> [u8; ENTRY] {
    let bytes = flash.bytes(at..at + ENTRY as u32);
    bytes.try_into().expect("as many as were asked for")
}

/// `set_actual_ota_seq`.
fn name(flash: &mut SimulatedFlash, otadata: Place, started: usize) {
    let sequence = u32::try_from(started).expect("one of a few") + 1;
    flash.put(otadata.offset, &[0xFF; SECTOR_SIZE as usize]);
    flash.put(otadata.offset, &Entry::valid(sequence));
}
