//! One endpoint: its manifest, what follows for the image that runs, and the update.

use core::pin::pin;
use core::time::Duration;

use super::board::{Board, Platform};
use super::desk::Desk;
use super::errand::Errand;
use super::fetch::{EndpointFiles, NetworkError, with_line};
use super::rehearsal::rehearse;
use super::small_file;
use super::state::State;
use super::update::INSTALL_LIMIT;
use super::visit_error::VisitError;
use super::{Client, SLACK};
use crate::memory::{Accepted, ShortText};
use crate::platform::{Console, Timer, Watchdog};
use crate::release::{
    Edition, MANIFEST, MAX_MANIFEST, MAX_SIGNATURE, Manifest, Standing, Tally, judge,
    signature_files,
};
use crate::slots;
use crate::store::KeySet;

/// For the manifest and its signatures, however slowly they drip: an image on trial has time for two endpoints.
pub const MANIFEST_LIMIT: Duration = Duration::from_mins(10);

/// What visiting an endpoint came to, when it answered as it should.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Visited {
    /// Nothing is to be done.
    Current,
    /// A new image is selected.
    Installed,
    /// A newer release is there. It failed before, and is tried again after so long.
    PutOff(Duration),
}

pub(super) type Result<T, P> = core::result::Result<T, VisitError<NetworkError<P>>>;

impl<P: Platform> Client<'_, P> {
    /// Visits the endpoint at this place of the store in force.
    pub(super) async fn visit(&mut self, place: usize) -> Result<Visited, P> {
        self.board
            .watchdog
            .allow(MANIFEST_LIMIT.saturating_add(SLACK));
        self.reach(place).await?;
        let (manifest, standing) = self.ask(place).await?;
        self.trial.rehearsed |= self.state.on_trial;
        self.proven()?;
        match standing {
            Standing::Current => {
                self.settled(&manifest);
                self.board.say(format_args!(
                    "update: {} runs already; nothing is newer",
                    manifest.edition
                ));
                Ok(Visited::Current)
            }
            Standing::Newer(candidate) => self.update(place, &candidate).await,
        }
    }

    /// The signed manifest, and how its release stands to this image. Where that is on trial, an update was rehearsed, too.
    async fn ask(&mut self, place: usize) -> Result<(Manifest, Standing), P> {
        let errand = Errand::of(&self.state, place, self.board.timer.uptime());
        let errand = errand.ok_or(VisitError::NoEndpoint(place))?;
        let keys = errand.store.release_keys();
        let State {
            image,
            memory,
            on_trial,
            ..
        } = &self.state;
        let newest = memory.release.as_ref().and_then(edition);
        let is_to_rehearse = *on_trial && !self.trial.rehearsed;
        let Board {
            network,
            timer,
            tls,
            flash,
            console,
            watchdog,
            ..
        } = &mut self.board;
        console.line(format_args!(
            "client: asking \"{}\", {}",
            errand.endpoint.name, errand.endpoint.url
        ));
        let timer = &*timer;
        let desk = Desk::new();
        let mut files = EndpointFiles::<P>::new(&desk, timer);
        let offered = pin!(async {
            let manifest = {
                let signed = pin!(signed::<P>(&mut files, keys, console));
                timer.within(MANIFEST_LIMIT, signed).await
            };
            let manifest = manifest.map_err(VisitError::TimedOut)??;
            let standing = judge(&manifest, &image.running, newest.as_ref());
            let standing = standing.map_err(VisitError::Refused)?;
            if is_to_rehearse {
                watchdog.allow(INSTALL_LIMIT.saturating_add(SLACK));
                let rehearsed = pin!(rehearse::<P>(&mut files, image, &manifest, flash, console));
                let rehearsed = timer.within(INSTALL_LIMIT, rehearsed).await;
                rehearsed.map_err(VisitError::RehearsalTimedOut)??;
            }
            Ok((manifest, standing))
        });
        with_line::<P, _>(network, timer, tls, errand.visit(), &desk, offered).await
    }

    /// A server that is trusted gave a signed manifest of this product that is not older than this image, and an image on trial
    /// could fetch all that an update takes: the next release can be found and fetched, and so can a rescue store. So the trial
    /// ends, and the date of this image is remembered as evidence of the time. What is not shown is that flash can be written.
    ///
    /// That of the manifest is not. One that is dated ahead of its time would make every certificate look expired; this
    /// image's date has just let one pass.
    fn proven(&mut self) -> Result<(), P> {
        let before = self.state.memory.clone();
        if self.state.on_trial {
            slots::confirm(&mut self.board.flash, self.state.image.booted)
                .map_err(VisitError::NotConfirmed)?;
            self.state.on_trial = false;
            self.state.memory.failed_release = None;
            self.state.memory.rolled_back = None;
            self.board.say(format_args!(
                "update: {} is confirmed in {}",
                self.state.image.running.edition, self.state.image.booted
            ));
        }
        let running = &self.state.image.running.edition;
        let known = self.state.memory.release.as_ref().and_then(edition);
        if known.is_none_or(|known| running.order(&known).is_gt()) {
            self.state.memory.release = Some(Accepted {
                epoch: running.source_date_epoch(),
                version: ShortText::of(running.version()),
            });
        }
        self.state.memory.floor = Some(self.state.time.floor());
        if self.state.memory != before {
            self.remember();
        }
        Ok(())
    }

    /// The release that runs has not failed, though that was not remembered when the power was cut after it was confirmed.
    fn settled(&mut self, manifest: &Manifest) {
        let padded = manifest.padded.as_ref().map(|padded| padded.sha256);
        let failed = self.state.memory.failed_release;
        let failed = failed.map(|failed| failed.sha256);
        if failed.is_some_and(|failed| failed == manifest.image.sha256 || padded == Some(failed)) {
            self.state.memory.failed_release = None;
            self.state.memory.rolled_back = None;
        }
    }
}

/// The manifest, if enough of `keys` signed it. Signatures are fetched until it is enough.
async fn signed<P: Platform>(
    files: &mut EndpointFiles<'_, P>,
    keys: KeySet<'_>,
    console: &mut P::Console,
) -> Result<Manifest, P> {
    let bytes = small_file::fetch(files, MANIFEST, MAX_MANIFEST).await;
    let bytes = &bytes.map_err(VisitError::File)?;
    let names = signature_files(&keys);
    let mut tally = Tally::new(bytes, keys).map_err(VisitError::TooLong)?;
    for name in names {
        if tally.is_met() {
            break;
        }
        let signature = match small_file::fetch(files, &name, MAX_SIGNATURE).await {
            Ok(signature) => signature,
            // Not every key has to sign, and servers have many ways to say that a file is not there.
            Err(error) if small_file::is_of_the_file(&error) => {
                console.line(format_args!("update: {name} is not there: {error}"));
                continue;
            }
            Err(error) => return Err(VisitError::File(error)),
        };
        match tally.count(&signature) {
            Ok(key) => console.line(format_args!("update: {MANIFEST} is signed by {key}")),
            Err(error) => console.line(format_args!("update: {name} does not count: {error}")),
        }
    }
    let signed = tally.finish().map_err(VisitError::Unsigned)?;
    Manifest::read(signed).map_err(VisitError::Manifest)
}

fn edition(accepted: &Accepted) -> Option<Edition> {
    Edition::new(accepted.version.as_str(), accepted.epoch).ok()
}
