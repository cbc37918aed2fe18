//! Request after request on one connection.

use std::io::{self, ErrorKind, Read, Write};
use std::net::SocketAddr;

use super::answer::Answer;
use super::file::Folder;
use super::request::{Head, MAX_HEAD, Request};
use crate::output;

/// Most requests on one connection.
const MAX_REQUESTS: usize = 1000;

/// Answers requests until one side has enough, and says a line of each.
///
/// # Errors
/// The connection broke, or the client was silent for too long in the middle of something.
pub(super) fn hold(
    stream: &mut (impl Read + Write),
    peer: SocketAddr,
    folder: &Folder,
) -> io::Result<()> {
    let mut unused = Vec::new();
    for count in 1..=MAX_REQUESTS {
        let Some(head) = next_head(stream, &mut unused)? else {
            return Ok(());
        };
        let last = count == MAX_REQUESTS;
        let (request, mut answer) = match head {
            Err(status) => (
                None,
                Answer::error(status, "not a request that is understood"),
            ),
            Ok(request) => {
                let answer = Answer::to(&request, folder);
                (Some(request), answer)
            }
        };
        answer.keep = !last && request.as_ref().is_some_and(|request| request.keep);
        let sent = answer.send(stream);
        output::say(line(peer, request.as_ref(), &answer));
        sent?;
        if !answer.keep {
            return Ok(());
        }
    }
    Ok(())
}

/// The next head, or the status for what is none; nothing when the client has enough.
fn next_head(
    stream: &mut impl Read,
    unused: &mut Vec<u8>,
) -> io::Result<Option<Result<Request, u16>>> {
    let mut room = [0; 2048];
    loop {
        match Request::read(unused) {
            Head::Whole(request, length) => {
                unused.drain(..length);
                return Ok(Some(Ok(request)));
            }
            Head::Refused(status) => return Ok(Some(Err(status))),
            Head::Partial if unused.len() > MAX_HEAD => return Ok(Some(Err(431))),
            Head::Partial => {}
        }
        let count = match stream.read(&mut room) {
            Err(error) if unused.is_empty() && ends_well(error.kind()) => 0,
            count => count?,
        };
        if count == 0 {
            return match unused.is_empty() {
                true => Ok(None),
                false => Err(ErrorKind::UnexpectedEof.into()),
            };
        }
        unused.extend_from_slice(room.get(..count).unwrap_or_default());
    }
}

/// Between two requests a client may go away as it likes: a device that has what it wants does not say goodbye.
fn ends_well(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::ConnectionReset
            | ErrorKind::TimedOut
            | ErrorKind::UnexpectedEof
            | ErrorKind::WouldBlock
    )
}

/// Who asked for what, what came of it, and what the device says of itself.
fn line(peer: SocketAddr, request: Option<&Request>, answer: &Answer) -> String {
    let asked = request.map_or_else(|| "-".to_owned(), Request::to_string);
    let mut line = format!("{peer} {asked} {} {}", answer.status, answer.length());
    if let Some(why) = &answer.why {
        line.push_str(&format!(" ({why})"));
    }
    for (name, value) in request.into_iter().flat_map(|request| &request.status) {
        line.push_str(&format!(" {name}: {value}"));
    }
    line
}
