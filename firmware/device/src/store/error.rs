//! Why bytes are not a trust store.

use core::fmt;

use crate::day::Day;
use crate::der::DerProblem;
use crate::hex::Hex;
use crate::host::HostProblem;
use crate::store::field::{Field, Record};
use crate::store::layout::{DIGEST_LENGTH, FORMAT_VERSION, MAGIC_LENGTH};
use crate::text::TextProblem;
use crate::url::UrlProblem;

/// Why bytes are not a trust store. `offset` counts bytes from where the store begins.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StoreError {
    /// An after-expiry rule that this format does not have.
    AfterExpiry {
        /// Where it stands.
        offset: usize,
        /// The value found.
        found: u8,
    },
    /// A number of records or keys outside its bounds.
    Count {
        /// Where it stands.
        offset: usize,
        /// Which number.
        field: Field,
        /// The number found.
        found: usize,
        /// The least allowed.
        minimum: usize,
        /// The most allowed.
        maximum: usize,
    },
    /// A day outside the years 1 to 9999.
    Day {
        /// Where it stands.
        offset: usize,
        /// Which day.
        field: Field,
        /// Days since 1970-01-01.
        found: i32,
    },
    /// The dates of an anchor contradict each other: notBefore ≤ effective end ≤ notAfter does not hold.
    DayOrder {
        /// Where notBefore stands.
        offset: usize,
        /// Which anchor.
        record: Record,
        /// Its notBefore.
        not_before: Day,
        /// Its effective end.
        effective_end: Day,
        /// Its notAfter.
        not_after: Day,
    },
    /// A subject or SPKI is not the DER value it must be.
    Der {
        /// Where the value begins.
        offset: usize,
        /// Which value.
        field: Field,
        /// What is wrong with it.
        problem: DerProblem,
    },
    /// The digest at the end is not that of the bytes before it.
    Digest {
        /// Where the digest stands.
        offset: usize,
        /// The digest in the store.
        found: [u8; DIGEST_LENGTH],
        /// The digest of what stands before it.
        computed: [u8; DIGEST_LENGTH],
    },
    /// A field that must be unique has the value of another.
    Duplicate {
        /// Where the second one's record begins.
        offset: usize,
        /// The second one.
        field: Field,
        /// The record that has the same value already.
        first: Record,
    },
    /// The format version is not [`FORMAT_VERSION`].
    FormatVersion {
        /// Where it stands.
        offset: usize,
        /// The version found.
        found: u16,
    },
    /// The header length does not follow from the product length.
    HeaderLength {
        /// Where it stands.
        offset: usize,
        /// The length found.
        found: usize,
        /// The length that the header has.
        expected: usize,
    },
    /// A host name is not one.
    Host {
        /// Where the name begins.
        offset: usize,
        /// Which name.
        field: Field,
        /// What is wrong with it.
        problem: HostProblem,
    },
    /// The bytes end before the store does.
    Incomplete {
        /// Where the bytes end.
        offset: usize,
        /// Bytes of the store.
        needed: usize,
    },
    /// The bytes do not begin with a store.
    Magic {
        /// Where the magic must stand.
        offset: usize,
        /// What stands there.
        found: [u8; MAGIC_LENGTH],
    },
    /// Records or redirect targets are not in ascending order.
    Order {
        /// Where the record, or redirect target, begins that must stand earlier.
        offset: usize,
        /// The field by which they are ordered.
        field: Field,
    },
    /// A record of an unknown type, or of another type than must stand here.
    RecordType {
        /// Where the type stands.
        offset: usize,
        /// The record that must stand here.
        record: Record,
        /// Its type.
        expected: u8,
        /// The type found.
        found: u8,
    },
    /// A reserved byte is not 0.
    Reserved {
        /// Where the byte stands.
        offset: usize,
        /// The byte.
        found: u8,
    },
    /// Text is not text.
    Text {
        /// Where the text begins.
        offset: usize,
        /// Which text.
        field: Field,
        /// What is wrong with it.
        problem: TextProblem,
    },
    /// A threshold is 0 or above the number of keys.
    Threshold {
        /// Where it stands.
        offset: usize,
        /// Which threshold.
        field: Field,
        /// The threshold found.
        found: u8,
        /// The number of keys.
        keys: u8,
    },
    /// The total length is outside its bounds.
    TotalLength {
        /// Where it stands.
        offset: usize,
        /// The length found.
        found: usize,
        /// The least allowed.
        minimum: usize,
        /// The most allowed.
        maximum: usize,
    },
    /// Bytes follow the last record within the store, or the store where nothing may follow it.
    TrailingBytes {
        /// Where they begin.
        offset: usize,
        /// How many they are.
        count: usize,
    },
    /// The bytes end within a field.
    Truncated {
        /// Where the field begins.
        offset: usize,
        /// Which field.
        field: Field,
        /// Bytes of the field.
        needed: usize,
        /// Bytes that are left.
        available: usize,
    },
    /// A bit is set that has no meaning.
    UnknownFlags {
        /// Where the flags stand.
        offset: usize,
        /// Which flags.
        field: Field,
        /// The byte found.
        found: u8,
        /// The bits that have a meaning.
        known: u8,
    },
    /// A URL is not one that the device accepts.
    Url {
        /// Where the URL begins.
        offset: usize,
        /// Which URL.
        field: Field,
        /// What is wrong with it.
        problem: UrlProblem,
    },
}

