//! A board with a running image, and a console that keeps its lines.

use std::fmt;
use std::sync::LazyLock;

use device::flash_layout::{FLASH_SIZE, OTA_0, OTA_1, OTADATA};
use device::otadata;
use device::platform::Console;
use simulated::flash::SimulatedFlash;

/// Older bytes everywhere.
static USED: LazyLock<SimulatedFlash> =
    LazyLock::new(|| SimulatedFlash::erased().with(0, &vec![0xA5; FLASH_SIZE as usize]));

/// `ota_0` runs and is selected; everything else is older bytes.
pub(crate) fn flash(running: &[u8]) -> SimulatedFlash {
    let flash = USED.clone().with(OTA_0.offset, running);
    flash.with(OTADATA.offset, &otadata::initial())
}

/// The spare slot.
pub(crate) fn spare(flash: &SimulatedFlash) -> Vec<u8> {
    flash.contents(&OTA_1)
}

/// Everything but the spare slot: the running one and otadata among it.
pub(crate) fn others(flash: &SimulatedFlash) -> [Vec<u8>; 2] {
    [0..OTA_1.offset, OTA_1.end()..FLASH_SIZE].map(|range| flash.bytes(range))
}

/// All of it.
pub(crate) fn everything(flash: &SimulatedFlash) -> Vec<u8> {
    flash.bytes(0..FLASH_SIZE)
}

/// Lines of a console.
#[derive(Default)]
pub(crate) struct Lines(pub(crate) Vec<String>);

impl Console for Lines {
    fn line(&mut self, text: fmt::Arguments<'_>) {
        let text = text.to_string();
        assert!(!text.chars().any(char::is_control), "{text:?}");
        self.0.push(text);
    }
}
