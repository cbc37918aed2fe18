//! One endpoint: its manifest, what follows for the image that runs, and the update.

use core::fmt;
use core::time::Duration;

use super::Client;
use super::attempts::{self, Attempt};
use super::board::{Board, Platform};
use super::desk::Desk;
use super::errand::Errand;
use super::fetch::{EndpointFiles, NetworkError, WireError, with_line};
use super::small_file::{self, SmallFileError};
use crate::install::{InstallError, Installed, install};
use crate::memory::{Accepted, ShortText};
use crate::platform::{Console, TimedOut, Timer};
use crate::release::{
    Candidate, Edition, MANIFEST, MAX_MANIFEST, MAX_SIGNATURE, Manifest, ManifestError, Refusal,
    Standing, Tally, TooLong, Unsigned, judge, signature_files,
};
use crate::slots::{self, SlotsError};
use crate::store::KeySet;
use crate::tls::{OpenError, TlsError};
use crate::verify::{PathEnd, PinProblem, PinVerdict, TimeBasis, VerifyError};

/// For the manifest and its signatures, however slowly they drip: an image on trial has time for two endpoints.
pub const MANIFEST_LIMIT: Duration = Duration::from_mins(10);
/// For the image.
pub const INSTALL_LIMIT: Duration = Duration::from_mins(150);

/// What visiting an endpoint came to, when it answered as it should.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Visited {
    /// Nothing is to be done.
    Current,
    /// A new image is selected.
    Installed,
}

/// Why an endpoint is of no use now. `N` is the error of the network.
#[derive(Debug)]
#[non_exhaustive]
pub enum VisitError<N> {
    /// The store in force has no endpoint at this place.
    NoEndpoint(usize),
    /// The manifest did not come.
    File(SmallFileError<WireError<N>>),
    /// The manifest has too many bytes.
    TooLong(TooLong),
    /// The release failed before, and is not tried again yet.
    FailedBefore(Attempt),
    /// Not enough keys signed the manifest.
    Unsigned(Unsigned),
    /// The signed manifest cannot be used.
    Manifest(ManifestError),
    /// The release is not for this device.
    Refused(Refusal),
    /// This image is on trial: it installs nothing before it is confirmed, and confirming failed.
    NotConfirmed(SlotsError),
    /// The release was not installed.
    Install(InstallError<WireError<N>>),
    /// The new image stands in its slot and could not be selected.
    Select(SlotsError),
    /// It took too long.
    TimedOut(TimedOut),
}

type Result<T, P> = core::result::Result<T, VisitError<NetworkError<P>>>;

impl<N> VisitError<N> {
    /// Whether a certificate was refused for its dates, by a clock that may be wrong.
    pub(super) const fn is_for_the_clock(&self) -> bool {
        use PathEnd::{
            AnchorExpired, AnchorNotYetValid, IntermediateExpired, IntermediateNotYetValid,
        };
        let (Self::File(SmallFileError::Source(error))
        | Self::Install(InstallError::Fetch { error, .. })) = self
        else {
            return false;
        };
        let WireError::Open(OpenError::Tls(TlsError::Certificate(error))) = error else {
            return false;
        };
        let (basis, by_dates) = match error {
            VerifyError::Expired { basis, .. }
            | VerifyError::HostRefused { basis, .. }
            | VerifyError::NotYetValid { basis, .. } => (basis, true),
            VerifyError::NoPath { end, basis, pins } => {
                let path = matches!(
                    end,
                    AnchorExpired { .. }
                        | AnchorNotYetValid { .. }
                        | IntermediateExpired { .. }
                        | IntermediateNotYetValid { .. }
                );
                (basis, path || is_by_dates(*pins))
            }
            _ => return false,
        };
        by_dates && matches!(basis, TimeBasis::Known(_))
    }
}

/// Whether a pin would have spoken for the server at another time.
const fn is_by_dates(pins: PinVerdict) -> bool {
    use PinVerdict::{Expired, Unusable};
    matches!(
        pins,
        Expired { .. }
            | Unusable {
                problem: PinProblem::Dates,
                ..
            }
    )
}

