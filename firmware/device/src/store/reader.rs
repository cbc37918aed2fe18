//! Takes fields off the front of a store, one after the other.

use core::ops::Range;

use crate::cursor::{Cursor, Short};
use crate::day::Day;
use crate::der::{self, DerProblem};
use crate::host::host;
use crate::store::error::StoreError;
use crate::store::field::{Field, Part, Record};
use crate::text::text;
use crate::url::HttpsUrl;

/// Is told of each field that is read, in order.
pub(super) trait Trace {
    /// The bytes of `range` are `field`.
    fn field(&mut self, range: Range<usize>, field: Field);
}

/// Reading alone.
impl Trace for () {
    fn field(&mut self, _: Range<usize>, _: Field) {}
}

/// Reads fields in order. Its errors know the field and where it begins.
#[derive(Clone, Debug)]
pub(super) struct Reader<'a, T> {
    /// In the store, which ends where records must end.
    cursor: Cursor<'a>,
    /// What the next fields belong to.
    record: Record,
    /// Is told of each field.
    trace: T,
}

impl<'a, T: Trace> Reader<'a, T> {
    pub(super) const fn new(bytes: &'a [u8], trace: T) -> Self {
        Self {
            cursor: Cursor::new(bytes),
            record: Record::Header,
            trace,
        }
    }

    /// A reader that continues here, and tells nobody.
    pub(super) fn untraced(&self) -> Reader<'a, ()> {
        Reader {
            cursor: self.cursor.clone(),
            record: self.record,
            trace: (),
        }
    }

    pub(super) fn into_trace(self) -> T {
        self.trace
    }

    /// From here on, reads nothing beyond `bytes`, which must begin where the bytes did until now.
    pub(super) const fn limit(&mut self, bytes: &'a [u8]) {
        self.cursor.limit(bytes);
    }

    pub(super) const fn offset(&self) -> usize {
        self.cursor.offset()
    }

    /// The bytes that are left.
    pub(super) fn rest(&self) -> &'a [u8] {
        self.cursor.rest()
    }

    /// A part of the record that is being read.
    pub(super) const fn field(&self, part: Part) -> Field {
        Field {
            record: self.record,
            part,
        }
    }

    /// Begins `record`: its type must follow.
    pub(super) fn begin(&mut self, record: Record, expected: u8) -> Result<(), StoreError> {
        self.record = record;
        let offset = self.offset();
        let found = self.u8(Part::Type)?;
        if found != expected {
            return Err(StoreError::RecordType {
                offset,
                record,
                expected,
                found,
            });
        }
        Ok(())
    }

    /// Tells of the trailer, which stands behind the limit and was checked.
    pub(super) fn trailer(&mut self, part: Part, length: usize) {
        self.record = Record::Trailer;
        let start = self.offset();
        self.tell(part, start, start.saturating_add(length));
    }

    /// The next `length` bytes, as `part`.
    pub(super) fn bytes(&mut self, part: Part, length: usize) -> Result<&'a [u8], StoreError> {
        let start = self.offset();
        let bytes = self.cursor.take(length);
        let bytes = bytes.map_err(|short| self.truncated(part, short))?;
        self.tell(part, start, self.offset());
        Ok(bytes)
    }

    pub(super) fn array<const N: usize>(&mut self, part: Part) -> Result<&'a [u8; N], StoreError> {
        let start = self.offset();
        let bytes = self.cursor.array();
        let bytes = bytes.map_err(|short| self.truncated(part, short))?;
        self.tell(part, start, self.offset());
        Ok(bytes)
    }

    fn tell(&mut self, part: Part, start: usize, end: usize) {
        let field = self.field(part);
        self.trace.field(start..end, field);
    }

    const fn truncated(&self, part: Part, short: Short) -> StoreError {
        StoreError::Truncated {
            offset: short.offset,
            field: self.field(part),
            needed: short.needed,
            available: short.available,
        }
    }

    pub(super) fn u8(&mut self, part: Part) -> Result<u8, StoreError> {
        self.array(part).map(|[byte]| *byte)
    }

    pub(super) fn u16(&mut self, part: Part) -> Result<u16, StoreError> {
        self.array(part).copied().map(u16::from_le_bytes)
    }

    pub(super) fn u32(&mut self, part: Part) -> Result<u32, StoreError> {
        self.array(part).copied().map(u32::from_le_bytes)
    }

    pub(super) fn u64(&mut self, part: Part) -> Result<u64, StoreError> {
        self.array(part).copied().map(u64::from_le_bytes)
    }

    /// A signed 24-bit number of days since 1970-01-01.
    pub(super) fn day(&mut self, part: Part) -> Result<Day, StoreError> {
        let offset = self.offset();
        let [low, middle, high] = *self.array(part)?;
        // The shift back copies the sign.
        let found = i32::from_le_bytes([0, low, middle, high]) >> 8;
        Day::from_days_since_epoch(found).ok_or(StoreError::Day {
            offset,
            field: self.field(part),
            found,
        })
    }

    /// A number that must be `minimum` to `maximum`.
    pub(super) fn count(
        &mut self,
        part: Part,
        minimum: usize,
        maximum: usize,
    ) -> Result<u8, StoreError> {
        let offset = self.offset();
        let count = self.u8(part)?;
        let found = usize::from(count);
        if found < minimum || found > maximum {
            return Err(StoreError::Count {
                offset,
                field: self.field(part),
                found,
                minimum,
                maximum,
            });
        }
        Ok(count)
    }

    /// Text with its length before it.
    pub(super) fn text(
        &mut self,
        length: Part,
        part: Part,
        maximum: usize,
    ) -> Result<&'a str, StoreError> {
        let length = self.u8(length)?;
        self.text_of(usize::from(length), part, maximum)
    }

    /// Text of `length` bytes.
    pub(super) fn text_of(
        &mut self,
        length: usize,
        part: Part,
        maximum: usize,
    ) -> Result<&'a str, StoreError> {
        let offset = self.offset();
        let bytes = self.bytes(part, length)?;
        text(bytes, maximum).map_err(|problem| StoreError::Text {
            offset,
            field: self.field(part),
            problem,
        })
    }

    /// A host name with its length before it.
    pub(super) fn host(&mut self) -> Result<&'a str, StoreError> {
        let length = self.u8(Part::HostLength)?;
        let offset = self.offset();
        let bytes = self.bytes(Part::Host, usize::from(length))?;
        host(bytes).map_err(|problem| StoreError::Host {
            offset,
            field: self.field(Part::Host),
            problem,
        })
    }

    /// A URL with its length before it.
    pub(super) fn url(&mut self, length: Part, part: Part) -> Result<HttpsUrl<'a>, StoreError> {
        let length = self.u8(length)?;
        let offset = self.offset();
        let bytes = self.bytes(part, usize::from(length))?;
        HttpsUrl::parse(bytes).map_err(|problem| StoreError::Url {
            offset,
            field: self.field(part),
            problem,
        })
    }

    /// A DER SEQUENCE that passes `check`, with its outer tag and length.
    pub(super) fn sequence(
        &mut self,
        part: Part,
        check: fn(der::Value<'_>) -> Result<(), DerProblem>,
    ) -> Result<&'a [u8], StoreError> {
        let value = der::value(self.rest(), der::SEQUENCE)
            .and_then(|value| check(value).map(|()| value))
            .map_err(|problem| StoreError::Der {
                offset: self.offset(),
                field: self.field(part),
                problem,
            })?;
        self.bytes(part, value.encoding.len())
    }
}
