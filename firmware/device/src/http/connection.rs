//! Asking over a connection, and reading what comes back.

use alloc::string::String;

use embedded_io_async::{Read, Write};

use super::buffer::Buffer;
use super::error::{HttpError, ResponseError};
use super::head::HeadReader;
use super::request::Request;
use super::response::{self, EntityTag, Head, Meaning, Part};
use super::{MAX_INTERIM, MAX_UNWANTED};

/// A connection to one server, over TCP or TLS, that is asked for one file after the other.
#[derive(Debug)]
pub struct Connection<S> {
    stream: S,
    buffer: Buffer,
    state: State,
    /// Whether a byte of the last answer came.
    answered: bool,
}

/// What a server answers, if it helps.
#[derive(Debug)]
pub enum Answer<'c, S> {
    /// The file, or the part of it that was asked for.
    File(Body<'c, S>),
    /// The file is elsewhere: Location, as it was sent, not empty and ASCII. [`Trail`](super::Trail) judges it.
    Redirect(String),
}

/// The body of an answer: exactly as many bytes as the answer says.
#[derive(Debug)]
pub struct Body<'c, S> {
    connection: &'c mut Connection<S>,
    part: Part,
}

/// What may be done with a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Bytes of a body are left to be read; when there are none, it can be asked again if the server keeps it.
    Body { length: u32, left: u32, keep: bool },
    /// Nothing: it broke, or who used it gave up in the middle.
    Broken,
    /// It was not asked yet.
    Fresh,
}

impl<S: Read + Write> Connection<S> {
    /// A connection that was just opened.
    pub fn new(stream: S) -> Self {
        Self {
            stream,
            buffer: Buffer::new(),
            state: State::Fresh,
            answered: false,
        }
    }

    /// Whether it can be asked: it is new, or the last answer let it be and at most
    /// [`MAX_UNWANTED`] bytes of it were not read. The server may still close it at any time: [`HttpError::NoAnswer`].
    pub fn is_reusable(&self) -> bool {
        match self.state {
            State::Body { left, keep, .. } => keep && left <= MAX_UNWANTED,
            State::Broken => false,
            State::Fresh => true,
        }
    }

    /// Whether a byte of the answer to the last question came. Where none came on a connection that was kept, the server had
    /// closed it before it was asked, or nobody can tell: the question may be asked again on another one (RFC 9112,
    /// section 9.3.1).
    pub const fn has_answered(&self) -> bool {
        self.answered
    }

    /// Asks for a file, and reads the head of the answer. What is left of the last answer is dropped.
    ///
    /// # Errors
    ///
    /// See [`HttpError`]. After one of [`HttpError::Response`] the connection may be reusable.
    pub async fn get(
        &mut self,
        request: &Request<'_>,
    ) -> Result<Answer<'_, S>, HttpError<S::Error>> {
        let text = request.text()?;
        self.answered = false;
        self.finish().await?;
        self.state = State::Broken;
        let sent = self.stream.write_all(text.as_bytes()).await;
        sent.map_err(HttpError::Io)?;
        self.stream.flush().await.map_err(HttpError::Io)?;
        let head = self.head(request.from).await?;
        let length = head.length.unwrap_or_default();
        self.state = State::Body {
            length,
            left: length,
            keep: head.keep && request.keep,
        };
        match head.meaning? {
            Meaning::File(part) => Ok(Answer::File(Body {
                connection: self,
                part,
            })),
            Meaning::Redirect(location) => Ok(Answer::Redirect(location)),
            // `head` gives none.
            Meaning::Interim => Err(ResponseError::TooManyInterim.into()),
        }
    }

    /// Gives the stream back, to be closed.
    pub fn into_stream(self) -> S {
        self.stream
    }

    /// Reads and drops the rest of the last answer.
    async fn finish(&mut self) -> Result<(), HttpError<S::Error>> {
        if !self.is_reusable() {
            return Err(HttpError::NotReusable);
        }
        let mut unwanted = [0; 256];
        while self.read_body(&mut unwanted).await? != 0 {}
        // Nobody asked for more than one answer: what follows it is not the next one.
        match self.buffer.unused().is_empty() {
            true => Ok(()),
            false => Err(HttpError::NotReusable),
        }
    }

    /// The head of the final answer.
    async fn head(&mut self, from: u32) -> Result<Head, HttpError<S::Error>> {
        for _ in 0..=MAX_INTERIM {
            let head = self.one_head(from).await?;
            if !matches!(head.meaning, Ok(Meaning::Interim)) {
                return Ok(head);
            }
        }
        Err(ResponseError::TooManyInterim.into())
    }

    async fn one_head(&mut self, from: u32) -> Result<Head, HttpError<S::Error>> {
        let mut reader = HeadReader::new();
        loop {
            let taken = reader.take(self.buffer.unused());
            // Of two errors the first one counts, however the bytes came.
            if let Some(head) = response::read(reader.kept(), from)? {
                self.buffer.used(taken?);
                return Ok(head);
            }
            self.buffer.used(taken?);
            let filled = self.buffer.fill(&mut self.stream).await;
            if filled.map_err(HttpError::Io)? == 0 {
                return Err(match reader.is_empty() {
                    true => HttpError::NoAnswer,
                    false => ResponseError::HeadCut.into(),
                });
            }
            self.answered = true;
        }
    }

    /// Reads of the body, never beyond it; 0 when it ended.
    async fn read_body(&mut self, into: &mut [u8]) -> Result<usize, HttpError<S::Error>> {
        let State::Body { length, left, keep } = self.state else {
            return Ok(0);
        };
        let most = into.len().min(usize::try_from(left).unwrap_or(usize::MAX));
        let into = into.get_mut(..most).unwrap_or_default();
        if into.is_empty() {
            return Ok(0);
        }
        // Who gives up while it reads cannot know what was read.
        self.state = State::Broken;
        let count = match self.buffer.take(into) {
            0 => self
                .stream
                .read(into)
                .await
                .map_err(HttpError::Io)?
                .min(most),
            count => count,
        };
        if count == 0 {
            return Err(HttpError::Short {
                expected: length,
                got: length.saturating_sub(left),
            });
        }
        let left = left.saturating_sub(u32::try_from(count).unwrap_or(u32::MAX));
        self.state = State::Body { length, left, keep };
        Ok(count)
    }
}

impl<S: Read + Write> Body<'_, S> {
    /// Reads some bytes; 0 when all were read, or `into` has no room. An error here is final.
    ///
    /// # Errors
    ///
    /// [`HttpError::Short`] and [`HttpError::Io`]; what was read before stands.
    pub async fn read(&mut self, into: &mut [u8]) -> Result<usize, HttpError<S::Error>> {
        self.connection.read_body(into).await
    }

    /// The byte of the file that this body begins with: the one that was asked for, or 0 where the whole file comes in place
    /// of a part, for the server knows no ranges, or has another file now.
    pub const fn first(&self) -> u32 {
        self.part.first
    }

    /// Bytes of this body.
    pub const fn length(&self) -> u32 {
        self.part.length
    }

    /// Bytes of the whole file. Where a part was asked for, a server may not know.
    pub const fn total(&self) -> Option<u32> {
        self.part.total
    }

    /// What the server calls this state of the file, to go on with it later.
    pub const fn tag(&self) -> Option<&EntityTag> {
        self.part.tag.as_ref()
    }
}