impl<P: Platform> Client<'_, P> {
    /// Visits the endpoint at this place of the store in force.
    pub(super) async fn visit(&mut self, place: usize) -> Result<Visited, P> {
        let manifest = self.manifest(place).await?;
        let newest = self.state.memory.release.as_ref().and_then(edition);
        let standing = judge(&manifest, &self.state.image.running, newest.as_ref());
        let standing = standing.map_err(VisitError::Refused)?;
        self.proven()?;
        match standing {
            Standing::Current => {
                self.settled(&manifest);
                Ok(Visited::Current)
            }
            Standing::Newer(candidate) => self.update(place, &candidate).await,
        }
    }

    /// The signed manifest.
    async fn manifest(&mut self, place: usize) -> Result<Manifest, P> {
        let errand = Errand::of(&self.state, place, self.board.timer.uptime());
        let errand = errand.ok_or(VisitError::NoEndpoint(place))?;
        let keys = errand.store.release_keys();
        let Board {
            network,
            timer,
            tls,
            console,
            ..
        } = &mut self.board;
        console.line(format_args!(
            "client: asking \"{}\", {}",
            errand.endpoint.name, errand.endpoint.url
        ));
        let timer = &*timer;
        let desk = Desk::new();
        let mut files = EndpointFiles::<P>::new(&desk, timer);
        let signed = signed::<P>(&mut files, keys, console);
        let fetched = with_line::<P, _>(network, timer, tls, errand.visit(), &desk, signed);
        let fetched = timer.within(MANIFEST_LIMIT, fetched).await;
        fetched.map_err(VisitError::TimedOut)?
    }

    /// A server that is trusted gave a signed manifest of this product that is not older than this image: all that the next
    /// update takes works. So the trial ends, and the date of this image is remembered as evidence of the time.
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

    /// Installs the release and selects it.
    async fn update(&mut self, place: usize, candidate: &Candidate) -> Result<Visited, P> {
        let (failed, sha256) = (self.state.memory.failed_release, candidate.sha256());
        let now = self.clock().basis();
        let uptime = self.board.timer.uptime();
        attempts::check(failed.as_ref(), sha256, now, uptime).map_err(VisitError::FailedBefore)?;
        self.board
            .say(format_args!("update: {} is newer", candidate.edition()));
        let installed = self.install(place, candidate).await?;
        // Until it is confirmed it counts as failed: nobody else could say so.
        self.state.memory.failed_release = Some(attempts::begin(failed.as_ref(), sha256, now));
        self.remember();
        let (booted, new) = (self.state.image.booted, installed.slot());
        slots::select(&mut self.board.flash, booted, new).map_err(VisitError::Select)?;
        self.board
            .say(format_args!("update: {new} is selected; restarting"));
        Ok(Visited::Installed)
    }

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
            ..
        } = &mut self.board;
        let timer = &*timer;
        let desk = Desk::new();
        let mut files = EndpointFiles::<P>::new(&desk, timer);
        let installing = install(&mut files, candidate, flash, spare, console);
        let installed = with_line::<P, _>(network, timer, tls, errand.visit(), &desk, installing);
        let installed = timer.within(INSTALL_LIMIT, installed).await;
        let installed = installed.map_err(VisitError::TimedOut)?;
        installed.map_err(VisitError::Install)
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

impl<N: fmt::Display> fmt::Display for VisitError<N> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoEndpoint(place) => write!(formatter, "there is no endpoint {place}"),
            Self::File(error) => write!(formatter, "{error}"),
            Self::TooLong(error) => write!(formatter, "{error}"),
            Self::Unsigned(error) => write!(formatter, "{error}"),
            Self::Manifest(error) => write!(formatter, "{error}"),
            Self::FailedBefore(attempt) => write!(formatter, "{attempt}"),
            Self::Refused(refusal) => write!(formatter, "{refusal}"),
            Self::NotConfirmed(error) => write!(formatter, "this image is not confirmed: {error}"),
            Self::Install(error) => write!(formatter, "{error}"),
            Self::Select(error) => write!(formatter, "the new image is not selected: {error}"),
            Self::TimedOut(late) => write!(formatter, "{late}"),
        }
    }
}
