//! The console.

use alloc::string::String;
use core::fmt::{self, Write as _};

use device::platform::Console;

/// More than is ever said: a console that grows would be measured as the device's heap.
const ROOM: usize = 32 * 1024;

/// The lines, each with a line break.
#[derive(Debug)]
pub(crate) struct Lines(pub(crate) String);

impl Lines {
    pub(crate) fn new() -> Self {
        Self(String::with_capacity(ROOM))
    }
}

impl Console for Lines {
    fn line(&mut self, text: fmt::Arguments<'_>) {
        // It never fails.
        let _ = writeln!(self.0, "{text}");
    }
}
