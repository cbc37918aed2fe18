//! A round: the time, each endpoint in turn, rescue.

use core::fmt;
use core::time::Duration;

use super::board::Platform;
use super::order::Order;
use super::visit::Visited;
use super::{Client, Next, Restart, step};
use crate::memory::{LastError, ShortText};
use crate::platform::Timer;

/// How long an image goes on without a server that is of use; then it resets the board. Radio drivers hang, and nothing tells
/// that from a network that is gone. An image on trial is taken back long before.
pub const OFFLINE_LIMIT: Duration = Duration::from_hours(24);

impl<P: Platform> Client<'_, P> {
    /// One round over the endpoints.
    pub async fn round(&mut self) -> Next {
        self.failed = false;
        self.state.tried = self.after_reset.tried.take();
        if let Some(next) = self.count_late() {
            return next;
        }
        self.learn_time().await;
        let order = self.order();
        if let Some(next) = self.visit_by_any_clock(&order.before_rescue).await {
            return next;
        }
        self.remember_failure();
        if self.rescue().await {
            // Other servers, or other anchors: the failures until now say nothing of them.
            self.useful = self.board.timer.uptime();
            return Next::Wait(Duration::ZERO);
        }
        if let Some(next) = self.visit_by_any_clock(&order.after_rescue).await {
            return next;
        }
        self.remember_failure();
        self.after_failure()
    }

    /// Longer after each failure.
    pub(super) fn wait_after_failure(&mut self) -> Duration {
        let wait = self.backoff.failed(&mut self.board.random);
        match self.state.on_trial && !self.trial_is_over() {
            true => self.trial.wait(&mut self.board.random),
            false => wait,
        }
    }

    /// How many there are.
    pub(super) fn endpoints(&self) -> usize {
        self.state.in_force().endpoints().len()
    }

    /// Not in the round after a reset that came while it was asked: what was answered then may have caused it.
    async fn learn_time(&mut self) {
        if core::mem::take(&mut self.after_reset.of_time) {
            self.board.say(format_args!(
                "time: the board was reset while it asked; it goes on without"
            ));
            return;
        }
        self.begin_step(step::TIME);
        let told = self.tell_time().await;
        step::end(&mut self.board.scratch);
        if told {
            self.reached_network();
        }
    }

    /// A reset from now on interrupts `step`.
    pub(super) fn begin_step(&mut self, step: usize) {
        let booted = self.state.image.booted;
        step::begin(
            &mut self.board.scratch,
            booted,
            step,
            self.after_reset.resets,
        );
    }

    fn order(&mut self) -> Order {
        let all = self.endpoints();
        match core::mem::take(&mut self.after_reset.first) {
            first if (1..=all).contains(&first) => Order::after_reset(first, all),
            _ => Order::after_successes(self.state.memory.successes, all),
        }
    }

    fn after_failure(&mut self) -> Next {
        if self.trial_is_over()
            && let Some(next) = self.roll_back()
        {
            return next;
        }
        self.after_reset.resets = 0;
        let offline = self.board.timer.uptime().saturating_sub(self.useful);
        if offline >= OFFLINE_LIMIT {
            let hours = OFFLINE_LIMIT.as_secs().div_euclid(3600);
            self.board.say(format_args!(
                "client: no server was of use for {hours} h; the board restarts, for its radio may hang"
            ));
            return Next::Restart(Restart::Offline);
        }
        Next::Wait(self.wait_after_failure())
    }

    /// Visits the endpoints at these places, and once more without the clock when one was refused for its dates: SNTP is not
    /// authentic. Nothing is given away by it: who can set the clock could also keep it from being set.
    async fn visit_by_any_clock(&mut self, places: &[usize]) -> Option<Next> {
        self.clock_doubted = false;
        let next = self.visit_each(places).await;
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
    async fn visit_each(&mut self, places: &[usize]) -> Option<Next> {
        for place in places {
            self.begin_step(*place);
            let visited = self.visit(*place).await;
            step::end(&mut self.board.scratch);
            match visited {
                Ok(visited) => return Some(self.after(visited)),
                Err(error) => {
                    self.clock_doubted |= error.is_for_the_clock();
                    self.trial.failed(&error);
                    self.failed(&error);
                }
            }
        }
        None
    }

    /// What follows when an endpoint answered as it should.
    fn after(&mut self, visited: Visited) -> Next {
        match visited {
            Visited::Installed => Next::Restart(Restart::Updated),
            Visited::Current => {
                self.succeeded();
                Next::Wait(self.backoff.succeeded(&mut self.board.random))
            }
            Visited::PutOff(left) => {
                self.succeeded();
                Next::Wait(self.backoff.put_off(left, &mut self.board.random))
            }
        }
    }

    fn succeeded(&mut self) {
        self.after_reset.resets = 0;
        self.useful = self.board.timer.uptime();
        self.state.memory.last_error = None;
        self.state.memory.last_success = Some(self.clock().basis().for_not_after());
        self.state.memory.successes = self.state.memory.successes.wrapping_add(1);
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

    /// On trial, rounds follow each other so quickly that only the first one of a start is written; how the trial ended is
    /// written at its end.
    fn remember_failure(&mut self) {
        if !self.state.on_trial || self.backoff.failed_rounds() == 0 {
            self.remember();
        }
    }
}
