//! The connection to an endpoint, which is kept from one file to the next: a handshake takes the chip longer than all else.
//!
//! There is one at a time. A redirect to another server, an answer that ends the connection, and an error on it each lead to
//! the next one; and every one is opened with the same verifier, and lives no longer than its proof. A server may close
//! a connection that it kept at any time: where nothing of an answer had come, the question is asked once more on a new one,
//! and that is no failure (RFC 9112, section 9.3.1).

use alloc::borrow::ToOwned as _;
use core::convert::Infallible;
use core::future::Future;
use core::pin::pin;
use core::time::Duration;

use embedded_io_async::{Read, Write};

use super::board::Platform;
use super::desk::{Desk, Outcome};
use super::exchange::{Asked, Known, ask};
use super::fetch::{FILE_LIMIT, NetworkError, OPEN_LIMIT, PORTION_LIMIT, Visit, WireError};
use crate::http::{Connection, HttpError, Place, Trail};
use crate::install::FetchError;
use crate::platform::{TimedOut, Timer};
use crate::tls::{self, Secured, Server, TlsError, Visitor};

/// What is needed to serve orders, but the network.
pub(super) struct Clerk<'a, P: Platform> {
    pub(super) timer: &'a P::Timer,
    pub(super) visit: Visit<'a>,
    pub(super) desk: &'a Desk<NetworkError<P>>,
}

/// An order on its way.
pub(super) struct Task<'a> {
    /// The way to the file, as far as is known.
    pub(super) trail: Trail<'a>,
    /// The first byte that is wanted.
    pub(super) from: u32,
    /// How long the board may have run when it must be done.
    until: Duration,
}

/// Serves orders for ever.
pub(super) async fn serve<P: Platform>(
    network: &mut P::Network,
    tls: &mut P::Tls,
    clerk: &Clerk<'_, P>,
) -> Infallible {
    let mut known = None;
    let mut task = clerk.task().await;
    loop {
        let (host, port) = (task.place().host().to_owned(), task.place().port());
        let Visit {
            verifier, clock, ..
        } = clerk.visit;
        let server = Server {
            host: &host,
            port,
            verifier,
            clock,
        };
        let limit = OPEN_LIMIT.min(clerk.left(&task));
        let talk = Talk {
            clerk,
            task,
            known: &mut known,
        };
        let talked = tls::visit(tls, network, clerk.timer, server, limit, talk).await;
        task = match talked {
            Ok(next) => next,
            Err(error) => clerk.done(failed(WireError::Open(error))).await,
        };
    }
}

/// Serves over one connection what can be served over it; gives the task for which it takes another one.
struct Talk<'t, 'a, P: Platform> {
    clerk: &'t Clerk<'a, P>,
    task: Task<'a>,
    known: &'t mut Option<Known>,
}

impl<'a, P: Platform> Visitor for Talk<'_, 'a, P> {
    type Output = Task<'a>;

    async fn visit<S: Read<Error = TlsError> + Write<Error = TlsError>>(
        self,
        secured: Secured<S>,
    ) -> Task<'a> {
        let Self {
            clerk,
            mut task,
            known,
        } = self;
        let server = task.place().clone();
        let mut connection = Connection::new(secured);
        let mut kept = false;
        loop {
            match ask(clerk, &mut connection, kept, &mut task, known).await {
                Asked::Again => return task,
                Asked::Elsewhere => {}
                Asked::Done(outcome) => task = clerk.done(outcome).await,
            }
            kept = true;
            if !connection.is_reusable() || !task.place().is_on_server_of(&server) {
                return task;
            }
        }
    }
}

impl<'a, P: Platform> Clerk<'a, P> {
    /// Says how a task came out, and waits for the next one.
    async fn done(&self, outcome: Outcome<NetworkError<P>>) -> Task<'a> {
        self.desk.end(outcome);
        self.task().await
    }

    /// Waits for a file that can be asked for.
    async fn task(&self) -> Task<'a> {
        loop {
            let order = self.desk.order().await;
            match Trail::new(&self.visit.endpoint, &order.file) {
                Ok(trail) => {
                    return Task {
                        trail,
                        from: order.from,
                        until: self.timer.uptime().saturating_add(FILE_LIMIT),
                    };
                }
                Err(problem) => self.desk.end(failed(WireError::Place(problem))),
            }
        }
    }

    /// What `step` gives, if it does so in the time that a portion and the whole file may take.
    pub(super) async fn timely<O>(
        &self,
        task: &Task<'_>,
        step: impl Future<Output = Result<O, HttpError<TlsError>>>,
    ) -> Result<O, WireError<NetworkError<P>>> {
        let left = self.left(task);
        let whole = TimedOut { limit: FILE_LIMIT };
        if left.is_zero() {
            return Err(WireError::TimedOut(whole));
        }
        match self.timer.within(PORTION_LIMIT.min(left), pin!(step)).await {
            Ok(done) => done.map_err(WireError::Http),
            Err(portion) => Err(WireError::TimedOut(match left < PORTION_LIMIT {
                true => whole,
                false => portion,
            })),
        }
    }

    fn left(&self, task: &Task<'_>) -> Duration {
        task.until.saturating_sub(self.timer.uptime())
    }
}

impl Task<'_> {
    /// Where the file is, as far as is known.
    pub(super) const fn place(&self) -> &Place {
        self.trail.here()
    }
}

pub(super) const fn failed<N>(error: WireError<N>) -> Outcome<N> {
    Err(FetchError::Source(error))
}
