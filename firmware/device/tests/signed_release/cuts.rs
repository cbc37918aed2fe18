//! Power that is cut while a slot is written: what is half there is never started.

use device::flash_layout::{OTA_1, SECTOR_SIZE};
use device::install::install;
use device::otadata::Slot;
use simulated::application::Application;
use simulated::bootloader::starts;
use simulated::executor::block_on;
use simulated::flash::{COMMAND_SIZE, SimulatedFlash};
use simulated::power::every_cut;

use crate::board::{Lines, others, spare};
use crate::update::{Update, update};

/// Ways to tear each operation. There are many operations.
const TEARS: u64 = 3;

/// A release of two sectors, and a spare slot with an older image that could be started.
fn offered() -> Update {
    let mut update = update();
    update.application.code = 5 * 1024;
    update.build();
    let older = Application {
        code: update.application.code,
        ..Application::new("reference", "1.1.0")
    };
    update.flash.put(OTA_1.offset, &older.image());
    update.publish();
    update
}

/// Installs what is offered into `flash`; whether that came to its end.
fn installed(update: &Update, flash: &mut SimulatedFlash) -> bool {
    let candidate = update.candidate().unwrap().expect("it is newer");
    let mut server = update.server.clone();
    let mut lines = Lines::default();
    let installing = install(&mut server, &candidate, flash, Slot::Ota1, &mut lines);
    block_on(installing).is_ok()
}

#[test]
fn at_every_erase_and_program_nothing_half_written_can_be_started() {
    let update = offered();
    let before = update.flash.clone();
    let cuts = every_cut(
        &before,
        TEARS,
        |flash| {
            let installed = installed(&update, flash);
            assert_ne!(installed, flash.is_off());
        },
        |flash, point| {
            let found = spare(flash);
            let untouched = found == spare(&before);
            let whole = found.starts_with(&update.image);
            assert!(whole || point.is_some());
            assert_eq!(starts(flash, Slot::Ota1), untouched || whole);
            assert!(others(flash) == others(&before));
            assert!(installed(&update, flash), "the next time it works");
            assert!(spare(flash).starts_with(&update.image));
        },
    );
    // Two sectors, each erased once and programmed whole.
    let commands = SECTOR_SIZE as usize / COMMAND_SIZE;
    assert_eq!(cuts.operations as usize, 2 * (1 + commands));
}
