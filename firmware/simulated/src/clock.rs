//! Time that passes.

use std::cell::Cell;
use std::future::{Future, poll_fn};
use std::task::Poll;
use std::time::{Duration, Instant};

use device::platform::Timer;

/// The time of the host, from when this was made.
#[derive(Clone, Copy, Debug)]
pub struct RealTimer(Instant);

/// Time that passes only in [`Timer::sleep`], and then at once: hours of waiting take no time, and nothing depends on how
/// fast the host is. A limit on something that really waits must be asked of [`RealTimer`].
#[derive(Debug, Default)]
pub struct SteppedTimer(Cell<Duration>);

impl RealTimer {
    /// Time from now on.
    #[allow(
        clippy::disallowed_methods,
        reason = "the clock of the simulated board"
    )]
    pub fn start() -> Self {
        Self(Instant::now())
    }
}

impl Timer for RealTimer {
    fn uptime(&self) -> Duration {
        self.0.elapsed()
    }

    fn sleep(&self, duration: Duration) -> impl Future<Output = ()> {
        let end = self.uptime() + duration;
        poll_fn(move |_| match self.uptime() >= end {
            true => Poll::Ready(()),
            false => Poll::Pending,
        })
    }
}

impl Timer for SteppedTimer {
    fn uptime(&self) -> Duration {
        self.0.get()
    }

    /// Asked for the first time it waits, so that what it is a limit for gets its turn; then the time has passed.
    fn sleep(&self, duration: Duration) -> impl Future<Output = ()> {
        let mut turns = 0;
        poll_fn(move |_| {
            turns += 1;
            if turns == 1 {
                return Poll::Pending;
            }
            self.0.set(self.0.get() + duration);
            Poll::Ready(())
        })
    }
}
