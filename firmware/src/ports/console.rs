//! Lines of the update client, among those of the firmware.

use core::fmt;

use device::platform::Console;

/// Both consoles of the board.
pub(crate) struct BothConsoles;

impl Console for BothConsoles {
    fn line(&mut self, text: fmt::Arguments<'_>) {
        crate::console::line(text);
    }
}
