//! Files of one endpoint, over connections whose server was verified.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec;
use core::fmt;
use core::future::Future;
use core::time::Duration;

use embedded_io_async::{Read, Write};

use super::board::Platform;
use super::status::Status;
use crate::http::{
    Answer, Body, Connection, HttpError, Place, PlaceProblem, RedirectError, Request, Trail,
};
use crate::install::{FetchError, Sink, Source};
use crate::platform::{Network, TimedOut, Timer};
use crate::store::Endpoint;
use crate::tls::{self, OpenError, Secured, Server, TlsError, Visitor};
use crate::verify::{Clock, Verifier};

/// From the name to a verified server.
pub const OPEN_LIMIT: Duration = Duration::from_secs(60);
/// For the head of an answer, and for each portion of a body.
pub const PORTION_LIMIT: Duration = Duration::from_secs(30);
/// For one file, however slowly it drips.
pub const FILE_LIMIT: Duration = Duration::from_mins(30);

/// Bytes that are handed on at once.
const PORTION: usize = 2048;

/// Whom to trust, when, and what to say of oneself.
#[derive(Clone, Copy)]
pub(super) struct Visit<'a> {
    pub(super) endpoint: Endpoint<'a>,
    pub(super) verifier: &'a Verifier<'a>,
    pub(super) clock: Clock,
    pub(super) status: &'a Status,
}

/// Fetches files of an endpoint.
pub(super) struct EndpointFiles<'a, P: Platform> {
    network: &'a mut P::Network,
    timer: &'a P::Timer,
    tls: &'a mut P::Tls,
    visit: Visit<'a>,
    portion: Box<[u8]>,
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
type FileError<P> = FetchError<WireError<NetworkError<P>>>;

impl<'a, P: Platform> EndpointFiles<'a, P> {
    pub(super) fn new(
        network: &'a mut P::Network,
        timer: &'a P::Timer,
        tls: &'a mut P::Tls,
        visit: Visit<'a>,
    ) -> Self {
        Self {
            network,
            timer,
            tls,
            visit,
            portion: vec![0; PORTION].into_boxed_slice(),
        }
    }

    /// Follows the endpoint to the file, and hands on what there is of it from byte `from` on.
    async fn follow(
        &mut self,
        file: &str,
        from: u32,
        sink: &mut dyn Sink,
    ) -> Result<(), FileError<P>> {
        let trail = Trail::new(&self.visit.endpoint, file);
        let mut trail = trail.map_err(|problem| source(WireError::Place(problem)))?;
        while let Some(location) = self.ask(trail.here(), from, sink).await? {
            let next = trail.follow(&location);
            next.map_err(|error| source(WireError::Redirect(error)))?;
        }
        Ok(())
    }

    /// Asks at one place. `Some` is where the server sends us.
    async fn ask(
        &mut self,
        place: &Place,
        from: u32,
        sink: &mut dyn Sink,
    ) -> Result<Option<String>, FileError<P>> {
        let Visit {
            verifier,
            clock,
            status,
            ..
        } = self.visit;
        let server = Server {
            host: place.host(),
            port: place.port(),
            verifier,
            clock,
        };
        let exchange = Exchange {
            timer: self.timer,
            request: Request {
                place,
                user_agent: &status.user_agent,
                from,
                tag: None,
                fields: &status.fields(),
                keep: false,
            },
            sink,
            portion: &mut self.portion,
        };
        let visit = tls::visit(
            self.tls,
            self.network,
            self.timer,
            server,
            OPEN_LIMIT,
            exchange,
        );
        let said = visit
            .await
            .map_err(|error| source(WireError::Open(error)))?;
        said.map_err(|error| match error {
            FetchError::Refused => FetchError::Refused,
            FetchError::Source(Trouble::Http(error)) => source(WireError::Http(error)),
            FetchError::Source(Trouble::TimedOut(late)) => source(WireError::TimedOut(late)),
        })
    }
}

impl<P: Platform> Source for EndpointFiles<'_, P> {
    type Error = WireError<NetworkError<P>>;

    async fn fetch(
        &mut self,
        file: &str,
        from: u32,
        sink: &mut dyn Sink,
    ) -> Result<(), FetchError<Self::Error>> {
        let timer = self.timer;
        let fetched = timer
            .within(FILE_LIMIT, self.follow(file, from, sink))
            .await;
        fetched.unwrap_or_else(|late| Err(source(WireError::TimedOut(late))))
    }
}

/// One question to a verified server.
struct Exchange<'x, T> {
    timer: &'x T,
    request: Request<'x>,
    sink: &'x mut dyn Sink,
    portion: &'x mut [u8],
}

/// What can go wrong with a server that is verified.
enum Trouble {
    Http(HttpError<TlsError>),
    TimedOut(TimedOut),
}

impl<T: Timer> Visitor for Exchange<'_, T> {
    type Output = Result<Option<String>, FetchError<Trouble>>;

    async fn visit<S: Read<Error = TlsError> + Write<Error = TlsError>>(
        self,
        secured: Secured<S>,
    ) -> Self::Output {
        let mut connection = Connection::new(secured);
        match self.timely(connection.get(&self.request)).await? {
            Answer::Redirect(location) => Ok(Some(location)),
            Answer::File(body) => self.receive(body).await.map(|()| None),
        }
    }
}

impl<T: Timer> Exchange<'_, T> {
    async fn receive<S: Read<Error = TlsError> + Write<Error = TlsError>>(
        self,
        mut body: Body<'_, S>,
    ) -> Result<(), FetchError<Trouble>> {
        self.sink.begin(body.total())?;
        loop {
            let read = body.read(self.portion);
            let count = timely(self.timer, read).await?;
            if count == 0 {
                return Ok(());
            }
            self.sink
                .take(self.portion.get(..count).unwrap_or_default())?;
        }
    }

    async fn timely<O>(
        &self,
        step: impl Future<Output = Result<O, HttpError<TlsError>>>,
    ) -> Result<O, FetchError<Trouble>> {
        timely(self.timer, step).await
    }
}

async fn timely<O>(
    timer: &impl Timer,
    step: impl Future<Output = Result<O, HttpError<TlsError>>>,
) -> Result<O, FetchError<Trouble>> {
    let done = timer.within(PORTION_LIMIT, step).await;
    let done = done.map_err(|late| FetchError::Source(Trouble::TimedOut(late)))?;
    done.map_err(|error| FetchError::Source(Trouble::Http(error)))
}

const fn source<N>(error: WireError<N>) -> FetchError<WireError<N>> {
    FetchError::Source(error)
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
