//! What is asked of a server.

use alloc::string::String;
use core::fmt::Write as _;

use super::MAX_REQUEST;
use super::error::RequestError;
use super::head::is_token;
use super::place::Place;
use super::response::EntityTag;

/// A GET.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// Where the file is.
    pub place: &'a Place,
    /// Who asks: product and version.
    pub user_agent: &'a str,
    /// The first byte that is wanted; the whole file is asked for from 0 on.
    pub from: u32,
    /// The entity tag of the file whose beginning is there already. A server that has another file now sends the whole of
    /// it (RFC 9110, section 13.1.5): [`Body::first`](super::Body::first) is then 0.
    pub tag: Option<&'a EntityTag>,
    /// Further fields: name and value.
    pub fields: &'a [(&'a str, &'a str)],
    /// Whether the connection is to be asked again.
    pub keep: bool,
}

impl Request<'_> {
    /// The bytes of the request (RFC 9112, section 2.1).
    pub(super) fn text(&self) -> Result<String, RequestError> {
        let mut text = String::new();
        // Writing to a `String` cannot fail.
        let _ = self.write(&mut text);
        for (name, value) in self.fields {
            check_field(name, value)?;
            field(&mut text, name, value);
        }
        check_value("User-Agent", self.user_agent)?;
        text.push_str("\r\n");
        if text.len() > MAX_REQUEST {
            let length = text.len();
            return Err(RequestError::TooLong { length });
        }
        Ok(text)
    }

    fn write(&self, text: &mut String) -> core::fmt::Result {
        let place = self.place;
        write!(
            text,
            "GET {} HTTP/1.1\r\nHost: {}",
            place.target(),
            place.host()
        )?;
        if place.port() != place.scheme().default_port() {
            write!(text, ":{}", place.port())?;
        }
        text.push_str("\r\n");
        field(text, "User-Agent", self.user_agent);
        // Nothing else can be written to flash as it arrives.
        field(text, "Accept-Encoding", "identity");
        if self.from != 0 {
            write!(text, "Range: bytes={}-\r\n", self.from)?;
            if let Some(tag) = self.tag {
                field(text, "If-Range", tag.as_str());
            }
        }
        let connection = if self.keep { "keep-alive" } else { "close" };
        field(text, "Connection", connection);
        Ok(())
    }
}

fn field(text: &mut String, name: &str, value: &str) {
    for part in [name, ": ", value, "\r\n"] {
        text.push_str(part);
    }
}

/// A token, and a value that cannot end the line (RFC 9110, sections 5.1 and 5.5).
fn check_field(name: &str, value: &str) -> Result<(), RequestError> {
    if name.is_empty() || !name.bytes().all(is_token) {
        return Err(RequestError::FieldName(name.into()));
    }
    check_value(name, value)
}

fn check_value(name: &str, value: &str) -> Result<(), RequestError> {
    let shown = |byte: u8| byte.is_ascii_graphic() || byte == b' ';
    if value.is_empty() || value.trim() != value || !value.bytes().all(shown) {
        return Err(RequestError::FieldValue(name.into()));
    }
    Ok(())
}
