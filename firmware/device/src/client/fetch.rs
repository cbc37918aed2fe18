//! Files of one endpoint, over connections whose server was verified.

use alloc::borrow::ToOwned as _;
use core::fmt;
use core::future::Future;
use core::pin::pin;
use core::time::Duration;

use super::board::Platform;
use super::desk::{Desk, Order};
use super::line::{Clerk, serve};
use super::status::Status;
use crate::http::{HttpError, PlaceProblem, RedirectError, ResponseError};
use crate::install::{FetchError, Sink, Source};
use crate::platform::{Network, TimedOut, Timer};
use crate::store::Endpoint;
use crate::tls::{OpenError, TlsError};
use crate::verify::{Clock, Verifier};

/// From the name to a verified server.
pub const OPEN_LIMIT: Duration = Duration::from_secs(60);
/// For the head of an answer, and for each portion of a body.
pub const PORTION_LIMIT: Duration = Duration::from_secs(30);
/// For one file, however slowly it drips.
pub const FILE_LIMIT: Duration = Duration::from_mins(30);

/// After the first fetch that brought nothing; it doubles with each one that follows.
const FIRST_PAUSE: Duration = Duration::from_secs(10);

/// Whom to trust, when, and what to say of oneself.
#[derive(Clone, Copy)]
pub(super) struct Visit<'a> {
    pub(super) endpoint: Endpoint<'a>,
    pub(super) verifier: &'a Verifier<'a>,
    pub(super) clock: Clock,
    pub(super) status: &'a Status,
}

/// Asks for files of an endpoint.
pub(super) struct EndpointFiles<'a, P: Platform> {
    desk: &'a Desk<NetworkError<P>>,
    timer: &'a P::Timer,
}

/// Why a file did not come over the wire. `N` is the error of the network.
#[derive(Debug)]
#[non_exhaustive]
pub enum WireError<N> {
    /// The exchange failed.
    Http(HttpError<TlsError>),
    /// The server was not reached, or not verified.
    Open(OpenError<N>),
    /// The file has no name that can be asked for.
    Place(PlaceProblem),
    /// A redirect is not followed.
    Redirect(RedirectError),
    /// It took too long.
    TimedOut(TimedOut),
}

/// The error of the network of a board.
pub(super) type NetworkError<P> = <<P as Platform>::Network as Network>::Error;

impl<'a, P: Platform> EndpointFiles<'a, P> {
    /// Files that are asked for over `desk`, while [`with_line`] runs.
    pub(super) const fn new(desk: &'a Desk<NetworkError<P>>, timer: &'a P::Timer) -> Self {
        Self { desk, timer }
    }
}

/// What `work` gives, which is best pinned by the caller (see [`Timer::within`]) and asks for files of the endpoint of `visit` over `desk`. The connection lasts as long.
pub(super) async fn with_line<P: Platform, O>(
    network: &mut P::Network,
    timer: &P::Timer,
    tls: &mut P::Tls,
    visit: Visit<'_>,
    desk: &Desk<NetworkError<P>>,
    work: impl Future<Output = O>,
) -> O {
    let clerk = Clerk::<P> { timer, visit, desk };
    desk.together(work, pin!(serve(network, tls, &clerk))).await
}

impl<P: Platform> Source for EndpointFiles<'_, P> {
    type Error = WireError<NetworkError<P>>;

    async fn fetch(
        &mut self,
        file: &str,
        from: u32,
        sink: &mut dyn Sink,
    ) -> Result<(), FetchError<Self::Error>> {
        let file = file.to_owned();
        self.desk.fetch(Order { file, from }, sink).await
    }

    async fn pause(&mut self, futile: u8) {
        let factor = 2_u32.saturating_pow(u32::from(futile.saturating_sub(1)));
        self.timer.sleep(FIRST_PAUSE.saturating_mul(factor)).await;
    }

    fn is_interruption(error: &Self::Error) -> bool {
        error.is_interruption()
    }
}

impl<N> WireError<N> {
    /// Whether the way to the server failed, or the server for some time only: what is asked for may come another time.
    pub const fn is_interruption(&self) -> bool {
        use TlsError::{Closed, Cut, Io};
        match self {
            Self::Http(HttpError::Response(answer)) => matches!(
                answer,
                ResponseError::HeadCut
                    | ResponseError::Status {
                        code: 429 | 500..,
                        ..
                    }
            ),
            Self::Http(error) => error.is_interrupted(),
            Self::Open(OpenError::Tls(error)) => matches!(error, Closed | Cut | Io(_)),
            Self::Open(_) | Self::TimedOut(_) => true,
            Self::Place(_) | Self::Redirect(_) => false,
        }
    }
}

impl<N: fmt::Debug + fmt::Display> core::error::Error for WireError<N> {}

impl<N: fmt::Display> fmt::Display for WireError<N> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Http(error) => write!(formatter, "{error}"),
            Self::Open(error) => write!(formatter, "{error}"),
            Self::Place(problem) => write!(formatter, "{problem}"),
            Self::Redirect(error) => write!(formatter, "{error}"),
            Self::TimedOut(late) => write!(formatter, "{late}"),
        }
    }
}
