//! An image that has yet to show that it can be updated.

use core::time::Duration;

use super::board::{Board, Platform};
use super::boot::take_back;
use super::{Client, Next};
use crate::platform::Timer;
use crate::slots;

/// How long an image on trial may run without having reached a signed manifest; then it is taken back.
pub const TRIAL_LIMIT: Duration = Duration::from_mins(20);

impl<P: Platform> Client<'_, P> {
    /// From here on, a reset is not the image's fault: the network may be hostile.
    pub(super) fn reached_network(&mut self) {
        if !self.state.on_trial {
            return;
        }
        if let Err(error) = slots::reached_network(&mut self.board.flash, self.state.image.booted) {
            self.board.say(format_args!("boot: {error}"));
        }
    }

    pub(super) fn trial_is_over(&self) -> bool {
        self.state.on_trial && self.board.timer.uptime() >= TRIAL_LIMIT
    }

    pub(super) fn roll_back(&mut self) -> Next {
        let Board { flash, console, .. } = &mut self.board;
        match take_back(flash, console, self.state.image.booted) {
            Ok(restart) => {
                self.board.say(format_args!(
                    "update: no signed manifest for {} min; the image before this one is started again",
                    TRIAL_LIMIT.as_secs().div_euclid(60)
                ));
                Next::Restart(restart)
            }
            Err(error) => {
                self.board.say(format_args!("update: {error}"));
                Next::Wait(self.backoff.failed(&mut self.board.random))
            }
        }
    }
}
