//! The head of a request: RFC 9112, of which a server of files needs GET and HEAD without a body.

use std::fmt;

use httparse::{EMPTY_HEADER, Header, Status};

/// Most bytes of a head.
pub(super) const MAX_HEAD: usize = 8 << 10;
/// Most fields of a head.
const MAX_FIELDS: usize = 64;
/// With what the names of fields begin in which devices tell how they are.
const STATUS_PREFIX: &str = "perennial-";

/// A request.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) method: String,
    /// Path and perhaps query, as sent.
    pub(super) target: String,
    pub(super) range: Option<String>,
    pub(super) if_range: Option<String>,
    pub(super) keep: bool,
    /// What the device says of itself: names and values that can be shown.
    pub(super) status: Vec<(String, String)>,
}

/// What the bytes that were read so far are.
pub(super) enum Head {
    /// A request, and the length of its head.
    Whole(Request, usize),
    /// The beginning of one.
    Partial,
    /// Not one that is understood: the status to answer with.
    Refused(u16),
}

impl Request {
    pub(super) fn read(bytes: &[u8]) -> Head {
        let mut room = [EMPTY_HEADER; MAX_FIELDS];
        let mut request = httparse::Request::new(&mut room);
        let length = match request.parse(bytes) {
            Ok(Status::Complete(length)) => length,
            Ok(Status::Partial) => return Head::Partial,
            Err(httparse::Error::TooManyHeaders) => return Head::Refused(431),
            Err(_) => return Head::Refused(400),
        };
        let fields = Fields(request.headers);
        let is_1_1 = request.version == Some(1);
        if fields.have_body() || (is_1_1 && fields.all("Host").count() != 1) {
            return Head::Refused(400);
        }
        let keep = match is_1_1 {
            true => !fields.connection_is("close"),
            false => fields.connection_is("keep-alive"),
        };
        let request = Self {
            method: request.method.unwrap_or_default().to_owned(),
            target: request.path.unwrap_or_default().to_owned(),
            range: fields.only("Range"),
            if_range: fields.only("If-Range"),
            keep,
            status: fields.status(),
        };
        Head::Whole(request, length)
    }
}

/// The fields of a head.
struct Fields<'h>(&'h [Header<'h>]);

impl<'h> Fields<'h> {
    fn all(&self, name: &str) -> impl Iterator<Item = &'h [u8]> {
        let wanted = |field: &&Header<'_>| field.name.eq_ignore_ascii_case(name);
        self.0.iter().filter(wanted).map(|field| field.value)
    }

    /// The value of a field that stands once, in ASCII; one that does not is as if it were not there.
    fn only(&self, name: &str) -> Option<String> {
        let mut all = self.all(name);
        let value = all.next().filter(|value| value.is_ascii())?;
        let text = String::from_utf8(value.to_vec()).ok();
        text.filter(|_| all.next().is_none())
    }

    fn connection_is(&self, option: &str) -> bool {
        let mut options = self
            .all("Connection")
            .flat_map(|value| value.split(|byte| *byte == b','));
        options.any(|found| found.trim_ascii().eq_ignore_ascii_case(option.as_bytes()))
    }

    fn have_body(&self) -> bool {
        let length = self.all("Content-Length").any(|length| length != b"0");
        length || self.all("Transfer-Encoding").next().is_some()
    }

    fn status(&self) -> Vec<(String, String)> {
        let of_device = |field: &&Header<'_>| {
            let name = field.name.to_ascii_lowercase();
            name.starts_with(STATUS_PREFIX)
        };
        let shown = |field: &Header<'_>| {
            let value = field.value.escape_ascii().to_string();
            (field.name.to_owned(), value)
        };
        self.0.iter().filter(of_device).map(shown).collect()
    }
}

impl fmt::Display for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A target may have bytes that a console obeys.
        let target = self.target.as_bytes().escape_ascii();
        write!(f, "{} {target}", self.method)?;
        match &self.range {
            Some(range) => write!(f, " {}", range.as_bytes().escape_ascii()),
            None => Ok(()),
        }
    }
}
