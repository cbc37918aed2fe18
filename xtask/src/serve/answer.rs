//! What is said to a request.

use std::io::{self, Write};
use std::ops::Range;

use super::file::{Contents, Folder};
use super::range::{self, Wanted};
use super::request::Request;

/// An answer.
pub(super) struct Answer {
    pub(super) status: u16,
    /// Why, for the console.
    pub(super) why: Option<String>,
    /// Whether the connection stays open.
    pub(super) keep: bool,
    fields: Vec<(&'static str, String)>,
    bytes: Vec<u8>,
    /// Which of the bytes are the body.
    part: Range<usize>,
    /// HEAD: the body is left out, and its length is said.
    head_only: bool,
}

impl Answer {
    /// What is answered to a request.
    pub(super) fn to(request: &Request, folder: &Folder) -> Self {
        let head_only = match request.method.as_str() {
            "GET" => false,
            "HEAD" => true,
            _ => {
                let mut answer = Self::error(405, "only GET and HEAD");
                answer.fields.push(("Allow", "GET, HEAD".to_owned()));
                return answer;
            }
        };
        let mut answer = match folder.find(&request.target) {
            Ok(contents) => Self::file(request, contents, head_only),
            Err(why) => Self::error(404, &why),
        };
        answer.head_only = head_only;
        answer
    }

    /// An answer without a file.
    pub(super) fn error(status: u16, why: &str) -> Self {
        let bytes = format!("{status} {}\n", reason(status)).into_bytes();
        Self {
            status,
            why: Some(why.to_owned()),
            keep: false,
            fields: vec![("Content-Type", "text/plain".to_owned())],
            part: 0..bytes.len(),
            bytes,
            head_only: false,
        }
    }

    fn file(request: &Request, contents: Contents, head_only: bool) -> Self {
        let length = contents.bytes.len();
        // A part of another file than the one whose beginning the device has would be no good to it. A range is of GET alone.
        let same = request
            .if_range
            .as_ref()
            .is_none_or(|tag| *tag == contents.tag);
        let field = request.range.as_deref().filter(|_| same && !head_only);
        let (status, part, range) = match range::wanted(field, length) {
            Wanted::Whole => (200, 0..length, None),
            Wanted::Part(part) => {
                let range = format!("bytes {}-{}/{length}", part.start, part.end - 1);
                (206, part, Some(range))
            }
            Wanted::Unsatisfiable => {
                let mut answer = Self::error(416, "beyond the end of the file");
                answer
                    .fields
                    .push(("Content-Range", format!("bytes */{length}")));
                return answer;
            }
        };
        let mut fields = vec![
            ("Content-Type", "application/octet-stream".to_owned()),
            ("Accept-Ranges", "bytes".to_owned()),
            ("ETag", contents.tag),
        ];
        fields.extend(range.map(|range| ("Content-Range", range)));
        Self {
            status,
            why: None,
            keep: false,
            fields,
            bytes: contents.bytes,
            part,
            head_only,
        }
    }

    /// Bytes of the body.
    pub(super) fn length(&self) -> usize {
        self.part.len()
    }

    /// Writes it.
    ///
    /// # Errors
    /// The connection broke.
    pub(super) fn send(&self, stream: &mut impl Write) -> io::Result<()> {
        let mut head = format!("HTTP/1.1 {} {}\r\n", self.status, reason(self.status));
        let connection = if self.keep { "keep-alive" } else { "close" };
        let framing = [
            ("Content-Length", self.length().to_string()),
            ("Connection", connection.to_owned()),
        ];
        for (name, value) in self.fields.iter().chain(&framing) {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str("\r\n");
        stream.write_all(head.as_bytes())?;
        if !self.head_only {
            stream.write_all(self.bytes.get(self.part.clone()).unwrap_or_default())?;
        }
        stream.flush()
    }
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        206 => "Partial Content",
        400 => "Bad Request",
        404 => "Not Found",
        405 => "Method Not Allowed",
        416 => "Range Not Satisfiable",
        431 => "Request Header Fields Too Large",
        _ => "Error",
    }
}
