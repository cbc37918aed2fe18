//! What the head of an answer says.

use alloc::borrow::ToOwned as _;
use alloc::string::String;

use httparse::{EMPTY_HEADER, Status};

use super::MAX_KEPT_FIELDS;
use super::error::ResponseError;
use super::fields::Fields;

/// Most bytes of an entity tag that is kept.
pub const MAX_TAG: usize = 128;

/// A strong entity tag (RFC 9110, section 8.8.3): the same tag is the same file, byte for byte.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntityTag(String);

/// The head of an answer, judged.
#[derive(Debug)]
pub(super) struct Head {
    /// What the answer is.
    pub(super) meaning: Result<Meaning, ResponseError>,
    /// Length of the body, where the answer says it.
    pub(super) length: Option<u32>,
    /// Whether the server lets the connection be asked again.
    pub(super) keep: bool,
}

/// What an answer is, if it helps.
#[derive(Debug)]
pub(super) enum Meaning {
    /// The file, or its end.
    File(Part),
    /// Not the answer yet (1xx).
    Interim,
    /// The file is elsewhere: Location.
    Redirect(String),
}

/// Which part of a file the body is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) first: u32,
    pub(super) length: u32,
    pub(super) total: Option<u32>,
    pub(super) tag: Option<EntityTag>,
}

impl EntityTag {
    /// The tag of a field, if it is strong and can be sent back. A weak one does not say that the bytes are the same.
    pub fn strong(field: &str) -> Option<Self> {
        let inner = field.strip_prefix('"')?.strip_suffix('"')?;
        let plain = |byte: u8| byte.is_ascii_graphic() && byte != b'"';
        let fits = field.len() <= MAX_TAG && inner.bytes().all(plain);
        fits.then(|| Self(field.to_owned()))
    }

    /// The tag, with its quotes.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Judges the head `bytes`, for who asked for the file from byte `from` on; `None` when it has not ended.
pub(super) fn read(bytes: &[u8], from: u32) -> Result<Option<Head>, ResponseError> {
    let mut room = [EMPTY_HEADER; MAX_KEPT_FIELDS];
    let mut response = httparse::Response::new(&mut room);
    match response.parse(bytes) {
        Err(error) => return Err(ResponseError::Malformed(error)),
        Ok(Status::Partial) => return Ok(None),
        Ok(Status::Complete(_)) => {}
    }
    // A head that is complete has a status and a version.
    let code = response.code.unwrap_or_default();
    let is_1_1 = response.version == Some(1);
    let fields = Fields::new(response.headers);
    Ok(Some(judge(code, is_1_1, fields, from)))
}

fn judge(code: u16, is_1_1: bool, fields: Fields<'_>, from: u32) -> Head {
    let framed = !fields.has_transfer_coding() && !has_no_body(code);
    let length = fields.length().ok().filter(|_| framed);
    let kept = match is_1_1 {
        true => !fields.connection_is("close"),
        false => fields.connection_is("keep-alive"),
    };
    Head {
        meaning: meaning(code, fields, from),
        length,
        keep: kept && length.is_some(),
    }
}

/// Their Content-Length, if any, is that of another answer (RFC 9112, section 6.3).
const fn has_no_body(code: u16) -> bool {
    matches!(code, 100..=199 | 204 | 304)
}

fn meaning(code: u16, fields: Fields<'_>, from: u32) -> Result<Meaning, ResponseError> {
    match code {
        // 101 would make something else than HTTP of the connection; nobody asked for it.
        100 | 102..=199 => Ok(Meaning::Interim),
        // Also where a part was asked for: the server knows no ranges, or the file is another one now.
        200 => whole(fields).map(Meaning::File),
        206 => part(fields, from).map(Meaning::File),
        301 | 302 | 303 | 307 | 308 => redirect(fields),
        416 => Err(ResponseError::RangeNotSatisfiable {
            total: fields.content_range()?.and_then(|range| range.total),
        }),
        code => Err(ResponseError::Status {
            code,
            retry_after: fields.retry_after(),
        }),
    }
}

fn whole(fields: Fields<'_>) -> Result<Part, ResponseError> {
    let length = body_length(fields)?;
    Ok(Part {
        first: 0,
        length,
        total: Some(length),
        tag: tag(fields)?,
    })
}

/// A part begins where it was asked to, ends within the file, and is as long as its Content-Length. It may end early.
fn part(fields: Fields<'_>, from: u32) -> Result<Part, ResponseError> {
    if from == 0 {
        return Err(ResponseError::RangeUnasked);
    }
    let length = body_length(fields)?;
    let found = fields.content_range()?.ok_or(ResponseError::RangeDiffers)?;
    let (first, last) = found.range.ok_or(ResponseError::RangeDiffers)?;
    let reaches = |total: u32| last < total;
    let as_long = last.checked_sub(first).and_then(|most| most.checked_add(1)) == Some(length);
    if first != from || !as_long || !found.total.is_none_or(reaches) {
        return Err(ResponseError::RangeDiffers);
    }
    Ok(Part {
        first,
        length,
        total: found.total,
        tag: tag(fields)?,
    })
}

fn body_length(fields: Fields<'_>) -> Result<u32, ResponseError> {
    if fields.has_transfer_coding() {
        return Err(ResponseError::TransferCoding);
    }
    if fields.has_content_coding() {
        return Err(ResponseError::ContentCoding);
    }
    fields.length()
}

fn tag(fields: Fields<'_>) -> Result<Option<EntityTag>, ResponseError> {
    Ok(fields.text("ETag")?.and_then(EntityTag::strong))
}

fn redirect(fields: Fields<'_>) -> Result<Meaning, ResponseError> {
    let location = fields.text("Location")?;
    let location = location.filter(|location| !location.is_empty() && location.is_ascii());
    let location = location.ok_or(ResponseError::NoLocation)?;
    Ok(Meaning::Redirect(location.to_owned()))
}
