//! A device that updates itself, from the first start to the confirmed update: each start decides by flash alone what is next.

use device::flash::Region;
use device::flash_layout::SECTOR_SIZE;
use device::memory::{Accepted, Memory, ShortText};
use device::otadata::Slot;
use device::slots::{self, Boot};
use simulated::application::Application;
use simulated::bootloader::boot;
use simulated::factory;
use simulated::flash::SimulatedFlash;

use crate::support::{cut, settled};

/// Starts until nothing is left to do, and many more than that takes.
const STARTS: u32 = 60;

/// What the update does when it runs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Life {
    /// It reaches the network and confirms itself.
    Works,
    /// It resets before it reaches the network.
    Fails,
}

/// The first image, and something older than it in the spare slot.
pub(crate) fn new_device() -> SimulatedFlash {
    factory::flash(&Application::small("1.0.0").image()).with(
        Slot::Ota1.partition().offset,
        &Application::small("0.9.0, which nobody trusts").image(),
    )
}

fn update() -> Vec<u8> {
    Application::small("2.0.0").image()
}

pub(crate) fn is_updated(flash: &mut SimulatedFlash) -> bool {
    let (slot, came_to) = settled(flash);
    let confirmed = matches!(came_to, Boot::Confirmed { .. });
    let remembered = Memory::load(flash).unwrap().memory.release;
    confirmed && runs_update(flash, slot) && remembered.is_some()
}

/// Starts again and again, until there is nothing to do or no power.
pub(crate) fn live(flash: &mut SimulatedFlash, life: Life) {
    for _ in 0..STARTS {
        if flash.is_off() {
            return;
        }
        let slot = boot(flash).expect("a slot that starts");
        match run(flash, slot, life) {
            Some(Next::Restart) => {}
            Some(Next::Idle) => return,
            None => assert!(flash.is_off(), "flash failed with the power on"),
        }
    }
    panic!("it never comes to rest");
}

enum Next {
    Idle,
    Restart,
}

/// One start, up to the next restart; `None` when flash fails.
fn run(flash: &mut SimulatedFlash, slot: Slot, life: Life) -> Option<Next> {
    let updated = runs_update(flash, slot);
    match slots::at_boot(flash, slot).ok()? {
        Boot::RolledBack(_) => Some(Next::Restart),
        Boot::Trial(_) if updated && life == Life::Fails => Some(Next::Restart),
        Boot::Trial(_) => {
            slots::reached_network(flash, slot).ok()?;
            slots::confirm(flash, slot).ok()?;
            remember(flash)?;
            Some(Next::Idle)
        }
        Boot::Confirmed { .. } if updated => {
            assert!(life == Life::Works, "it was confirmed without its trial");
            remember(flash)?;
            Some(Next::Idle)
        }
        // Nobody would try this one again. But three cuts of power in a row look like boots that fail, too.
        Boot::Confirmed { returned: Some(_) } if life == Life::Fails => Some(Next::Idle),
        Boot::Confirmed { .. } | Boot::FellBack { .. } | Boot::Repaired => {
            assert_eq!(slot, Slot::Ota0, "what nobody trusts runs");
            install(flash, slots::spare(slot))?;
            slots::select(flash, slot, slots::spare(slot)).ok()?;
            Some(Next::Restart)
        }
    }
}

/// Erases just in time, programs, reads back.
fn install(flash: &mut SimulatedFlash, slot: Slot) -> Option<()> {
    let region = Region::of(slot.partition());
    let update = update();
    for (sector, bytes) in (0..).zip(update.chunks(SECTOR_SIZE as usize)) {
        let at = sector * SECTOR_SIZE;
        region.erase(flash, at, SECTOR_SIZE).ok()?;
        region.program(flash, at, bytes).ok()?;
        region.read_back(flash, at, bytes).ok()?;
    }
    Some(())
}

fn remember(flash: &mut SimulatedFlash) -> Option<()> {
    let mut memory = Memory::load(flash).ok()?.memory;
    memory.release = Some(Accepted {
        epoch: 2,
        version: ShortText::of("2.0.0"),
    });
    memory.store(flash).ok().map(drop)
}

fn runs_update(flash: &SimulatedFlash, slot: Slot) -> bool {
    let update = update();
    let start = slot.partition().offset;
    let length = u32::try_from(update.len()).unwrap();
    flash.bytes(start..start + length) == update
}

#[test]
fn a_whole_update_cut_everywhere() {
    cut(
        "install, select, start, confirm",
        &new_device(),
        |flash| live(flash, Life::Works),
        |flash, _| {
            live(flash, Life::Works);
            assert!(is_updated(flash));
        },
    );
}

#[test]
fn an_update_that_fails_cut_everywhere() {
    cut(
        "install, select, start, fail, go back",
        &new_device(),
        |flash| live(flash, Life::Fails),
        |flash, _| {
            live(flash, Life::Fails);
            let (slot, came_to) = settled(flash);
            assert_eq!(slot, Slot::Ota0);
            assert!(matches!(came_to, Boot::Confirmed { returned: Some(_) }));
        },
    );
}
