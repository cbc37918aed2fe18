//! As much of a certificate as webpki does not tell: its dates and where they stand, its key, its algorithm.
//!
//! webpki reads the same bytes again, by its own rules, and decides about everything else.

use core::ops::Range;

use crate::day::Day;
use crate::der::{self, DerProblem, SEQUENCE, Value};
use crate::verify::moment::Moment;

const BIT_STRING: u8 = 0x03;
const BOOLEAN: u8 = 0x01;
const OCTET_STRING: u8 = 0x04;
const INTEGER: u8 = 0x02;
const OID: u8 = 0x06;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
const VERSION: u8 = 0xA0;
const EXTENSIONS: u8 = 0xA3;

const BASIC_CONSTRAINTS: &[u8] = &[0x55, 0x1D, 0x13];
const EXTENDED_KEY_USAGE: &[u8] = &[0x55, 0x1D, 0x25];
const SERVER_AUTH: &[u8] = &[0x2B, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x01];

/// What a certificate says of issuing others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BasicConstraints {
    /// It may issue.
    Ca {
        /// How many intermediates may stand between it and the leaf, if that is limited.
        below: Option<u8>,
    },
    /// It may not.
    Leaf,
}

/// The parts of an X.509 certificate, RFC 5280, section 4.1, borrowed from its DER.
#[derive(Clone, Debug)]
pub(super) struct Certificate<'a> {
    /// All of it.
    pub(super) der: &'a [u8],
    /// What is signed, with its outer SEQUENCE.
    pub(super) signed: &'a [u8],
    /// The AlgorithmIdentifier of the signature, without its outer SEQUENCE.
    pub(super) algorithm: &'a [u8],
    /// The issuer's name, without its outer SEQUENCE.
    pub(super) issuer: &'a [u8],
    /// The subject's name, without its outer SEQUENCE.
    pub(super) subject: &'a [u8],
    /// The SubjectPublicKeyInfo with its outer SEQUENCE: what a pin is the hash of.
    pub(super) spki: &'a [u8],
    /// The AlgorithmIdentifier of the key, without its outer SEQUENCE.
    pub(super) key_algorithm: &'a [u8],
    /// The key: the contents of the BIT STRING in the SubjectPublicKeyInfo, without the count of unused bits.
    pub(super) key: &'a [u8],
    /// The signature, likewise.
    pub(super) signature: &'a [u8],
    /// The extensions, one after the other.
    pub(super) extensions: &'a [u8],
    /// The first second of its validity.
    pub(super) not_before: Moment,
    /// The last second of its validity.
    pub(super) not_after: Moment,
    /// Where `signed` stands in `der`.
    pub(super) signed_place: Range<usize>,
    /// Where the text of the two dates stands in `der`.
    pub(super) date_places: [Range<usize>; 2],
}

impl<'a> Certificate<'a> {
    /// Reads a certificate that takes up all of `bytes`.
    pub(super) fn read(bytes: &'a [u8]) -> Result<Self, DerProblem> {
        let whole = der::only(bytes, SEQUENCE)?;
        let mut outer = Values(whole.contents);
        let signed = outer.next(SEQUENCE)?;
        let algorithm = outer.next(SEQUENCE)?;
        let signature = outer.bits()?;
        outer.end()?;

        let mut fields = Values(signed.contents);
        fields.next(VERSION)?;
        fields.next(INTEGER)?;
        fields.next(SEQUENCE)?;
        let issuer = fields.next(SEQUENCE)?;
        let validity = fields.next(SEQUENCE)?;
        let subject = fields.next(SEQUENCE)?;
        let spki = fields.next(SEQUENCE)?;
        let mut key = Values(spki.contents);
        let key_algorithm = key.next(SEQUENCE)?;
        let key_bits = key.bits()?;
        key.end()?;
        let extensions = extensions(fields)?;

        let mut dates = Values(validity.contents);
        let (not_before, first) = dates.moment()?;
        let (not_after, second) = dates.moment()?;
        dates.end()?;
        Ok(Self {
            der: bytes,
            signed: signed.encoding,
            algorithm: algorithm.contents,
            issuer: issuer.contents,
            subject: subject.contents,
            spki: spki.encoding,
            key_algorithm: key_algorithm.contents,
            key: key_bits,
            signature,
            extensions,
            not_before,
            not_after,
            signed_place: place(bytes, signed.encoding),
            date_places: [place(bytes, first), place(bytes, second)],
        })
    }

