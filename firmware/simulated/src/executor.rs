//! Runs a future to its end, on this thread.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

/// How long nobody is asked after everybody had to wait.
const PAUSE: Duration = Duration::from_micros(200);

/// What `future` gives. Whoever waits is asked again and again: sockets and clocks here wake nobody.
pub fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
        std::thread::sleep(PAUSE);
    }
}
