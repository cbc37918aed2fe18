//! Time that passes only when everybody waits, and then up to the first alarm.

use alloc::rc::Rc;
use core::cell::Cell;
use core::future::poll_fn;
use core::pin::pin;
use core::task::{Context, Poll, Waker};
use core::time::Duration;

use device::platform::Timer;

/// A timer, and the executor that goes with it. Clones share their time.
#[derive(Clone, Debug, Default)]
pub(crate) struct Time {
    shared: Rc<Shared>,
    activity: Activity,
}

#[derive(Debug, Default)]
struct Shared {
    now: Cell<Duration>,
    /// The first one that somebody waits for.
    alarm: Cell<Option<Duration>>,
}

/// Whether somebody did something, and so does not wait but lets others go first. A waker would say it; a safe one needs atomics that
/// the chip does not have.
#[derive(Clone, Debug, Default)]
pub(crate) struct Activity(Rc<Cell<bool>>);

impl Activity {
    /// Somebody did something.
    pub(crate) fn note(&self) {
        self.0.set(true);
    }
}

impl Time {
    pub(crate) fn new(activity: &Activity) -> Self {
        Self {
            shared: Rc::default(),
            activity: activity.clone(),
        }
    }

    /// What `future` gives; `None` when it waits for what never comes.
    pub(crate) fn run<F: Future>(&self, future: F) -> Option<F::Output> {
        let mut future = pin!(future);
        let mut context = Context::from_waker(Waker::noop());
        loop {
            self.shared.alarm.set(None);
            if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
                return Some(output);
            }
            if self.activity.0.take() {
                continue;
            }
            let alarm = self.shared.alarm.get()?;
            self.shared.now.set(alarm.max(self.uptime()));
        }
    }
}

impl Timer for Time {
    fn uptime(&self) -> Duration {
        self.shared.now.get()
    }

    fn sleep(&self, duration: Duration) -> impl Future<Output = ()> {
        let at = self.uptime().saturating_add(duration);
        poll_fn(move |_| {
            if self.uptime() >= at {
                return Poll::Ready(());
            }
            let first = self.shared.alarm.get().map_or(at, |other| other.min(at));
            self.shared.alarm.set(Some(first));
            Poll::Pending
        })
    }
}