    /// Whether it is a CA's and, if so, how many intermediates may stand below it: RFC 5280, section 4.2.1.9.
    pub(super) fn basic_constraints(&self) -> BasicConstraints {
        let list = self
            .extension(BASIC_CONSTRAINTS)
            .and_then(|value| der::only(value, SEQUENCE).ok());
        let mut fields = Values(list.map(|list| list.contents).unwrap_or_default());
        if !fields
            .next(BOOLEAN)
            .is_ok_and(|flag| flag.contents == [0xFF])
        {
            return BasicConstraints::Leaf;
        }
        match fields.next(INTEGER).map(|value| value.contents) {
            Ok([length @ 0..=0x7F]) => BasicConstraints::Ca {
                below: Some(*length),
            },
            _ => BasicConstraints::Ca { below: None },
        }
    }

    /// Whether it may stand in the chain of a server: RFC 5280, section 4.2.1.12. Without the extension it may.
    pub(super) fn is_for_servers(&self) -> bool {
        let Some(value) = self.extension(EXTENDED_KEY_USAGE) else {
            return true;
        };
        let list = der::only(value, SEQUENCE).map(|list| list.contents);
        let mut purposes = Values(list.unwrap_or_default());
        while let Ok(purpose) = purposes.next(OID) {
            if purpose.contents == SERVER_AUTH {
                return true;
            }
        }
        false
    }

    /// The value of the extension with this OID, if it is there.
    fn extension(&self, oid: &[u8]) -> Option<&'a [u8]> {
        let mut rest = Values(self.extensions);
        while let Ok(extension) = rest.next(SEQUENCE) {
            let mut fields = Values(extension.contents);
            if fields.next(OID).is_ok_and(|found| found.contents == oid) {
                // Between the OID and the value may stand whether it is critical.
                let _critical = fields.next(BOOLEAN);
                return fields.next(OCTET_STRING).ok().map(|value| value.contents);
            }
        }
        None
    }
}

/// Values one after the other.
#[derive(Clone, Copy)]
pub(super) struct Values<'a>(pub(super) &'a [u8]);

impl<'a> Values<'a> {
    /// The next value, which must have this tag. When it has not, nothing is taken.
    pub(super) fn next(&mut self, tag: u8) -> Result<Value<'a>, DerProblem> {
        let value = der::value(self.0, tag)?;
        self.0 = self.0.get(value.encoding.len()..).unwrap_or_default();
        Ok(value)
    }

    /// The next value as a BIT STRING of whole bytes.
    pub(super) fn bits(&mut self) -> Result<&'a [u8], DerProblem> {
        match self.next(BIT_STRING)?.contents {
            [0, bits @ ..] => Ok(bits),
            _ => Err(DerProblem::Empty),
        }
    }

    /// Checks that nothing is left.
    pub(super) fn end(self) -> Result<(), DerProblem> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(DerProblem::TrailingBytes)
        }
    }

    /// The next value as a time, and its text.
    fn moment(&mut self) -> Result<(Moment, &'a [u8]), DerProblem> {
        let generalized = self.0.first() == Some(&GENERALIZED_TIME);
        let tag = if generalized {
            GENERALIZED_TIME
        } else {
            UTC_TIME
        };
        let text = self.next(tag)?.contents;
        let moment = if generalized {
            let (century, rest) = text.split_at_checked(2).ok_or(DerProblem::Date)?;
            let century = number(century).ok_or(DerProblem::Date)?;
            moment(
                |year| century.saturating_mul(100).saturating_add(year),
                rest,
            )
        } else {
            // RFC 5280, section 4.1.2.5.1.
            let century = |year| if year >= 50 { 1900 } else { 2000 };
            moment(|year: i32| year.saturating_add(century(year)), text)
        };
        moment.map(|moment| (moment, text)).ok_or(DerProblem::Date)
    }
}

