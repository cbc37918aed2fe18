//! Asking for the time.

use core::time::Duration;

use super::board::{Board, Platform};
use super::{Client, SLACK};
use crate::platform::{Console, Timer, Watchdog};
use crate::time::{self, SntpError};

/// How long the setting of the clock is used.
pub const CLOCK_AGE: Duration = Duration::from_hours(24);

impl<P: Platform> Client<'_, P> {
    /// Asks for the time, unless it is known well enough. Whether anybody told it, right or wrong.
    pub(super) async fn tell_time(&mut self) -> bool {
        let now = self.board.timer.uptime();
        let asked = self.clock_asked;
        let fresh = asked.is_some_and(|asked| now.saturating_sub(asked) < CLOCK_AGE);
        if fresh && self.state.time.is_set() {
            return false;
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
        let (servers, floor) = (&self.state.image.time_servers, self.state.time.floor());
        match time::ask(network, timer, random, servers, floor).await {
            Ok(reading) => {
                match self.state.time.set(reading) {
                    Ok(()) => console.line(format_args!("time: it is {}", reading.now)),
                    Err(error) => {
                        console.line(format_args!("time: {error}; the clock is not set"));
                    }
                }
                true
            }
            Err(error) => {
                console.line(format_args!("time: {error}; it is at least {floor}"));
                !matches!(error, SntpError::TooFewAnswers { answers: 0, .. })
            }
        }
    }
}
