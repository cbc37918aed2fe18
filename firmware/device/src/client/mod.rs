//! The update client: what a device does from its start to the next one.
//!
//! ```text
//! start: recall ─► count the boot (trial, rollback) ─► store in force
//! round: time ─► each endpoint in turn: verified connection ─► signed manifest ─► confirm the trial
//!                                       ─► newer? install ─► select ─► restart
//!              ─► no endpoint answered as it should: rescue store over plain HTTP ─► another round
//!              ─► wait (six hours; after a failure longer and longer)
//! ```
//!
//! **It cannot be locked out.** Whatever one endpoint answers, the next one is asked: another host under another CA. That holds
//! for one that has the board reset too: after that, the next one comes first. When none is
//! trusted, a rescue store is taken from anywhere. An image that cannot reach a signed manifest is taken back before it
//! becomes the only one. Nothing that a server or the time says is remembered in a way that would refuse the next server:
//! the floor of the time is the date of an image that a server was verified by.
//!
//! **It does not hang.** Each step has a limit, and the watchdog is told the limit of the whole before it begins.
//!
//! | file | what it is |
//! | --- | --- |
//! | [`board`] | the board and the image that the client runs on and in |
//! | `boot.rs` | the start |
//! | `trial.rs` | an image that has yet to show that it can be updated |
//! | `visit.rs` | one endpoint: manifest, confirming, installing |
//! | [`fetch`], `small_file.rs` | files of an endpoint |
//! | `desk.rs`, `line.rs`, `exchange.rs` | the connection that they come over, one for all of them |
//! | `step.rs` | where a reset came, so that another endpoint is asked first then |
//! | `errand.rs`, `state.rs` | what each file is fetched with; what the client knows |
//! | `rescue.rs` | a store from anywhere |
//! | `attempts.rs` | when a release that failed is tried again |
//! | [`backoff`] | when to come back |
//! | [`status`] | what the device says of itself |

pub mod backoff;
pub mod board;
pub mod fetch;
pub mod status;

mod attempts;
mod boot;
mod desk;
mod errand;
mod exchange;
mod line;
mod rescue;
mod small_file;
mod state;
mod step;
mod trial;
mod visit;

use core::fmt;
use core::ops::Range;
use core::time::Duration;

pub use board::{Board, Image, Platform};
pub use boot::{Started, start, take_back};
pub use trial::TRIAL_LIMIT;
pub use visit::{INSTALL_LIMIT, MANIFEST_LIMIT, VisitError};

use self::backoff::{Backoff, TRIAL_WAIT};
use self::state::State;
use self::step::Interrupted;
use self::visit::Visited;
use crate::memory::{LastError, Memory, ShortText};
use crate::platform::{Console, Timer, Watchdog};
use crate::time;
use crate::verify::Clock;

/// How long the setting of the clock is used.
pub const CLOCK_AGE: Duration = Duration::from_hours(24);
/// The longest that one endpoint may take.
const VISIT_LIMIT: Duration = MANIFEST_LIMIT
    .saturating_add(INSTALL_LIMIT)
    .saturating_add(SLACK);
/// Beyond a wait, for what is done before and after it.
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
    /// The step after the one in which the board was reset: this round begins there.
    first: usize,
    /// How many resets in a row interrupted a step.
    resets: u8,
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
    /// The image on trial is taken back: the one before it is started.
    RolledBack,
    /// A new image is selected.
    Updated,
}

impl<'a, P: Platform> Client<'a, P> {
    /// The client of an image that was started, on a board whose network is on.
    pub fn new(mut board: Board<P>, started: Started<'a>) -> Self {
        let Started(state) = started;
        let interrupted = step::take(&mut board.scratch);
        let resets = interrupted.map_or(0, |interrupted| interrupted.resets);
        let after = |interrupted: Interrupted| usize::from(interrupted.step).saturating_add(1);
        Self {
            board,
            state,
            clock_asked: None,
            clock_doubted: false,
            failed: false,
            first: interrupted.map_or(0, after),
            resets,
            backoff: Backoff::after_resets(resets),
        }
    }

