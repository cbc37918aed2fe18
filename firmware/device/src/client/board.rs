//! The board that the client runs on, and the image that it is part of.

use core::fmt;

use embedded_storage::nor_flash::MultiwriteNorFlash;
use rand_core::CryptoRngCore;

use crate::otadata::Slot;
use crate::platform::{Console, Network, Scratch, Timer, Watchdog};
use crate::release::Running;
use crate::store::TrustStore;
use crate::tls::TlsEngine;
use crate::verify::Moment;

/// The types of a board.
pub trait Platform {
    /// TCP and UDP.
    type Network: Network;
    /// Time that passes.
    type Timer: Timer;
    /// Randomness fit for keys.
    type Random: CryptoRngCore;
    /// The whole flash chip.
    type Flash: MultiwriteNorFlash;
    /// Where each step is told.
    type Console: Console;
    /// Resets the board when the client hangs.
    type Watchdog: Watchdog;
    /// Outlives a reset.
    type Scratch: Scratch;
    /// What speaks TLS.
    type Tls: TlsEngine;
}

/// The parts of a board.
pub struct Board<P: Platform> {
    /// TCP and UDP.
    pub network: P::Network,
    /// Time that passes.
    pub timer: P::Timer,
    /// Randomness fit for keys.
    pub random: P::Random,
    /// The whole flash chip.
    pub flash: P::Flash,
    /// Where each step is told.
    pub console: P::Console,
    /// Resets the board when the client hangs.
    pub watchdog: P::Watchdog,
    /// Outlives a reset.
    pub scratch: P::Scratch,
    /// What speaks TLS.
    pub tls: P::Tls,
}

/// The image that runs.
#[derive(Clone, Debug)]
pub struct Image<'a> {
    /// What it says of itself.
    pub running: Running<'a>,
    /// The slot that it runs from, as the hardware says it.
    pub booted: Slot,
    /// The trust store in it.
    pub store: TrustStore<'a>,
    /// Two servers that tell the time (SNTP), of different operators.
    pub time_servers: [&'a str; 2],
}

impl Image<'_> {
    /// When it was built: the first moment that the floor of the time is at.
    pub fn built(&self) -> Moment {
        let seconds = self.running.edition.source_date_epoch();
        let earliest = Moment::start_of(crate::day::Day::MIN);
        Moment::from_unix_seconds(seconds).unwrap_or(earliest)
    }
}

impl<P: Platform> Board<P> {
    pub(super) fn say(&mut self, text: fmt::Arguments<'_>) {
        self.console.line(text);
    }
}
