//! A start that could not be counted at once, because otadata could not be read or written. It is not known whether the image is on
//! trial: it asks for releases, and installs none.

use super::board::{Board, Platform};
use super::boot::note_rolled_back;
use super::{Client, Next, Restart};
use crate::memory::RolledBack;
use crate::slots::{self, Boot};

impl<P: Platform> Client<'_, P> {
    /// Counts the start now, if it was not. What comes of it is as it would have been at the start.
    pub(super) fn count_late(&mut self) -> Option<Next> {
        if self.state.is_counted {
            return None;
        }
        let booted = self.state.image.booted;
        let boot = match slots::at_boot(&mut self.board.flash, booted) {
            Ok(boot) => boot,
            Err(error) => {
                self.board.say(format_args!(
                    "boot: {booted}: it is still not known whether the image is on trial, and it installs nothing: {error}"
                ));
                return None;
            }
        };
        self.board.say(format_args!("boot: {booted}: {boot}"));
        self.state.is_counted = true;
        self.state.on_trial = matches!(boot, Boot::Trial(_));
        self.state.is_return = boot.is_return();
        let Boot::RolledBack(why) = boot else {
            return None;
        };
        let Board { flash, console, .. } = &mut self.board;
        note_rolled_back(flash, console, RolledBack::Trial(why));
        Some(Next::Restart(Restart::RolledBack))
    }
}
