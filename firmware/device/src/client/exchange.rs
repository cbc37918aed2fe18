//! One question to a verified server, and what is made of its answer.

use embedded_io_async::{Read, Write};

use super::board::Platform;
use super::desk::Outcome;
use super::fetch::{NetworkError, WireError};
use super::line::{Clerk, Task, failed};
use crate::http::{Answer, Body, Connection, EntityTag, HttpError, Place, Request};
use crate::install::FetchError;
use crate::tls::TlsError;

/// How a question came out. `N` is the error of the network.
pub(super) enum Asked<N> {
    /// It is to be asked again, on another connection.
    Again,
    /// The server sends us elsewhere: the task knows where.
    Elsewhere,
    /// The file came, or will not.
    Done(Outcome<N>),
}

/// The state of the file that came last.
pub(super) struct Known {
    place: Place,
    tag: EntityTag,
}

/// Asks for the file of `task`, and hands on what comes of it. `kept`: the connection was asked before.
pub(super) async fn ask<P: Platform, S: Read<Error = TlsError> + Write<Error = TlsError>>(
    clerk: &Clerk<'_, P>,
    connection: &mut Connection<S>,
    kept: bool,
    task: &mut Task<'_>,
    known: &mut Option<Known>,
) -> Asked<NetworkError<P>> {
    let known_here = known.as_ref().filter(|known| known.is_of(task.place()));
    let tag = known_here.map(|known| known.tag.clone());
    let request = Request {
        place: task.place(),
        user_agent: &clerk.visit.status.user_agent,
        from: task.from,
        tag: tag.as_ref(),
        fields: &clerk.visit.status.fields(),
        keep: true,
    };
    let body = match clerk.timely(task, connection.get(&request)).await {
        Ok(Answer::File(body)) => body,
        Ok(Answer::Redirect(location)) => {
            return match task.trail.follow(&location) {
                Ok(_) => Asked::Elsewhere,
                Err(error) => Asked::Done(failed(WireError::Redirect(error))),
            };
        }
        Err(error) => {
            return match kept && was_closed(&error) && !connection.has_answered() {
                true => Asked::Again,
                false => Asked::Done(failed(error)),
            };
        }
    };
    let same = |found: &EntityTag| tag.as_ref().map(|tag| tag == found);
    let same = body.tag().and_then(same);
    if body.first() != 0 && same == Some(false) {
        // The rest of another file, from a server that does not know If-Range.
        task.from = 0;
        return Asked::Again;
    }
    *known = Known::of(task.place(), &body);
    let beginning = match same {
        // The whole of the same file: the server knows no ranges.
        Some(true) => task.from,
        _ => body.first(),
    };
    Asked::Done(receive(clerk, task, body, beginning).await)
}

/// Whether a connection may fail so that the server had closed before it was asked.
const fn was_closed<N>(error: &WireError<N>) -> bool {
    use HttpError::{Io, NoAnswer, NotReusable, Short};
    matches!(
        error,
        WireError::Http(Io(_) | NoAnswer | NotReusable | Short { .. })
    )
}

/// Hands on the bytes of `body` from byte `beginning` of the file on.
async fn receive<P: Platform, S: Read<Error = TlsError> + Write<Error = TlsError>>(
    clerk: &Clerk<'_, P>,
    task: &Task<'_>,
    mut body: Body<'_, S>,
    beginning: u32,
) -> Outcome<NetworkError<P>> {
    let mut unwanted = beginning.saturating_sub(body.first());
    clerk.desk.begin(body.total(), beginning).await?;
    loop {
        let mut portion = clerk.desk.portion();
        let read = clerk.timely(task, body.read(&mut portion)).await;
        let count = match read {
            Ok(count) if count != 0 => count,
            ended => {
                clerk.desk.unused(portion);
                return ended.map(|_| ()).map_err(FetchError::Source);
            }
        };
        let skipped = count.min(usize::try_from(unwanted).unwrap_or(usize::MAX));
        unwanted = unwanted.saturating_sub(u32::try_from(skipped).unwrap_or(u32::MAX));
        clerk.desk.bytes(portion, skipped..count).await?;
    }
}

impl Known {
    fn of<S: Read + Write>(place: &Place, body: &Body<'_, S>) -> Option<Self> {
        Some(Self {
            place: place.clone(),
            tag: body.tag()?.clone(),
        })
    }

    /// A query does not count: it may be signed anew for each question.
    fn is_of(&self, place: &Place) -> bool {
        place.is_on_server_of(&self.place) && place.path() == self.place.path()
    }
}
