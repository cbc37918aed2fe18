//! A newer release: into the spare slot, selected; or not yet.

use core::mem::take;
use core::pin::pin;
use core::time::Duration;

use rand_core::RngCore;

use super::board::{Board, Platform};
use super::desk::Desk;
use super::errand::Errand;
use super::fetch::{EndpointFiles, with_line};
use super::visit::{Result, Visited};
use super::visit_error::VisitError;
use super::{Client, SLACK, attempts};
use crate::install::{Installed, found, install};
use crate::platform::{Timer, Watchdog};
use crate::release::Candidate;
use crate::slots;

/// One start in so many tries at once what another would suspect.
const TRUSTING: u32 = 16;

/// For the image, be it installed or rehearsed.
pub const INSTALL_LIMIT: Duration = Duration::from_mins(150);

impl<P: Platform> Client<'_, P> {
    /// Installs the release and selects it, unless it failed and is not tried again yet.
    pub(super) async fn update(
        &mut self,
        place: usize,
        candidate: &Candidate,
    ) -> Result<Visited, P> {
        let edition = candidate.image().edition();
        if let Some(left) = self.put_off(candidate) {
            return Ok(Visited::PutOff(left));
        }
        self.board.say(format_args!("update: {edition} is newer"));
        // Before the spare slot is written, which may hold the only way back.
        slots::may_select(&mut self.board.flash, self.state.image.booted)
            .map_err(VisitError::MayNotSelect)?;
        let before = (self.state.memory.failed_release, self.state.tried);
        self.begin(candidate);
        let installed = match self.install(place, candidate).await {
            Ok(installed) => installed,
            Err(error) => {
                if error.is_want_of_the_image() {
                    (self.state.memory.failed_release, self.state.tried) = before;
                    self.remember();
                }
                return Err(error);
            }
        };
        let (booted, new) = (self.state.image.booted, installed.slot());
        slots::select(&mut self.board.flash, booted, new).map_err(VisitError::Select)?;
        self.board
            .say(format_args!("update: {new} is selected; restarting"));
        Ok(Visited::Installed)
    }

    /// How long the release is not tried, if so. That it was put off is remembered with the success of the round.
    fn put_off(&mut self, candidate: &Candidate) -> Option<Duration> {
        // Another endpoint may have the right image where the first one had a broken one.
        if self.state.tried == Some(*candidate.image().sha256()) {
            return None;
        }
        self.suspect(candidate);
        let failed = self.state.memory.failed_release?;
        let passed = self.board.timer.uptime().saturating_sub(self.tried_at);
        let now = self.clock().basis();
        let checked = attempts::check(Some(&failed), candidate.image().sha256(), now, passed);
        let put_off = checked.err()?;
        self.state.memory.failed_release = Some(attempts::put_off(failed));
        let edition = candidate.image().edition();
        self.board
            .say(format_args!("update: {edition} is newer, but {put_off}"));
        Some(put_off.left)
    }

    /// Where an image was tried and does not run, and it is not remembered which: takes it that it was this one.
    ///
    /// Not at each start. A device that can remember nothing, and is always switched off before the pause is over, would never try
    /// it; and nothing but chance tells one of its starts from another.
    fn suspect(&mut self, candidate: &Candidate) {
        if take(&mut self.state.is_return)
            && self.state.memory.failed_release.is_none()
            && !self.board.random.next_u32().is_multiple_of(TRUSTING)
        {
            let now = self.clock().basis();
            let suspected = attempts::begin(None, candidate.image().sha256(), now);
            self.state.memory.failed_release = Some(suspected);
        }
    }

    /// Remembers that the release is tried, before flash is worn by it. Until it is confirmed it counts as failed: nobody else
    /// could say so.
    fn begin(&mut self, candidate: &Candidate) {
        let sha256 = candidate.image().sha256();
        if self.state.tried == Some(*sha256) {
            return;
        }
        let failed = self.state.memory.failed_release;
        // It says why an earlier attempt came to its end.
        self.state.memory.rolled_back = None;
        let now = self.clock().basis();
        self.state.memory.failed_release = Some(attempts::begin(failed.as_ref(), sha256, now));
        self.state.tried = Some(*sha256);
        self.tried_at = self.board.timer.uptime();
        self.remember();
    }

    /// Has the image in the spare slot. After it was taken back it still is.
    async fn install(&mut self, place: usize, candidate: &Candidate) -> Result<Installed, P> {
        let errand = Errand::of(&self.state, place, self.board.timer.uptime());
        let errand = errand.ok_or(VisitError::NoEndpoint(place))?;
        let spare = slots::spare(self.state.image.booted);
        let Board {
            network,
            timer,
            tls,
            flash,
            console,
            watchdog,
            ..
        } = &mut self.board;
        watchdog.allow(INSTALL_LIMIT.saturating_add(SLACK));
        if let Some(installed) = found(candidate, flash, spare, console).await {
            return Ok(installed);
        }
        let timer = &*timer;
        let desk = Desk::new();
        let mut files = EndpointFiles::<P>::new(&desk, timer);
        let installing = pin!(install(&mut files, candidate, flash, spare, console));
        let installed = pin!(with_line::<P, _>(
            network,
            timer,
            tls,
            errand.visit(),
            &desk,
            installing
        ));
        let installed = timer.within(INSTALL_LIMIT, installed).await;
        let installed = installed.map_err(VisitError::TimedOut)?;
        installed.map_err(VisitError::Install)
    }
}
