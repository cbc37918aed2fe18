//! An image that has yet to show that it can be updated.

use core::time::Duration;

use rand_core::RngCore;

use super::backoff::{Backoff, REHEARSAL_WAIT, TRIAL_WAIT};
use super::board::Platform;
use super::fetch::{OPEN_LIMIT, WireError};
use super::small_file::SmallFileError;
use super::visit::Result;
use super::visit_error::VisitError;
use super::{Client, Next, Restart, attempts};
use crate::memory::RolledBack;
use crate::platform::{Network, Timer};
use crate::slots;
use crate::tls::OpenError;

/// How long an image on trial may run without having shown that it can be updated; then it is taken back, at the end of the round.
pub const TRIAL_LIMIT: Duration = Duration::from_mins(20);

/// What a trial has come to since this start.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Trial {
    /// Whether a server that is verified gave an answer that was of no use.
    answered: bool,
    /// Whether a signed manifest came, and not the image of that release.
    imageless: bool,
    /// Whether it is noted that the network was reached.
    noted: bool,
    /// Counts the rounds since the first such image.
    rehearsals: Backoff,
    /// Whether an update was rehearsed, and would come.
    pub(super) rehearsed: bool,
}

impl Trial {
    /// An endpoint was of no use.
    pub(super) const fn failed<N>(&mut self, error: &VisitError<N>) {
        self.answered |= error.is_an_answer();
        self.imageless |= error.is_of_the_rehearsal();
    }

    /// Between two rounds.
    ///
    /// Those in which the image was fetched in vain have cost the servers much of an update, so after them the waits grow as
    /// others do; but not so long that few rounds are left of the trial.
    pub(super) fn wait(&mut self, random: &mut impl RngCore) -> Duration {
        match self.imageless {
            true => self.rehearsals.failed(random).min(REHEARSAL_WAIT),
            false => TRIAL_WAIT,
        }
    }

    /// Why it ends now.
    const fn verdict(&self) -> RolledBack {
        match (self.imageless, self.answered) {
            (true, _) => RolledBack::NoImage,
            (false, true) => RolledBack::NoManifest,
            (false, false) => RolledBack::NoServer,
        }
    }
}

impl<P: Platform> Client<'_, P> {
    /// Something came from the network. From here on, a reset is not the image's fault: the network may be hostile.
    pub(super) fn reached_network(&mut self) {
        if !self.state.on_trial || self.trial.noted {
            return;
        }
        match slots::reached_network(&mut self.board.flash, self.state.image.booted) {
            Ok(()) => self.trial.noted = true,
            Err(error) => self.board.say(format_args!(
                "boot: {error}; a reset will count as if there were no network"
            )),
        }
    }

    /// Connects to the endpoint for no more than to know that there is a network. It must be noted before anybody there says a
    /// word that the board might not survive; so an image on trial that was told no time does this first.
    pub(super) async fn reach(&mut self, place: usize) -> Result<(), P> {
        if !self.state.on_trial || self.trial.noted {
            return Ok(());
        }
        let store = self.state.in_force();
        let endpoint = store.endpoints().nth(place);
        let url = endpoint.ok_or(VisitError::NoEndpoint(place))?.url;
        let connecting = self.board.network.connect(url.host(), url.port());
        let connected = self.board.timer.within(OPEN_LIMIT, connecting).await;
        let connected = connected.map_err(OpenError::TimedOut);
        let connected = connected.and_then(|connected| connected.map_err(OpenError::Unreached));
        connected
            .map(drop)
            .map_err(|error| VisitError::File(SmallFileError::Source(WireError::Open(error))))?;
        self.reached_network();
        Ok(())
    }

    pub(super) fn trial_is_over(&self) -> bool {
        self.state.on_trial && self.board.timer.uptime() >= TRIAL_LIMIT
    }

    /// Takes this image back. What nobody but the network may have done is not held against it, or not for long: who can block or
    /// cut connections for so long must not be able to put the next attempt off for longer and longer. What a verified server
    /// said is, for that is the fault of the image or of the release.
    ///
    /// `None`: it cannot be taken back, and goes on.
    pub(super) fn roll_back(&mut self) -> Option<Next> {
        let before = self.state.memory.clone();
        let why = self.note_end();
        if let Err(error) = slots::roll_back(&mut self.board.flash, self.state.image.booted) {
            self.board.say(format_args!(
                "update: this image on trial cannot be taken back: {error}; it goes on"
            ));
            self.state.memory = before;
            self.remember();
            return None;
        }
        self.board.say(format_args!(
            "update: this image is taken back after {} min: {why}; the one before it is started",
            TRIAL_LIMIT.as_secs().div_euclid(60)
        ));
        Some(Next::Restart(Restart::RolledBack))
    }

    /// Remembers why the trial ends. First of all: once the image is taken back, a loss of power would have it forgotten.
    fn note_end(&mut self) -> RolledBack {
        let memory = &mut self.state.memory;
        let why = self.trial.verdict();
        memory.rolled_back = Some(why);
        let failed = memory.failed_release;
        memory.failed_release = failed.map(match (self.trial.answered, self.trial.imageless) {
            (true, _) => core::convert::identity,
            (false, true) => attempts::cut_off,
            (false, false) => attempts::uncounted,
        });
        self.remember();
        why
    }
}
