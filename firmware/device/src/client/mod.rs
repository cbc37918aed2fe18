//! The update client: what a device does from its start to the next one.
//!
//! ```text
//! start: the boot was counted (`startup`) ─► recall ─► store in force
//! round: time ─► each endpoint in turn: verified connection ─► signed manifest
//!                                       ─► on trial? rehearse the update ─► confirm the trial
//!                                       ─► newer? install ─► select ─► restart
//!              ─► no endpoint answered as it should: rescue store over plain HTTP ─► another round
//!              ─► wait (six hours; after a failure longer and longer; after a day of failures the board is reset)
//! ```
//!
//! **It cannot be locked out.** Whatever one endpoint answers, the next one is asked: another host under another CA. That holds
//! for one that has the board reset too: after that, the next one comes first. When none is
//! trusted, a rescue store is taken from anywhere. An image that cannot fetch the image of a signed release is taken back before
//! it becomes the only one. Nothing that a server or the time says is remembered in a way that would refuse the next server:
//! the floor of the time is the date of an image that a server was verified by.
//!
//! **It does not hang.** Each step has a limit, and the watchdog is told the limit of the whole before it begins.
//!
//! | file | what it is |
//! | --- | --- |
//! | [`board`] | the board and the image that the client runs on and in |
//! | `boot.rs` | the start |
//! | `late.rs` | a start that could not be counted at once |
//! | `trial.rs`, `rehearsal.rs` | an image that has yet to show that it can be updated; how it does |
//! | `clock.rs` | asking for the time |
//! | `round.rs`, `order.rs` | all endpoints in turn, and rescue; which comes first |
//! | `visit.rs`, `visit_error.rs` | one endpoint: manifest, confirming; what its failure says |
//! | `update.rs`, `attempts.rs` | installing and selecting; when a release that failed is tried again |
//! | [`fetch`], `small_file.rs` | files of an endpoint |
//! | `desk.rs`, `line.rs`, `exchange.rs` | the connection that they come over, one for all of them |
//! | `step.rs` | where a reset came, so that another endpoint is asked first then |
//! | `errand.rs`, `state.rs` | what each file is fetched with; what the client knows |
//! | `rescue.rs` | a store from anywhere |
//! | [`backoff`] | when to come back |
//! | [`status`] | what the device says of itself |

pub mod backoff;
pub mod board;
pub mod fetch;
pub mod status;

mod attempts;
mod boot;
mod clock;
mod desk;
mod errand;
mod exchange;
mod late;
mod line;
mod order;
mod rehearsal;
mod rescue;
mod round;
mod small_file;
mod state;
mod step;
mod trial;
mod update;
mod visit;
mod visit_error;

use core::time::Duration;

pub use board::{Board, Image, Platform};
pub(crate) use boot::note_rolled_back;
pub use boot::{Started, start};
pub use clock::CLOCK_AGE;
pub use round::OFFLINE_LIMIT;
pub use trial::TRIAL_LIMIT;
pub use update::INSTALL_LIMIT;
pub use visit::MANIFEST_LIMIT;
pub use visit_error::VisitError;

use self::backoff::Backoff;
use self::state::State;
use self::step::AfterReset;
use self::trial::Trial;
use crate::memory::Memory;
use crate::platform::{Timer, Watchdog};
use crate::verify::Clock;

/// Beyond a limit, for what is done before and after it.
const SLACK: Duration = Duration::from_mins(5);

/// A client that was started.
pub struct Client<'a, P: Platform> {
    board: Board<P>,
    state: State<'a>,
    /// When the clock was last asked for.
    clock_asked: Option<Duration>,
    /// Whether a certificate was refused for its dates in this round.
    clock_doubted: bool,
    /// Whether an endpoint failed in this round.
    failed: bool,
    /// When a release was last tried; 0 where that was before this start.
    tried_at: Duration,
    /// When a server was last of use; at first, when the client was started.
    useful: Duration,
    /// What the trial of this image has come to.
    trial: Trial,
    /// What is left of the reset before this start.
    after_reset: AfterReset,
    backoff: Backoff,
}

/// What to do after a round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Reset the board now.
    Restart(Restart),
    /// Another round after this time.
    Wait(Duration),
}

/// Why the board is to be reset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Restart {
    /// No server was of use for [`OFFLINE_LIMIT`]: what hangs may be on this board.
    Offline,
    /// The image on trial is taken back: the one before it is started.
    RolledBack,
    /// A new image is selected.
    Updated,
}

impl<'a, P: Platform> Client<'a, P> {
    /// The client of an image that was started, on a board whose network is on.
    pub fn new(mut board: Board<P>, started: Started<'a>) -> Self {
        let Started(state) = started;
        let useful = board.timer.uptime();
        let after_reset = AfterReset::take(
            &mut board.scratch,
            state.image.booted,
            state.in_force().endpoints().len(),
            state.memory.failed_release.as_ref(),
        );
        Self {
            board,
            state,
            clock_asked: None,
            clock_doubted: false,
            failed: false,
            tried_at: Duration::ZERO,
            useful,
            trial: Trial::default(),
            after_reset,
            backoff: Backoff::after_resets(after_reset.resets),
        }
    }

    /// Rounds, until the board is to be reset. After a reset that interrupted one, the first comes later.
    pub async fn run(&mut self) -> Restart {
        if self.after_reset.resets != 0 {
            let wait = self.wait_after_failure();
            self.wait(wait).await;
        }
        loop {
            match self.round().await {
                Next::Restart(restart) => return restart,
                Next::Wait(wait) => self.wait(wait).await,
            }
        }
    }

    /// The board, for what else is to be done on it between rounds.
    pub const fn board(&mut self) -> &mut Board<P> {
        &mut self.board
    }

    /// What is remembered.
    pub const fn memory(&self) -> &Memory {
        &self.state.memory
    }

    /// Whether the image has yet to show that it can be updated.
    pub const fn is_on_trial(&self) -> bool {
        self.state.on_trial
    }

    async fn wait(&mut self, wait: Duration) {
        if wait.is_zero() {
            return;
        }
        self.board
            .say(format_args!("client: next round in {} s", wait.as_secs()));
        self.board.watchdog.allow(wait.saturating_add(SLACK));
        self.board.timer.sleep(wait).await;
    }

    fn remember(&mut self) {
        if let Err(error) = self.state.memory.store(&mut self.board.flash) {
            self.board.say(format_args!(
                "memory: {error}; what is new is forgotten at the next start"
            ));
        }
    }

    fn clock(&self) -> Clock {
        self.state.time.clock(self.board.timer.uptime())
    }
}
