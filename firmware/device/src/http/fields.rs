//! The fields of a head that decide something. Everything else is not looked at.

use httparse::Header;

use super::error::ResponseError;

/// Their names. A field that is not among them is not there for [`Fields`].
const LOOKED_AT: [&str; 8] = [
    "Connection",
    "Content-Encoding",
    "Content-Length",
    "Content-Range",
    "ETag",
    "Location",
    "Retry-After",
    "Transfer-Encoding",
];

/// Whether the field of this name decides something.
pub(super) fn is_looked_at(name: &[u8]) -> bool {
    let mut names = LOOKED_AT.iter();
    names.any(|looked_at| name.eq_ignore_ascii_case(looked_at.as_bytes()))
}

/// The fields of a head.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fields<'a>(&'a [Header<'a>]);

/// What Content-Range says (RFC 9110, section 14.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ContentRange {
    /// The first and last byte; `None` where the range that was asked for does not exist.
    pub(super) range: Option<(u32, u32)>,
    /// The length of the file.
    pub(super) total: Option<u32>,
}

impl<'a> Fields<'a> {
    pub(super) const fn new(fields: &'a [Header<'a>]) -> Self {
        Self(fields)
    }

    /// Content-Length: exactly one, and digits. `5, 5` is refused as two are.
    pub(super) fn length(self) -> Result<u32, ResponseError> {
        let length = self.only("Content-Length")?;
        number(length.ok_or(ResponseError::NoLength)?)
            .ok_or(ResponseError::Number("Content-Length"))
    }

    pub(super) fn content_range(self) -> Result<Option<ContentRange>, ResponseError> {
        match self.only("Content-Range")? {
            None => Ok(None),
            Some(value) => content_range(value)
                .map(Some)
                .ok_or(ResponseError::Number("Content-Range")),
        }
    }

    pub(super) fn has_transfer_coding(self) -> bool {
        self.all("Transfer-Encoding").next().is_some()
    }

    pub(super) fn has_content_coding(self) -> bool {
        let mut codings = self.all("Content-Encoding").flat_map(tokens);
        codings.any(|coding| !coding.eq_ignore_ascii_case(b"identity"))
    }

    /// Whether Connection has this option.
    pub(super) fn connection_is(self, option: &str) -> bool {
        let mut options = self.all("Connection").flat_map(tokens);
        options.any(|found| found.eq_ignore_ascii_case(option.as_bytes()))
    }

    /// Seconds of Retry-After. One that is a date is not used: the device may not know the time.
    pub(super) fn retry_after(self) -> Option<u32> {
        number(self.all("Retry-After").next()?)
    }

    /// The value of a field that may stand only once, in ASCII.
    pub(super) fn text(self, name: &'static str) -> Result<Option<&'a str>, ResponseError> {
        let value = self.only(name)?;
        Ok(value.and_then(|value| core::str::from_utf8(value).ok()))
    }

    fn only(self, name: &'static str) -> Result<Option<&'a [u8]>, ResponseError> {
        let mut all = self.all(name);
        let first = all.next();
        match all.next() {
            Some(_) => Err(ResponseError::Ambiguous(name)),
            None => Ok(first),
        }
    }

    fn all(self, name: &'static str) -> impl Iterator<Item = &'a [u8]> {
        let Self(fields) = self;
        let wanted = fields
            .iter()
            .filter(move |field| field.name.eq_ignore_ascii_case(name));
        wanted.map(|field| field.value.trim_ascii())
    }
}

/// Digits alone: `parse` accepts a sign.
fn number(digits: &[u8]) -> Option<u32> {
    let plain = digits.iter().all(u8::is_ascii_digit);
    let digits = core::str::from_utf8(digits).ok().filter(|_| plain)?;
    digits.parse().ok()
}

/// `bytes 5-9/10`, `bytes 5-9/*` or `bytes */10`.
fn content_range(value: &[u8]) -> Option<ContentRange> {
    let value = value.strip_prefix(b"bytes ")?;
    let (range, total) = split(value, b'/')?;
    let total = match total {
        b"*" => None,
        digits => Some(number(digits)?),
    };
    if range == b"*" {
        return Some(ContentRange { range: None, total });
    }
    let (first, last) = split(range, b'-')?;
    let range = (number(first)?, number(last)?);
    Some(ContentRange {
        range: Some(range),
        total,
    })
}

fn split(bytes: &[u8], at: u8) -> Option<(&[u8], &[u8])> {
    let place = bytes.iter().position(|byte| *byte == at)?;
    let (left, right) = bytes.split_at_checked(place)?;
    Some((left, right.get(1..)?))
}

fn tokens(value: &[u8]) -> impl Iterator<Item = &[u8]> {
    value.split(|byte| *byte == b',').map(<[u8]>::trim_ascii)
}
