//! Time that passes only when everybody waits, and then up to the first alarm: hours take no time, and nothing depends on how
//! fast the host is.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use device::platform::Timer;

/// A timer of a board, and the executor that goes with it. Clones share their time.
#[derive(Clone, Debug, Default)]
pub struct VirtualTimer {
    shared: Rc<Shared>,
    /// When the board was started.
    started: Duration,
}

#[derive(Debug, Default)]
struct Shared {
    now: Cell<Duration>,
    alarms: RefCell<BTreeMap<u64, Duration>>,
    numbers: Cell<u64>,
}

/// Somebody waits.
struct Alarm<'a> {
    shared: &'a Shared,
    number: u64,
    at: Duration,
}

/// Whether somebody can go on.
#[derive(Default)]
struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl VirtualTimer {
    /// The timer of a board that is started now.
    #[must_use]
    pub fn restarted(&self) -> Self {
        Self {
            shared: Rc::clone(&self.shared),
            started: self.now(),
        }
    }

    /// Time since all began, over restarts.
    pub fn now(&self) -> Duration {
        self.shared.now.get()
    }

    /// What `future` gives.
    ///
    /// # Panics
    /// It hangs: it waits, and for no time.
    pub fn run<F: Future>(&self, future: F) -> F::Output {
        let output = self.run_unless(future, || false);
        output.unwrap_or_else(|| unreachable!("nothing stops it"))
    }

    /// What `future` gives; `None` when it had to wait and `stop` said so.
    ///
    /// # Panics
    /// It hangs: it waits, and for no time.
    pub fn run_unless<F: Future>(&self, future: F, stop: impl Fn() -> bool) -> Option<F::Output> {
        let mut future = pin!(future);
        let woken = Arc::new(Woken::default());
        let waker = Waker::from(Arc::clone(&woken));
        let mut context = Context::from_waker(&waker);
        loop {
            if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
                return Some(output);
            }
            // Who only lets others go first does not wait.
            if woken.0.swap(false, Ordering::Relaxed) {
                continue;
            }
            if stop() {
                return None;
            }
            let next = self.shared.alarms.borrow().values().min().copied();
            let next = next.expect("it hangs: it waits, and for no time");
            self.shared.now.set(self.now().max(next));
        }
    }
}

impl Timer for VirtualTimer {
    fn uptime(&self) -> Duration {
        self.now().saturating_sub(self.started)
    }

    async fn sleep(&self, duration: Duration) {
        let alarm = Alarm::after(&self.shared, duration);
        poll_fn(|_| match self.now() >= alarm.at {
            true => Poll::Ready(()),
            false => Poll::Pending,
        })
        .await;
    }
}

impl<'a> Alarm<'a> {
    fn after(shared: &'a Shared, duration: Duration) -> Self {
        let (number, at) = (shared.numbers.get(), shared.now.get() + duration);
        shared.numbers.set(number + 1);
        shared.alarms.borrow_mut().insert(number, at);
        Self { shared, number, at }
    }
}

impl Drop for Alarm<'_> {
    fn drop(&mut self) {
        self.shared.alarms.borrow_mut().remove(&self.number);
    }
}

#[cfg(test)]
mod tests {
    use super::VirtualTimer;
    use device::platform::Timer as _;
    use std::time::Duration;

    #[test]
    fn the_first_alarm_rings_first() {
        let timer = VirtualTimer::default();
        let (short, long) = (Duration::from_secs(3), Duration::from_hours(5));
        timer.run(async {
            let twice = async {
                timer.sleep(short).await;
                timer.sleep(short).await;
            };
            assert!(timer.within(long, twice).await.is_ok());
            assert!(timer.within(short, timer.sleep(long)).await.is_err());
        });
        assert_eq!(timer.uptime(), short * 3);
        assert_eq!(timer.restarted().uptime(), Duration::ZERO);
    }

    #[test]
    fn it_can_be_stopped_where_it_waits() {
        let timer = VirtualTimer::default();
        assert!(
            timer
                .run_unless(std::future::pending::<()>(), || true)
                .is_none()
        );
    }
}
