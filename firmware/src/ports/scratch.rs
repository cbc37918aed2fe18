//! A word in RTC RAM, which a reset leaves as it is: of software, of the watchdog, after a panic.

use core::sync::atomic::Ordering;

use device::platform::Scratch;
use portable_atomic::AtomicU32;

/// `esp-riscv-rt` clears it when the chip was powered on, and at no other reset; no image loads anything there. An image that is
/// laid out otherwise may have it at another place, and finds anything.
#[esp_hal::ram(unstable(rtc_fast, persistent))]
static WORD: AtomicU32 = AtomicU32::new(0);

/// The word. There is one on the chip.
pub(crate) struct RtcWord;

impl Scratch for RtcWord {
    fn load(&self) -> u32 {
        WORD.load(Ordering::Relaxed)
    }

    fn store(&mut self, word: u32) {
        WORD.store(word, Ordering::Relaxed);
    }
}
