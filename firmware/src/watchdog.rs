//! The RTC watchdog: resets the chip when the main task no longer runs.
//!
//! `esp_hal::init` turns all watchdogs off. This one is clocked by the RTC, so it also ends a hang
//! with masked interrupts.

use embassy_time::Duration;
use esp_hal::peripherals::RTC_TIMER;
use esp_hal::rtc_cntl::{Rtc, Rwdt, RwdtStage};

/// What takes longest without letting other tasks run is a hostile server's handshake: at most 11 signatures, of which each takes
/// four seconds if flash is ten times slower than it should be (docs/device.md).
const TIMEOUT: esp_hal::time::Duration = esp_hal::time::Duration::from_secs(120);

/// How often [`Watchdog::feed`] has to be called at least: 24 times within the timeout.
pub(crate) const FEED_INTERVAL: Duration = Duration::from_secs(5);

/// A running watchdog.
pub(crate) struct Watchdog(Rwdt);

impl Watchdog {
    /// Starts it. There is no way to stop it again.
    pub(crate) fn start(timer: RTC_TIMER<'static>) -> Self {
        let mut watchdog = Rtc::new(timer).rwdt;
        watchdog.set_timeout(RwdtStage::Stage0, TIMEOUT);
        watchdog.enable();
        watchdog.feed();
        Self(watchdog)
    }

    /// Says that the main task runs.
    pub(crate) fn feed(&mut self) {
        self.0.feed();
    }
}
