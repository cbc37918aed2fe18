//! The time of the world, which tests move, and the servers that tell it.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use device::platform::Timer;
use device::verify::Moment;
use simulated::clock::RealTimer;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::time_servers;

/// What the calendar says. Clones share it.
#[derive(Clone)]
pub(crate) struct WorldClock(Arc<AtomicI64>);

/// Time since the start of a board: what really passed, and what the world's calendar was moved since.
pub(crate) struct BoardTimer {
    real: RealTimer,
    world: WorldClock,
    started: i64,
}

/// RFC 3339.
pub(crate) fn date(text: &str) -> OffsetDateTime {
    OffsetDateTime::parse(text, &Rfc3339).unwrap()
}

/// RFC 3339.
pub(crate) fn moment(text: &str) -> Moment {
    Moment::from_unix_seconds(date(text).unix_timestamp()).unwrap()
}

impl WorldClock {
    pub(crate) fn at(text: &str) -> Self {
        Self(Arc::new(AtomicI64::new(date(text).unix_timestamp())))
    }

    pub(crate) fn set(&self, text: &str) {
        self.0.store(date(text).unix_timestamp(), Ordering::SeqCst);
    }

    /// Lets time pass, at once.
    pub(crate) fn pass(&self, time: Duration) {
        let seconds = i64::try_from(time.as_secs()).unwrap();
        self.0.fetch_add(seconds, Ordering::SeqCst);
    }

    pub(crate) fn now(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }

    /// The port of a server of SNTP (RFC 4330) that tells this time, for as long as the test runs.
    pub(crate) fn serve(&self) -> u16 {
        let clock = self.clone();
        time_servers::server(move |question| time_servers::answer(question, clock.now()).to_vec())
    }
}

impl BoardTimer {
    pub(crate) fn start(world: &WorldClock) -> Self {
        Self {
            real: RealTimer::start(),
            world: world.clone(),
            started: world.now(),
        }
    }
}

impl Timer for BoardTimer {
    fn uptime(&self) -> Duration {
        let moved = u64::try_from(self.world.now() - self.started).unwrap();
        self.real.uptime() + Duration::from_secs(moved)
    }

    /// Real, for what is waited for is: an answer from a socket.
    fn sleep(&self, duration: Duration) -> impl Future<Output = ()> {
        self.real.sleep(duration)
    }
}