impl StoreError {
    /// Where in the store the problem is, in bytes from its start.
    pub const fn offset(&self) -> usize {
        match self {
            Self::AfterExpiry { offset, .. }
            | Self::Count { offset, .. }
            | Self::Day { offset, .. }
            | Self::DayOrder { offset, .. }
            | Self::Der { offset, .. }
            | Self::Digest { offset, .. }
            | Self::Duplicate { offset, .. }
            | Self::FormatVersion { offset, .. }
            | Self::HeaderLength { offset, .. }
            | Self::Host { offset, .. }
            | Self::Incomplete { offset, .. }
            | Self::Magic { offset, .. }
            | Self::Order { offset, .. }
            | Self::RecordType { offset, .. }
            | Self::Reserved { offset, .. }
            | Self::Text { offset, .. }
            | Self::Threshold { offset, .. }
            | Self::TotalLength { offset, .. }
            | Self::TrailingBytes { offset, .. }
            | Self::Truncated { offset, .. }
            | Self::UnknownFlags { offset, .. }
            | Self::Url { offset, .. } => *offset,
        }
    }
}

impl core::error::Error for StoreError {}

impl fmt::Display for StoreError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "at byte {}: ", self.offset())?;
        match self {
            Self::AfterExpiry { found, .. } => {
                write!(formatter, "after-expiry rule {found} does not exist")
            }
            Self::Count {
                field,
                found,
                minimum,
                maximum,
                ..
            } => {
                write!(
                    formatter,
                    "{field} is {found}, must be {minimum} to {maximum}"
                )
            }
            Self::Day { field, found, .. } => write!(
                formatter,
                "{field} is day {found} from 1970-01-01, outside the years 1 to 9999"
            ),
            Self::DayOrder {
                record,
                not_before,
                effective_end,
                not_after,
                ..
            } => write!(
                formatter,
                "{record} has notBefore {not_before}, effective end {effective_end} and notAfter {not_after}, \
                 which must not decrease"
            ),
            Self::Der { field, problem, .. } => {
                write!(formatter, "{field} is not the DER it must be: {problem}")
            }
            Self::Digest {
                found, computed, ..
            } => write!(
                formatter,
                "the store's digest is {}, its bytes have {}",
                Hex(found),
                Hex(computed)
            ),
            Self::Duplicate { field, first, .. } => {
                write!(formatter, "{field} is that of {first} again")
            }
            Self::FormatVersion { found, .. } => {
                write!(
                    formatter,
                    "format version {found}, only {FORMAT_VERSION} is known"
                )
            }
            Self::HeaderLength {
                found, expected, ..
            } => {
                write!(
                    formatter,
                    "header length {found}, the header has {expected} bytes"
                )
            }
            Self::Host { field, problem, .. } => {
                write!(formatter, "{field} is not a host name: {problem}")
            }
            Self::Incomplete { needed, .. } => {
                write!(formatter, "the bytes end here, the store has {needed}")
            }
            Self::Magic { found, .. } => {
                write!(formatter, "no trust store begins with {}", Hex(found))
            }
            Self::Order { field, .. } => write!(formatter, "{field} is below the one before it"),
            Self::RecordType {
                record,
                expected,
                found,
                ..
            } => {
                write!(
                    formatter,
                    "record type {found} where {record}, type {expected}, must stand"
                )
            }
            Self::Reserved { found, .. } => {
                write!(formatter, "a reserved byte is 0x{found:02x}, must be 0")
            }
            Self::Text { field, problem, .. } => {
                write!(formatter, "{field} is not text: {problem}")
            }
            Self::Threshold {
                field, found, keys, ..
            } => {
                write!(formatter, "{field} is {found} with {keys} keys")
            }
            Self::TotalLength {
                found,
                minimum,
                maximum,
                ..
            } => {
                write!(
                    formatter,
                    "total length {found}, must be {minimum} to {maximum}"
                )
            }
            Self::TrailingBytes { count, .. } => write!(formatter, "{count} bytes too many"),
            Self::Truncated {
                field,
                needed,
                available,
                ..
            } => {
                write!(
                    formatter,
                    "{field} needs {needed} bytes, {available} are left"
                )
            }
            Self::UnknownFlags {
                field,
                found,
                known,
                ..
            } => write!(
                formatter,
                "{field} is 0x{found:02x}, only the bits of 0x{known:02x} have a meaning"
            ),
            Self::Url { field, problem, .. } => {
                write!(formatter, "{field} is not a URL to fetch from: {problem}")
            }
        }
    }
}
