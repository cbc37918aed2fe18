//! Time since the board started.

use core::future::Future;
use core::time::Duration;

use device::platform::Timer;
use embassy_time::Instant;

/// The system timer, in microseconds.
pub(crate) struct BoardTimer;

impl Timer for BoardTimer {
    fn uptime(&self) -> Duration {
        Duration::from_micros(Instant::now().as_micros())
    }

    fn sleep(&self, duration: Duration) -> impl Future<Output = ()> {
        let microseconds = u64::try_from(duration.as_micros()).unwrap_or(u64::MAX);
        let end = Instant::now().checked_add(embassy_time::Duration::from_micros(microseconds));
        embassy_time::Timer::at(end.unwrap_or(Instant::MAX))
    }
}
