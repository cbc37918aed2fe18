//! One request, of whose answer only the head is read: where the server redirects to.

use std::io::{self, ErrorKind, Read, Write};

use super::target::Target;

/// The longest head of an answer that is read, in bytes.
const MAX_HEAD: usize = 64 << 10;

/// What a server answered.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Answer {
    /// The status code.
    pub(super) status: u16,
    /// `Location` of a redirect.
    pub(super) location: Option<String>,
}

/// Asks for the target's path as a device does, with GET: some servers redirect nothing else.
///
/// # Errors
/// No answer in time, or one that is not HTTP/1.
pub(super) fn ask(stream: &mut (impl Read + Write), target: &Target) -> io::Result<Answer> {
    let request = format!(
        "GET {} HTTP/1.1\r\nHost: {}\r\nUser-Agent: perennial-capture\r\nAccept: */*\r\nConnection: close\r\n\r\n",
        target.path,
        target.authority()
    );
    stream.write_all(request.as_bytes())?;
    stream.flush()?;
    let head = read_head(stream)?;
    parse(&head).ok_or_else(|| io::Error::new(ErrorKind::InvalidData, "the answer is not HTTP/1"))
}

fn read_head(stream: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    let mut buffer = [0; 4096];
    while head.len() < MAX_HEAD {
        let count = match stream.read(&mut buffer) {
            // Many servers close the connection without saying so in TLS.
            Err(error) if error.kind() == ErrorKind::UnexpectedEof && !head.is_empty() => 0,
            other => other?,
        };
        head.extend_from_slice(buffer.get(..count).unwrap_or_default());
        if count == 0 || head.windows(4).any(|window| window == b"\r\n\r\n") {
            break;
        }
    }
    Ok(head)
}

fn parse(head: &[u8]) -> Option<Answer> {
    let text = String::from_utf8_lossy(head);
    let mut lines = text.lines();
    let mut first = lines.next()?.split(' ');
    first
        .next()
        .filter(|version| version.starts_with("HTTP/1."))?;
    let status: u16 = first.next()?.parse().ok()?;
    let header = |line: &str| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("location")
            .then(|| value.trim().to_owned())
    };
    let location = lines.take_while(|line| !line.is_empty()).find_map(header);
    let redirects = matches!(status, 301 | 302 | 303 | 307 | 308);
    Some(Answer {
        status,
        location: location.filter(|_| redirects),
    })
}
