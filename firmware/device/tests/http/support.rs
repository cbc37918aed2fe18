//! A server that says what the test wrote down, and a device that asks it.

use std::collections::VecDeque;
use std::io;

use device::http::{Answer, Connection, EntityTag, HttpError, Place, Request, Scheme};
use embedded_io_async::{ErrorType, Read, Write};
use simulated::executor::block_on;
use vectors::Kind;

/// A stream that gives what it was made with, in pieces, then ends, and keeps what is written to it.
pub(crate) struct Script {
    says: VecDeque<u8>,
    /// Most bytes of one read.
    pub(crate) piece: usize,
    pub(crate) heard: Vec<u8>,
    /// Bytes that were read.
    pub(crate) read: usize,
    /// What happens at the end: end of stream, or an error.
    pub(crate) breaks: bool,
}

impl Script {
    pub(crate) fn new(says: impl AsRef<[u8]>) -> Self {
        Self {
            says: says.as_ref().iter().copied().collect(),
            piece: usize::MAX,
            heard: Vec::new(),
            read: 0,
            breaks: false,
        }
    }

    pub(crate) fn in_pieces(self, piece: usize) -> Self {
        Self { piece, ..self }
    }
}

impl ErrorType for Script {
    type Error = io::Error;
}

impl Read for Script {
    async fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.says.len().min(self.piece).min(into.len());
        if count == 0 && self.breaks {
            return Err(io::ErrorKind::ConnectionReset.into());
        }
        for (to, from) in into.iter_mut().zip(self.says.drain(..count)) {
            *to = from;
        }
        self.read += count;
        Ok(count)
    }
}

impl Write for Script {
    async fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = bytes.len().min(self.piece);
        self.heard.extend(&bytes[..count]);
        Ok(count)
    }

    async fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What came of a question.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Got {
    File {
        bytes: Vec<u8>,
        total: Option<u32>,
        tag: Option<EntityTag>,
    },
    Redirect(String),
}

/// `HttpError` with the error of the stream as text, to be compared.
pub(crate) type Refusal = HttpError<String>;

/// The file that most tests ask for.
pub(crate) fn place() -> Place {
    Place::new(Scheme::Https, "ota.example.com", 443, "/fleet/release.json").unwrap()
}

/// A question for the file at `place`, from byte `from` on.
pub(crate) fn question(place: &Place, from: u32) -> Request<'_> {
    Request {
        place,
        user_agent: "perennial/1.2.3",
        from,
        tag: None,
        fields: &[],
        keep: true,
    }
}

/// Asks, and reads the body to its end.
pub(crate) fn ask<S>(connection: &mut Connection<S>, request: &Request<'_>) -> Result<Got, Refusal>
where
    S: Read + Write,
{
    block_on(fetch(connection, request)).map_err(as_text)
}

/// What a server that says `says` makes of a question from byte `from` on.
pub(crate) fn answered(says: impl AsRef<[u8]>, from: u32) -> Result<Got, Refusal> {
    let (first, piece) = (i64::from(from).to_le_bytes(), 7_i64.to_le_bytes());
    vectors::record(Kind::Http, &[&first, &piece, says.as_ref()]);
    ask(
        &mut Connection::new(Script::new(says)),
        &question(&place(), from),
    )
}

/// The file with these bytes, of which `total` are known, without a tag.
pub(crate) fn file(bytes: &[u8], total: Option<u32>) -> Got {
    Got::File {
        bytes: bytes.to_vec(),
        total,
        tag: None,
    }
}

async fn fetch<S: Read + Write>(
    connection: &mut Connection<S>,
    request: &Request<'_>,
) -> Result<Got, HttpError<S::Error>> {
    let mut body = match connection.get(request).await? {
        Answer::File(body) => body,
        Answer::Redirect(location) => return Ok(Got::Redirect(location)),
    };
    let mut bytes = Vec::new();
    let mut room = [0; 100];
    loop {
        match body.read(&mut room).await? {
            0 => break,
            count => bytes.extend(&room[..count]),
        }
    }
    assert_eq!(bytes.len(), body.length() as usize);
    let (total, tag) = (body.total(), body.tag().cloned());
    Ok(Got::File { bytes, total, tag })
}

fn as_text<E: std::fmt::Display>(error: HttpError<E>) -> Refusal {
    match error {
        HttpError::Io(error) => HttpError::Io(error.to_string()),
        HttpError::NoAnswer => HttpError::NoAnswer,
        HttpError::NotReusable => HttpError::NotReusable,
        HttpError::Request(error) => HttpError::Request(error),
        HttpError::Response(error) => HttpError::Response(error),
        HttpError::Short { expected, got } => HttpError::Short { expected, got },
        other => panic!("{other}"),
    }
}
