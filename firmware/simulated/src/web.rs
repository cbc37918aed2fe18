//! What a server of files answers.

use std::io::{self, ErrorKind};
use std::rc::Rc;

use crate::internet::{Manner, WebServer};

/// An answer, as far as it comes.
#[derive(Debug)]
pub(crate) struct Answer {
    parts: [Rc<[u8]>; 2],
    at: usize,
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
            Manner::Status(code) => status(*code, ""),
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
            return status(302, &format!("Location: {to}\r\n"));
        }
        let Some(file) = self.files.get(path) else {
            return status(404, "");
        };
        match first_byte(head) {
            None => Answer::with("200 OK", "", Rc::clone(file)),
            Some(from) if from < file.len() => part(file, from),
            Some(_) => status(416, ""),
        }
    }
}

fn path_of(head: &str) -> &str {
    head.split(' ').nth(1).unwrap_or_default()
}

fn first_byte(head: &str) -> Option<usize> {
    let range = head
        .lines()
        .find_map(|line| line.strip_prefix("Range: bytes="))?;
    range.strip_suffix('-')?.parse().ok()
}

fn part(file: &[u8], from: usize) -> Answer {
    let range = format!(
        "Content-Range: bytes {from}-{}/{}\r\n",
        file.len() - 1,
        file.len()
    );
    Answer::with("206 Partial Content", &range, file[from..].into())
}

fn status(code: u16, field: &str) -> Answer {
    Answer::with(&format!("{code} Status"), field, Rc::default())
}

impl Answer {
    pub(crate) fn of(bytes: Vec<u8>) -> Self {
        Self {
            parts: [bytes.into(), Rc::default()],
            at: 0,
            breaks_at: None,
            drips: None,
        }
    }

    fn with(status: &str, field: &str, body: Rc<[u8]>) -> Self {
        let head = format!(
            "HTTP/1.1 {status}\r\nContent-Length: {}\r\n{field}Connection: close\r\n\r\n",
            body.len()
        );
        Self {
            parts: [head.into_bytes().into(), body],
            at: 0,
            breaks_at: None,
            drips: None,
        }
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