/// The extensions, which may be absent; unique identifiers, obsolete since RFC 5280, may stand before them.
fn extensions(mut fields: Values<'_>) -> Result<&[u8], DerProblem> {
    for tag in [0x81, 0x82, 0xA1, 0xA2] {
        let _unique_identifier = fields.next(tag);
    }
    if fields.0.is_empty() {
        return Ok(&[]);
    }
    let tagged = fields.next(EXTENSIONS)?;
    fields.end()?;
    der::only(tagged.contents, SEQUENCE).map(|list| list.contents)
}

/// Reads `YYMMDDhhmmssZ`, the only form that RFC 5280 allows; `year` makes four digits of the two.
fn moment(year: impl Fn(i32) -> i32, text: &[u8]) -> Option<Moment> {
    let (digits, b"Z") = text.split_at_checked(12)? else {
        return None;
    };
    let mut numbers = [0; 6];
    for (into, digits) in numbers.iter_mut().zip(digits.chunks(2)) {
        *into = number(digits)?;
    }
    let [two_digits, month, day, hour, minute, second] = numbers;
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let small = |number: i32| u8::try_from(number).ok();
    let day = Day::from_civil(year(two_digits), small(month)?, small(day)?)?;
    let minutes = hour.saturating_mul(60).saturating_add(minute);
    let seconds = minutes.saturating_mul(60).saturating_add(second);
    let start = Moment::start_of(day).unix_seconds();
    Moment::from_unix_seconds(start.saturating_add(i64::from(seconds)))
}

/// Two decimal digits.
fn number(digits: &[u8]) -> Option<i32> {
    let [tens, ones] = digits else { return None };
    let digit = |byte: &u8| byte.is_ascii_digit().then(|| byte.wrapping_sub(b'0'));
    let (tens, ones) = (i32::from(digit(tens)?), i32::from(digit(ones)?));
    Some(tens.saturating_mul(10).saturating_add(ones))
}

/// Where `part`, which was borrowed from `whole`, stands in it.
fn place(whole: &[u8], part: &[u8]) -> Range<usize> {
    let start = (part.as_ptr().addr()).saturating_sub(whole.as_ptr().addr());
    start..start.saturating_add(part.len())
}

#[cfg(test)]
mod tests {
    use super::{Values, number};
    use std::string::{String, ToString};
    use std::vec::Vec;

    fn time(tag: u8, text: &str) -> Option<String> {
        let mut bytes = Vec::from([tag, u8::try_from(text.len()).unwrap()]);
        bytes.extend(text.as_bytes());
        let read = Values(&bytes).moment();
        read.ok().map(|(moment, _)| moment.to_string())
    }

    #[test]
    fn times_in_the_two_forms_of_rfc_5280() {
        for (tag, text, expected) in [
            (0x17, "491231235959Z", Some("2049-12-31T23:59:59Z")),
            (0x17, "500101000000Z", Some("1950-01-01T00:00:00Z")),
            (0x17, "210930140115Z", Some("2021-09-30T14:01:15Z")),
            (0x18, "20500101000000Z", Some("2050-01-01T00:00:00Z")),
            (0x18, "99991231235959Z", Some("9999-12-31T23:59:59Z")),
            (0x18, "00000101000000Z", None),
            (0x17, "2109301401Z", None),
            (0x17, "210930140115+0000", None),
            (0x17, "210230140115Z", None),
            (0x17, "210930240115Z", None),
            (0x17, "210930146015Z", None),
            (0x17, "210930140160Z", None),
            (0x17, "2109301401:5Z", None),
            (0x18, "20500101000000.5Z", None),
            (0x18, "2", None),
            (0x17, "", None),
        ] {
            assert_eq!(time(tag, text).as_deref(), expected, "{text}");
        }
        assert_eq!(number(b"1"), None);
    }
}