    /// Rounds, until the board is to be reset. After a reset that interrupted one, the first comes later.
    pub async fn run(&mut self) -> Restart {
        if self.resets != 0 {
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

    /// One round over the endpoints.
    pub async fn round(&mut self) -> Next {
        self.failed = false;
        self.reached_network();
        self.tell_time().await;
        let (all, first) = (self.endpoints(), core::mem::take(&mut self.first));
        // Behind the last endpoint comes rescue, and then the first one: none of them is asked again before all others were.
        let first = if first > all { 0 } else { first };
        if let Some(next) = self.visit_by_any_clock(first..all).await {
            return next;
        }
        self.remember();
        if self.rescue().await {
            // Other servers, or other anchors: the failures until now say nothing of them.
            return Next::Wait(Duration::ZERO);
        }
        if let Some(next) = self.visit_by_any_clock(0..first).await {
            return next;
        }
        self.remember();
        if self.trial_is_over() {
            return self.roll_back();
        }
        self.resets = 0;
        Next::Wait(self.wait_after_failure())
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

    fn wait_after_failure(&mut self) -> Duration {
        let wait = self.backoff.failed(&mut self.board.random);
        if self.state.on_trial {
            TRIAL_WAIT
        } else {
            wait
        }
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

    /// Visits the endpoints at these places, and once more without the clock when one was refused for its dates: SNTP is not
    /// authentic. Nothing is given away by it: who can set the clock could also keep it from being set.
    async fn visit_by_any_clock(&mut self, places: Range<usize>) -> Option<Next> {
        self.clock_doubted = false;
        let next = self.visit_each(places.clone()).await;
        if next.is_some() || !self.clock_doubted {
            return next;
        }
        self.state.time.forget();
        self.board.say(format_args!(
            "time: the clock may be wrong, and is not used"
        ));
        self.visit_each(places).await
    }

    /// Each of these endpoints in turn, until one answers as it should; `None` where none does.
    async fn visit_each(&mut self, places: Range<usize>) -> Option<Next> {
        for place in places {
            self.board.watchdog.allow(VISIT_LIMIT);
            step::begin(&mut self.board.scratch, place, self.resets);
            let visited = self.visit(place).await;
            step::end(&mut self.board.scratch);
            match visited {
                Ok(Visited::Current) => {
                    self.succeeded();
                    return Some(Next::Wait(self.backoff.succeeded(&mut self.board.random)));
                }
                Ok(Visited::Installed) => return Some(Next::Restart(Restart::Updated)),
                Err(error) => {
                    self.clock_doubted |= error.is_for_the_clock();
                    self.failed(&error);
                }
            }
        }
        None
    }

    fn endpoints(&self) -> usize {
        self.state.in_force().endpoints().len()
    }

    /// Asks for the time, unless it is known well enough.
    async fn tell_time(&mut self) {
        let now = self.board.timer.uptime();
        let asked = self.clock_asked;
        let fresh = asked.is_some_and(|asked| now.saturating_sub(asked) < CLOCK_AGE);
        if fresh && self.state.time.is_set() {
            return;
        }
        self.board.watchdog.allow(SLACK);
        self.clock_asked = Some(now);
        let Board {
            network,
            timer,
            random,
            console,
            ..
        } = &mut self.board;
        let asked = time::ask(
            network,
            timer,
            random,
            &self.state.image.time_servers,
            self.state.time.floor(),
        );
        match asked.await {
            Ok(reading) => match self.state.time.set(reading) {
                Ok(()) => console.line(format_args!("time: it is {}", reading.now)),
                Err(error) => console.line(format_args!("time: {error}")),
            },
            Err(error) => console.line(format_args!(
                "time: {error}; it is at least {}",
                self.state.time.floor()
            )),
        }
    }

    fn succeeded(&mut self) {
        self.resets = 0;
        self.state.memory.last_error = None;
        self.state.memory.last_success = Some(self.clock().basis().for_not_after());
        self.remember();
    }

    /// What the next endpoint is told. Rounds are counted, not endpoints, and flash is written once in each.
    fn failed(&mut self, error: &dyn fmt::Display) {
        self.board.say(format_args!("client: {error}"));
        let last = self.state.memory.last_error.as_ref();
        let count = last.map_or(0, |last| last.count);
        let again = u32::from(!self.failed);
        self.failed = true;
        self.state.memory.last_error = Some(LastError {
            text: ShortText::of(error),
            count: count.saturating_add(again),
        });
    }

    fn remember(&mut self) {
        if let Err(error) = self.state.memory.store(&mut self.board.flash) {
            self.board.say(format_args!("memory: {error}"));
        }
    }

    fn clock(&self) -> Clock {
        self.state.time.clock(self.board.timer.uptime())
    }
}
