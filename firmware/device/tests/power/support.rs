//! A board with an image in each slot.

use device::flash_layout::{OTADATA, SECTOR_SIZE};
use device::otadata::{Entry, LABEL_LENGTH, Slot, State, initial};
use device::slots::{self, Boot};
use simulated::application::Application;
use simulated::bootloader::boot;
use simulated::factory;
use simulated::flash::SimulatedFlash;
use simulated::power::{Point, every_cut};

use crate::recorded;

/// Ways to tear each operation: all that there are, more than once.
const TEARS: u64 = 40;
pub(crate) const FRESH: [u8; LABEL_LENGTH] = [0xFF; LABEL_LENGTH];

/// As it leaves the factory, and with a whole image in the spare slot.
pub(crate) fn board() -> SimulatedFlash {
    let flash = factory::empty().with(OTADATA.offset, &initial());
    with_image(with_image(flash, Slot::Ota0), Slot::Ota1)
}

pub(crate) fn with_image(flash: SimulatedFlash, slot: Slot) -> SimulatedFlash {
    let image = Application::small(slot.partition().label).image();
    flash.with(slot.partition().offset, &image)
}

/// The image in `slot` is not whole any more.
pub(crate) fn damaged(flash: SimulatedFlash, slot: Slot) -> SimulatedFlash {
    flash.with(slot.partition().offset + 34, &[0])
}

/// With these entries in otadata.
pub(crate) fn selecting(first: Option<Entry>, second: Option<Entry>) -> SimulatedFlash {
    let mut flash = board().with(OTADATA.offset, &[0xFF; 64]);
    for (sector, entry) in (0..).zip([first, second]) {
        if let Some(entry) = entry {
            flash.put(OTADATA.offset + sector * SECTOR_SIZE, &entry.encode());
        }
    }
    flash
}

pub(crate) fn entry(sequence: u32, state: State) -> Entry {
    Entry {
        sequence,
        label: FRESH,
        state,
    }
}

pub(crate) fn confirmed(sequence: u32) -> Entry {
    let mut entry = entry(sequence, State::Undefined);
    entry.label[8..12].fill(0);
    entry
}

/// With an update selected in `ota_1` that was not started yet.
pub(crate) fn updated() -> SimulatedFlash {
    let mut flash = board();
    slots::select(&mut flash, Slot::Ota0, Slot::Ota1).unwrap();
    flash
}

/// The bootloader, then the image.
pub(crate) fn start(flash: &mut SimulatedFlash) -> (Slot, Boot) {
    let slot = boot(flash).expect("a slot that starts");
    recorded::slots(flash, slot);
    let came_to = slots::at_boot(flash, slot).unwrap();
    (slot, came_to)
}

/// Started again and again by an image that is rolled back, if any, until one stays.
pub(crate) fn settled(flash: &mut SimulatedFlash) -> (Slot, Boot) {
    for _ in 0..2 {
        if let (slot, came_to) = start(flash)
            && !matches!(came_to, Boot::RolledBack(_))
        {
            return (slot, came_to);
        }
    }
    panic!("no image stays");
}

/// Runs `act` on `start`, cut everywhere. Whether it fails is what it says, not what is checked.
#[allow(clippy::print_stdout, reason = "how much was tested")]
pub(crate) fn cut<T>(
    what: &str,
    start: &SimulatedFlash,
    mut act: impl FnMut(&mut SimulatedFlash) -> T,
    check: impl FnMut(&mut SimulatedFlash, Option<Point>),
) {
    let cuts = every_cut(start, TEARS, |flash| drop(act(flash)), check);
    assert!(cuts.points > 0);
    println!("{what}: {cuts}");
}
