//! What the update client needs of a board, as traits: the same code runs on the chip and in host tests.
//!
//! | need | trait |
//! | --- | --- |
//! | TCP and UDP | [`Network`] |
//! | time that passes | [`Timer`] |
//! | NOR flash, the whole chip, by absolute offsets | [`embedded_storage::nor_flash::NorFlash`] |
//! | randomness fit for keys | [`rand_core::CryptoRngCore`] |
//! | a console for people | [`Console`] |
//! | a reset when all else fails | [`Watchdog`] |
//! | a word that outlives a reset | [`Scratch`] |

use core::fmt;
use core::future::Future;
use core::time::Duration;

use embassy_futures::select::{Either, select};
use embedded_io_async::{Read, Write};

/// Reaches hosts by name. Names are not authentic: whoever answers must still be verified.
pub trait Network {
    /// A TCP connection. It is aborted when it is dropped.
    type Connection: Read + Write;
    /// Why a host was not reached, in words for people.
    type Error: fmt::Debug + fmt::Display;

    /// Opens a TCP connection. It may take forever: callers use [`Timer::within`].
    ///
    /// # Errors
    ///
    /// The name has no address, or nobody accepts the connection.
    fn connect(
        &mut self,
        host: &str,
        port: u16,
    ) -> impl Future<Output = Result<Self::Connection, Self::Error>>;

    /// Who was last reached at `host` is not the host, or does not speak as it must. Where there is another address, the next
    /// connection goes there.
    fn useless(&mut self, host: &str) {
        let _ = host;
    }

    /// Sends one datagram and gives the bytes of the first one that comes back from that address and port; cut off where
    /// it is longer than `answer`. It may take forever: callers use [`Timer::within`].
    ///
    /// # Errors
    ///
    /// The name has no address, or the datagram cannot be sent.
    fn exchange(
        &mut self,
        host: &str,
        port: u16,
        question: &[u8],
        answer: &mut [u8],
    ) -> impl Future<Output = Result<usize, Self::Error>>;
}

/// Time that passes since the board started. It says nothing of the date.
pub trait Timer {
    /// Time since the board started. Never goes back.
    fn uptime(&self) -> Duration;

    /// Waits.
    fn sleep(&self, duration: Duration) -> impl Future<Output = ()>;

    /// What `future` gives, if it does so in time; it is dropped otherwise.
    ///
    /// A future that is given by value stands in memory twice: where the caller gave it, and where it runs. Pin a large one first
    /// (`core::pin::pin`), and give that.
    ///
    /// # Errors
    ///
    /// [`TimedOut`].
    fn within<F: Future>(
        &self,
        limit: Duration,
        future: F,
    ) -> impl Future<Output = Result<F::Output, TimedOut>> {
        async move {
            match select(future, self.sleep(limit)).await {
                Either::First(output) => Ok(output),
                Either::Second(()) => Err(TimedOut { limit }),
            }
        }
    }
}

/// Something took longer than it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimedOut {
    /// How long it may take.
    pub limit: Duration,
}

/// Where each step is told to a person.
pub trait Console {
    /// Prints a line. `text` has no line break.
    fn line(&mut self, text: fmt::Arguments<'_>);
}

/// A word that outlives a reset, but no loss of power. What it holds after one may be anything.
pub trait Scratch {
    /// What it holds.
    fn load(&self) -> u32;

    /// Has it hold `word`.
    fn store(&mut self, word: u32);
}

/// Resets the board when the client hangs.
pub trait Watchdog {
    /// The client says that it will call again within `limit`. When it does not, the board resets.
    fn allow(&mut self, limit: Duration);
}

impl core::error::Error for TimedOut {}

impl fmt::Display for TimedOut {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "no answer within {} s", self.limit.as_secs())
    }
}
