//! Why an endpoint is of no use, and what that says.

use core::fmt;

use super::fetch::WireError;
use super::small_file::SmallFileError;
use crate::http::{HttpError, ResponseError};
use crate::install::InstallError;
use crate::platform::TimedOut;
use crate::release::{ManifestError, Refusal, TooLong, Unsigned};
use crate::slots::SlotsError;
use crate::tls::{OpenError, TlsError};
use crate::verify::{PathEnd, PinProblem, PinVerdict, TimeBasis, VerifyError};

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
    /// Not enough keys signed the manifest.
    Unsigned(Unsigned),
    /// The signed manifest cannot be used.
    Manifest(ManifestError),
    /// The release is not for this device.
    Refused(Refusal),
    /// This image may not select another, so it installs none.
    MayNotSelect(SlotsError),
    /// This image is on trial: it installs nothing before it is confirmed, and confirming failed.
    NotConfirmed(SlotsError),
    /// This image is on trial, and could not fetch the image of a release as an update would.
    Rehearsal(InstallError<WireError<N>>),
    /// The same: that took too long.
    RehearsalTimedOut(TimedOut),
    /// The release was not installed.
    Install(InstallError<WireError<N>>),
    /// The new image stands in its slot and could not be selected.
    Select(SlotsError),
    /// It took too long.
    TimedOut(TimedOut),
}

impl<N> VisitError<N> {
    /// Whether a certificate was refused for its dates, by a clock that may be wrong.
    pub(super) const fn is_for_the_clock(&self) -> bool {
        use PathEnd::{
            AnchorExpired, AnchorNotYetValid, IntermediateExpired, IntermediateNotYetValid,
        };
        let (Self::File(SmallFileError::Source(error))
        | Self::Install(InstallError::Fetch { error, .. })
        | Self::Rehearsal(InstallError::Fetch { error, .. })) = self
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

    /// Whether a server that is verified answered, and its answer is of no use. Who is on the way can cause no such error: he
    /// keeps servers from being reached or verified, and cuts what they say.
    pub(super) const fn is_an_answer(&self) -> bool {
        match self {
            Self::File(SmallFileError::Source(error))
            | Self::Rehearsal(InstallError::Fetch { error, .. }) => is_said_by_the_server(error),
            Self::File(SmallFileError::TooLong { .. })
            | Self::Install(_)
            | Self::Manifest(_)
            | Self::MayNotSelect(_)
            | Self::NotConfirmed(_)
            | Self::Refused(_)
            | Self::Rehearsal(_)
            | Self::Select(_)
            | Self::TooLong(_)
            | Self::Unsigned(_) => true,
            Self::NoEndpoint(_) | Self::RehearsalTimedOut(_) | Self::TimedOut(_) => false,
        }
    }

    /// Whether a signed manifest came, and not the image of that release.
    pub(super) const fn is_of_the_rehearsal(&self) -> bool {
        matches!(self, Self::Rehearsal(_) | Self::RehearsalTimedOut(_))
    }

    /// Whether the image did not come, which says nothing of the release.
    pub(super) const fn is_want_of_the_image(&self) -> bool {
        matches!(
            self,
            Self::Install(InstallError::Fetch { .. }) | Self::NoEndpoint(_) | Self::TimedOut(_)
        )
    }
}

/// That it is overloaded says as little as nothing.
const fn is_said_by_the_server<N>(error: &WireError<N>) -> bool {
    use ResponseError::{HeadCut, Status};
    match error {
        WireError::Place(_) | WireError::Redirect(_) => true,
        WireError::Http(HttpError::Response(answer)) => !matches!(
            answer,
            HeadCut
                | Status {
                    code: 429 | 500..,
                    ..
                }
        ),
        WireError::Http(_) | WireError::Open(_) | WireError::TimedOut(_) => false,
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

impl<N: fmt::Display> fmt::Display for VisitError<N> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoEndpoint(place) => write!(formatter, "there is no endpoint {place}"),
            Self::File(error) => write!(formatter, "{error}"),
            Self::TooLong(error) => write!(formatter, "{error}"),
            Self::Unsigned(error) => write!(formatter, "{error}"),
            Self::Manifest(error) => write!(formatter, "{error}"),
            Self::Refused(refusal) => write!(formatter, "{refusal}"),
            Self::NotConfirmed(error) => write!(formatter, "this image is not confirmed: {error}"),
            Self::Rehearsal(error) => write!(formatter, "no update would come: {error}"),
            Self::RehearsalTimedOut(late) => write!(formatter, "no update would come: {late}"),
            Self::Install(error) => write!(formatter, "{error}"),
            Self::MayNotSelect(error) => write!(
                formatter,
                "nothing is installed, for this image may not select another: {error}"
            ),
            Self::Select(error) => write!(formatter, "the new image is not selected: {error}"),
            Self::TimedOut(late) => write!(formatter, "{late}"),
        }
    }
}
