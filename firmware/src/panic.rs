//! A panic is reported on the console and ends in a reset.

use core::panic::PanicInfo;
use core::sync::atomic::{AtomicBool, Ordering};

use crate::console::say;

/// Time for the console to drain and for a person to read, before the reset.
const DELAY_MICROSECONDS: u32 = 3_000_000;

/// A second panic, one while the first is printed, resets at once.
static PANICKING: AtomicBool = AtomicBool::new(false);

/// Reports and resets. Interrupts stay masked, so that no radio task runs on broken state.
#[panic_handler]
fn panic(info: &PanicInfo<'_>) -> ! {
    critical_section::with(|_| {
        if !PANICKING.load(Ordering::Relaxed) {
            PANICKING.store(true, Ordering::Relaxed);
            say!("panic: {info}");
            say!("panic: restarting in {} s", DELAY_MICROSECONDS / 1_000_000);
            esp_hal::rom::ets_delay_us(DELAY_MICROSECONDS);
        }
        esp_hal::system::software_reset()
    })
}
