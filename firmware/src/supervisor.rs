//! Keeps the board alive: the watchdog is fed for as long as tasks get to run and whoever promised to come back is in time.
//!
//! What hangs ends in a restart: a task that never yields, or interrupts that stay masked, by the watchdog; one that waits
//! for something that never comes, by its own deadline; a panic by itself (`panic.rs`). What only *cannot* go on says why, for a person at the console, and
//! restarts after an hour: what failed may have passed.

use core::fmt;
use core::sync::atomic::{AtomicU32, Ordering};

use device::startup::{Due, Stay};
use embassy_time::{Instant, Timer};

use crate::boot::{self, Halt};
use crate::console::say;
use crate::watchdog::{FEED_INTERVAL, Watchdog};

/// Time for the console to drain before a restart.
const DRAIN_MICROSECONDS: u32 = 100_000;

/// The second after the start by which the update client is to be heard of; [`NOBODY`] has promised anything at first.
static DEADLINE: AtomicU32 = AtomicU32::new(NOBODY);
const NOBODY: u32 = u32::MAX;

/// Promises that the caller comes back here within `limit`, rounded up to a second, and takes back what it promised before.
/// If it does not come back, the board restarts.
pub(crate) fn promise(limit: core::time::Duration) {
    let seconds = limit.as_secs().saturating_add(1);
    let deadline = Instant::now().as_secs().saturating_add(seconds);
    let deadline = u32::try_from(deadline).unwrap_or(NOBODY);
    DEADLINE.store(deadline, Ordering::Relaxed);
}

/// Says why, and resets the chip.
pub(crate) fn restart(why: fmt::Arguments<'_>) -> ! {
    say!("supervisor: restarting: {why}");
    esp_hal::rom::ets_delay_us(DRAIN_MICROSECONDS);
    esp_hal::system::software_reset()
}

/// Feeds the watchdog. If the device halted, repeats why, and restarts at last.
pub(crate) async fn supervise(mut watchdog: Watchdog, halt: Option<Halt>) -> ! {
    let uptime = || core::time::Duration::from_micros(Instant::now().as_micros());
    let mut stay = Stay::since(uptime());
    loop {
        watchdog.feed();
        let deadline = DEADLINE.load(Ordering::Relaxed);
        if Instant::now().as_secs() > u64::from(deadline) {
            restart(format_args!(
                "nothing is heard of the update client since {deadline} s after the start"
            ));
        }
        if let Some(halt) = &halt {
            match stay.due(uptime()) {
                Due::Nothing => {}
                Due::Reminder => boot::print(halt),
                Due::Restart => restart(format_args!("what failed at the start may have passed")),
            }
        }
        Timer::after(FEED_INTERVAL).await;
    }
}
