//! What the update client promises to the supervisor.

use core::time::Duration;

use device::platform::Watchdog;

use crate::supervisor;

/// Promises, on behalf of who holds it.
pub(crate) struct Promise;

impl Watchdog for Promise {
    fn allow(&mut self, limit: Duration) {
        supervisor::promise(limit);
    }
}
