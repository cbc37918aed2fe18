//! What a server of files answers.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash as _, Hasher as _};
use std::io::{self, ErrorKind};
use std::rc::Rc;

use crate::internet::{Manner, WebServer};

/// What a server does not do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lacks {
    /// It says `Connection: close`, and closes after each answer.
    pub keeping: bool,
    /// It closes after so many answers over one connection, and does not say so before.
    pub patience: Option<usize>,
    /// It sends the whole file to who asks for a part.
    pub ranges: bool,
    /// It sends no entity tags.
    pub tags: bool,
    /// It sends a part to who wants it of another file only, or the whole.
    pub conditions: bool,
}

/// An answer, as far as it comes.
#[derive(Debug)]
pub(crate) struct Answer {
    parts: [Rc<[u8]>; 2],
    at: usize,
    /// Whether the connection is closed behind it.
    closes: bool,
    /// Where the connection breaks, if it does.
    breaks_at: Option<usize>,
    /// How many bytes of the body come at once, if it drips.
    drips: Option<usize>,
}

/// Where the head of a request ends.
pub(crate) fn head_end(request: &[u8]) -> Option<usize> {
    let end = request.windows(4).position(|at| at == b"\r\n\r\n")?;
    Some(end + 4)
}

impl WebServer {
    pub(crate) fn answer(&self, head: &str) -> Answer {
        let mut answer = match &self.manner {
            Manner::Says(bytes) => Answer::of(bytes.clone()),
            Manner::Status(code) => self.status(*code, ""),
            _ => self.file(head),
        };
        match &self.manner {
            Manner::Cuts(length) => answer.breaks_at = Some(*length),
            Manner::Drips { path, bytes } if path == path_of(head) => answer.drips = Some(*bytes),
            _ => {}
        }
        answer
    }

    fn file(&self, head: &str) -> Answer {
        let path = path_of(head);
        if let Some(to) = self.redirects.get(path) {
            return self.status(302, &format!("Location: {to}\r\n"));
        }
        let Some(file) = self.files.get(path) else {
            return self.status(404, "");
        };
        let tag = tag_of(file);
        let wanted = field(head, "If-Range").is_none_or(|wanted| wanted == tag);
        let from = first_byte(head).filter(|_| !self.lacks.ranges);
        let tag = match self.lacks.tags {
            true => String::new(),
            false => format!("ETag: {tag}\r\n"),
        };
        match from.filter(|_| wanted || self.lacks.conditions) {
            None => self.with("200 OK", &tag, Rc::clone(file)),
            Some(from) if from < file.len() => {
                let (last, length) = (file.len() - 1, file.len());
                let range = format!("{tag}Content-Range: bytes {from}-{last}/{length}\r\n");
                self.with("206 Partial Content", &range, file[from..].into())
            }
            Some(_) => self.status(416, ""),
        }
    }

    fn status(&self, code: u16, fields: &str) -> Answer {
        self.with(&format!("{code} Status"), fields, Rc::default())
    }

    fn with(&self, status: &str, fields: &str, body: Rc<[u8]>) -> Answer {
        let close = match self.lacks.keeping {
            true => "Connection: close\r\n",
            false => "",
        };
        let length = body.len();
        let head = format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\n{fields}{close}\r\n");
        Answer {
            parts: [head.into_bytes().into(), body],
            closes: self.lacks.keeping,
            ..Answer::of(Vec::new())
        }
    }
}

fn path_of(head: &str) -> &str {
    head.split(' ').nth(1).unwrap_or_default()
}

fn field<'h>(head: &'h str, name: &str) -> Option<&'h str> {
    let values = head.lines().filter_map(|line| line.split_once(": "));
    let mut named = values.filter(|(found, _)| *found == name);
    named.next().map(|(_, value)| value)
}

fn first_byte(head: &str) -> Option<usize> {
    let range = field(head, "Range")?.strip_prefix("bytes=")?;
    range.strip_suffix('-')?.parse().ok()
}

/// The same for the same bytes.
fn tag_of(file: &[u8]) -> String {
    let mut hasher = DefaultHasher::new();
    file.hash(&mut hasher);
    format!("\"{:x}\"", hasher.finish())
}

impl Answer {
    /// Bytes, behind which the connection is closed.
    pub(crate) fn of(bytes: Vec<u8>) -> Self {
        Self {
            parts: [bytes.into(), Rc::default()],
            at: 0,
            closes: true,
            breaks_at: None,
            drips: None,
        }
    }

    /// A byte, behind which the connection waits.
    pub(crate) fn word(byte: u8) -> Self {
        Self {
            closes: false,
            ..Self::of(vec![byte])
        }
    }

    /// Whether all of it was read, and the connection waits for the next request.
    pub(crate) fn is_over(&self) -> bool {
        let length: usize = self.parts.iter().map(|part| part.len()).sum();
        !self.closes && self.at == length
    }

    /// How many bytes come at once, if they drip.
    pub(crate) fn drips(&self) -> Option<usize> {
        let [head, _] = &self.parts;
        self.drips.filter(|_| self.at >= head.len())
    }

    /// The next bytes, `most` of them; none when all were read.
    pub(crate) fn read(&mut self, into: &mut [u8], most: usize) -> io::Result<usize> {
        let [head, body] = &self.parts;
        let rest = match self.at.checked_sub(head.len()) {
            None => &head[self.at..],
            Some(at) => &body[at..],
        };
        let left = self.breaks_at.map_or(usize::MAX, |end| end - self.at);
        if left == 0 {
            return Err(ErrorKind::ConnectionReset.into());
        }
        let count = rest.len().min(into.len()).min(most).min(left);
        into[..count].copy_from_slice(&rest[..count]);
        self.at += count;
        Ok(count)
    }
}
